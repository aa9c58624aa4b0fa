// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// fovea_run: checks what the program hands over, then calls the model. Nothing here allocates.
#include "dtypes.h"
#include "internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

_Static_assert(sizeof(fovea_tensor) == 48 && offsetof(fovea_tensor, shape) == 24,
               "fovea_tensor is laid out like DLTensor");

enum { DEVICE_CPU = 1 };

// Appends to a bounded string; `used` stays below `bytes`.
static void append(char *text, size_t bytes, size_t *used, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void append(char *text, size_t bytes, size_t *used, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = vsnprintf(text + *used, bytes - *used, format, arguments);
  va_end(arguments);
  if (length > 0)
    *used = *used + (size_t)length < bytes ? *used + (size_t)length : bytes - 1;
}

// "[1, 3, 224, 224]"; long shapes are cut.
static const char *formatShape(const int64_t *shape, int32_t rank, char *text, size_t bytes) {
  const int32_t shown = rank > 8 ? 8 : rank;
  size_t used = 0;
  append(text, bytes, &used, "[");
  for (int32_t i = 0; i < shown; ++i)
    append(text, bytes, &used, "%s%lld", i ? ", " : "", (long long)shape[i]);
  append(text, bytes, &used, shown < rank ? ", ...]" : "]");
  return text;
}

static const char *formatDtype(fovea_dtype dtype, char *text, size_t bytes) {
  const char *name = getDtypeName(dtype.code);
  size_t used = 0;
  if (!name)
    append(text, bytes, &used, "dtype(code %u, bits %u)", dtype.code, dtype.bits);
  else if (dtype.code > 6 || (dtype.code == 6 && dtype.bits == 8))
    append(text, bytes, &used, "%s", name);
  else
    append(text, bytes, &used, "%s%u", name, dtype.bits);
  if (dtype.lanes != 1)
    append(text, bytes, &used, " with %u lanes", dtype.lanes);
  return text;
}

// The kinds of tensor, as messages name them.
static const char inputKind[] = "input";
static const char outputKind[] = "output";

static fovea_status failTensor(fovea_context *context, const char *kind, uint32_t index,
                               const fovea_tensor_info *info, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

static fovea_status failTensor(fovea_context *context, const char *kind, uint32_t index,
                               const fovea_tensor_info *info, const char *format, ...) {
  size_t used = 0;
  append(context->message, sizeof(context->message), &used, "%s %u \"%.64s\": ", kind, index,
         info->name);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(context->message + used, sizeof(context->message) - used, format, arguments);
  va_end(arguments);
  return FOVEA_INVALID_ARGUMENT;
}

static bool isContiguous(const fovea_tensor *tensor) {
  int64_t expected = 1;
  for (int32_t i = tensor->ndim; i-- > 0;) {
    if (tensor->shape[i] != 1 && tensor->strides[i] != expected)
      return false;
    expected *= tensor->shape[i];
  }
  return true;
}

static fovea_status checkTensor(fovea_context *context, const char *kind, uint32_t index,
                                const fovea_tensor_info *info, const fovea_tensor *tensor) {
  char expected[96], given[96];
  if (tensor->device.type != DEVICE_CPU)
    return failTensor(context, kind, index, info,
                      "expected memory of the CPU (device type 1), got device type %d",
                      tensor->device.type);
  if (tensor->dtype.code != info->dtype.code || tensor->dtype.bits != info->dtype.bits ||
      tensor->dtype.lanes != info->dtype.lanes)
    return failTensor(context, kind, index, info, "expected %s, got %s",
                      formatDtype(info->dtype, expected, sizeof(expected)),
                      formatDtype(tensor->dtype, given, sizeof(given)));
  if (tensor->ndim != info->ndim)
    return failTensor(context, kind, index, info, "expected rank %d, shape %s, got rank %d",
                      info->ndim, formatShape(info->shape, info->ndim, expected, sizeof(expected)),
                      tensor->ndim);
  if (info->ndim && !tensor->shape)
    return failTensor(context, kind, index, info, "expected shape %s, got a NULL shape",
                      formatShape(info->shape, info->ndim, expected, sizeof(expected)));
  for (int32_t i = 0; i < info->ndim; ++i)
    if (tensor->shape[i] != info->shape[i])
      return failTensor(context, kind, index, info,
                        "dimension %d: expected %lld, got %lld (expected shape %s, got %s)", i,
                        (long long)info->shape[i], (long long)tensor->shape[i],
                        formatShape(info->shape, info->ndim, expected, sizeof(expected)),
                        formatShape(tensor->shape, tensor->ndim, given, sizeof(given)));
  if (info->byte_size == 0)
    return FOVEA_OK;
  if (tensor->strides && !isContiguous(tensor))
    return failTensor(context, kind, index, info,
                      "expected contiguous row-major data, got strides %s for shape %s; copy it or "
                      "pass NULL strides",
                      formatShape(tensor->strides, tensor->ndim, given, sizeof(given)),
                      formatShape(tensor->shape, tensor->ndim, expected, sizeof(expected)));
  if (!tensor->data)
    return failTensor(context, kind, index, info, "data is NULL, expected %llu bytes",
                      (unsigned long long)info->byte_size);
  uintptr_t begin, end;
  if (__builtin_add_overflow((uintptr_t)tensor->data, tensor->byte_offset, &begin) ||
      __builtin_add_overflow(begin, info->byte_size, &end))
    return failTensor(context, kind, index, info, "byte_offset %llu lies outside the address space",
                      (unsigned long long)tensor->byte_offset);
  const unsigned elementBytes = (info->dtype.bits + 7u) / 8;
  if (begin % elementBytes)
    return failTensor(context, kind, index, info,
                      "data + byte_offset must be aligned to %u bytes, the size of a %s",
                      elementBytes, formatDtype(info->dtype, expected, sizeof(expected)));
  return FOVEA_OK;
}

static uint8_t *firstByte(const fovea_tensor *tensor) {
  return tensor->data ? (uint8_t *)tensor->data + tensor->byte_offset : NULL;
}

static bool overlap(const void *first, uint64_t firstBytes, const void *second,
                    uint64_t secondBytes) {
  return firstBytes && secondBytes && (uintptr_t)first < (uintptr_t)second + secondBytes &&
         (uintptr_t)second < (uintptr_t)first + firstBytes;
}

// Outputs must not share memory with inputs or with each other.
static fovea_status checkOverlaps(fovea_context *context, const fovea_model *model) {
  for (uint32_t i = 0; i < model->output_count; ++i) {
    const fovea_tensor_info *info = &model->outputs[i];
    for (uint32_t j = 0; j < model->input_count; ++j)
      if (overlap(context->outputs[i], info->byte_size, context->inputs[j],
                  model->inputs[j].byte_size))
        return failTensor(context, outputKind, i, info, "its memory overlaps input %u \"%.64s\"", j,
                          model->inputs[j].name);
    for (uint32_t j = 0; j < i; ++j)
      if (overlap(context->outputs[i], info->byte_size, context->outputs[j],
                  model->outputs[j].byte_size))
        return failTensor(context, outputKind, i, info, "its memory overlaps output %u \"%.64s\"",
                          j, model->outputs[j].name);
  }
  return FOVEA_OK;
}

static fovea_status checkCount(fovea_context *context, const fovea_model *model, const char *kind,
                               uint32_t expected, size_t given, const void *tensors) {
  if (given != expected)
    return foveaFail(context, FOVEA_INVALID_ARGUMENT, "model \"%.64s\" has %u %s%s, got %zu",
                     model->name, expected, kind, expected == 1 ? "" : "s", given);
  if (expected && !tensors)
    return foveaFail(context, FOVEA_INVALID_ARGUMENT, "the array of %ss is NULL", kind);
  return FOVEA_OK;
}

// Whether a model other than the one the context was made for fits into it.
static fovea_status checkCapacity(fovea_context *context, const fovea_model *model) {
  const struct {
    const char *what;
    uint64_t needed, available;
  } limits[] = {{"bytes of arena", model->arena_bytes, context->arena.bytes},
                {"bytes of scratch memory", model->scratch_bytes, context->scratchBytes},
                {"inputs", model->input_count, context->inputCapacity},
                {"outputs", model->output_count, context->outputCapacity}};
  for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); ++i)
    if (limits[i].needed > limits[i].available)
      return foveaFail(context, FOVEA_INVALID_ARGUMENT,
                       "model \"%.64s\" needs %llu %s and the context, made for \"%.64s\", has "
                       "%llu: make a context for it",
                       model->name, (unsigned long long)limits[i].needed, limits[i].what,
                       context->model->name, (unsigned long long)limits[i].available);
  return FOVEA_OK;
}

static fovea_status checkTensors(fovea_context *context, const fovea_model *model,
                                 const fovea_tensor *inputs, const fovea_tensor *outputs) {
  fovea_status status = FOVEA_OK;
  for (uint32_t i = 0; !status && i < model->input_count; ++i)
    status = checkTensor(context, inputKind, i, &model->inputs[i], &inputs[i]);
  for (uint32_t i = 0; !status && i < model->output_count; ++i)
    status = checkTensor(context, outputKind, i, &model->outputs[i], &outputs[i]);
  return status;
}

// What a kernel returns when values contradict what was compiled (kernel::contradictedStatus).
enum { contradicted = 2 };

// Says why the model failed and makes all scratch memory free again.
static fovea_status failRun(fovea_context *context, const fovea_model *model, int32_t code) {
  bool exhausted = false;
  for (uint32_t i = 0; i < context->pool.count; ++i) {
    Scratch *scratch = &context->pool.workers[i].scratch;
    exhausted |= scratch->exhausted;
    foveaScratchReset(scratch);
  }
  if (code == contradicted)
    return foveaFail(context, FOVEA_INVALID_ARGUMENT,
                     "the values of the inputs ask for what model \"%.64s\" was not compiled for: "
                     "an index lies outside its axis, or a result has other extents than declared",
                     model->name);
  return foveaFail(context, FOVEA_INTERNAL,
                   "a kernel of model \"%.64s\" failed with code %d%s; this is a bug in the "
                   "compiler",
                   model->name, code, exhausted ? " after its planned scratch memory ran out" : "");
}

static fovea_status runModel(fovea_context *context, const fovea_model *model,
                             const fovea_tensor *inputs, size_t inputCount,
                             const fovea_tensor *outputs, size_t outputCount) {
  fovea_status status = FOVEA_OK;
  if (model != context->model) {
    status = foveaCheckModel(context, model);
    if (!status)
      status = checkCapacity(context, model);
  }
  if (!status)
    status = checkCount(context, model, inputKind, model->input_count, inputCount, inputs);
  if (!status)
    status = checkCount(context, model, outputKind, model->output_count, outputCount, outputs);
  if (!status && !context->options.skip_checks)
    status = checkTensors(context, model, inputs, outputs);
  if (status)
    return status;

  for (uint32_t i = 0; i < model->input_count; ++i)
    context->inputs[i] = firstByte(&inputs[i]);
  for (uint32_t i = 0; i < model->output_count; ++i)
    context->outputs[i] = firstByte(&outputs[i]);
  if (!context->options.skip_checks) {
    status = checkOverlaps(context, model);
    if (status)
      return status;
  }

  const void *weights = model == context->model ? context->weights : model->weights;
  const int32_t code = model->run(&context->pool.workers[0], context->inputs, context->outputs,
                                  context->arena.memory, weights);
  return code ? failRun(context, model, code) : FOVEA_OK;
}

fovea_status fovea_run(fovea_context *context, const fovea_model *model, const fovea_tensor *inputs,
                       size_t input_count, fovea_tensor *outputs, size_t output_count) {
  // Memory order: who takes the context over sees what its last user wrote.
  if (!context || atomic_exchange_explicit(&context->inUse, 1, memory_order_acquire))
    return FOVEA_INVALID_ARGUMENT;
  context->message[0] = '\0';
  const fovea_status status = runModel(context, model, inputs, input_count, outputs, output_count);
  atomic_store_explicit(&context->inUse, 0, memory_order_release);
  return status;
}
