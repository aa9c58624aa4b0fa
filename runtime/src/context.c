// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Making and releasing contexts. All memory and all threads a run needs are obtained here.
#include "internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t copyWeightsFrom = (uint64_t)4 << 20;
static const size_t weightsAlignment = 64;

fovea_status foveaFail(fovea_context *context, fovea_status status, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(context->message, sizeof(context->message), format, arguments);
  va_end(arguments);
  return status;
}

static bool validInfo(const fovea_tensor_info *info) {
  if (!info->name || info->ndim < 0 || (info->ndim && !info->shape) || info->dtype.bits == 0)
    return false;
  uint64_t bytes = (info->dtype.bits + 7u) / 8u;
  for (int32_t i = 0; i < info->ndim; ++i)
    if (info->shape[i] < 0 || __builtin_mul_overflow(bytes, (uint64_t)info->shape[i], &bytes))
      return false;
  return bytes == info->byte_size;
}

static bool validInfos(const fovea_tensor_info *infos, uint32_t count) {
  if (count && !infos)
    return false;
  for (uint32_t i = 0; i < count; ++i)
    if (!validInfo(&infos[i]))
      return false;
  return true;
}

fovea_status foveaCheckModel(fovea_context *context, const fovea_model *model) {
  if (!model)
    return foveaFail(context, FOVEA_INVALID_ARGUMENT, "the model is NULL");
  if (model->struct_size < 2 * sizeof(uint32_t))
    return foveaFail(context, FOVEA_INVALID_ARGUMENT,
                     "this is not a compiled model: its struct_size is %u", model->struct_size);
  if (model->abi_version != FOVEA_ABI_VERSION)
    return foveaFail(context, FOVEA_UNSUPPORTED,
                     "the model was compiled for ABI version %u and this runtime has version %u: "
                     "compile it with the foveac of this runtime",
                     model->abi_version, FOVEA_ABI_VERSION);
  if (model->struct_size < sizeof(fovea_model))
    return foveaFail(context, FOVEA_INVALID_ARGUMENT,
                     "the model's struct_size is %u and should be %zu or more", model->struct_size,
                     sizeof(fovea_model));
  if (!model->name || !model->run || !validInfos(model->inputs, model->input_count) ||
      !validInfos(model->outputs, model->output_count) ||
      (model->weights_bytes && (!model->weights || (uintptr_t)model->weights % weightsAlignment)))
    return foveaFail(context, FOVEA_INVALID_ARGUMENT,
                     "the model is damaged: a pointer that it needs is NULL or misaligned, or the "
                     "description of a tensor is impossible");
  const uint64_t missing = model->required_features & ~context->features;
  if (missing) {
    char names[160];
    return foveaFail(context, FOVEA_UNSUPPORTED,
                     "model \"%.64s\" needs CPU features that this machine lacks: %s; compile it "
                     "for another --mcpu",
                     model->name, foveaFeatureNames(missing, names, sizeof(names)));
  }
  return FOVEA_OK;
}

// Reads options of this or another version of the header: what an older one lacks is zero, what a
// newer one adds must be zero.
static fovea_status readOptions(fovea_context *context, const fovea_options *options) {
  fovea_options *own = &context->options;
  if (!options)
    return FOVEA_OK;
  const uint32_t size = options->struct_size;
  if (size < offsetof(fovea_options, weights_in_place))
    return foveaFail(context, FOVEA_INVALID_ARGUMENT,
                     "fovea_options.struct_size is %u: set it to sizeof(fovea_options)", size);
  for (uint32_t i = sizeof(fovea_options); i < size; ++i)
    if (((const uint8_t *)options)[i])
      return foveaFail(context, FOVEA_UNSUPPORTED,
                       "fovea_options uses a field at byte %u that this runtime does not know", i);
  memcpy(own, options, size < sizeof(*own) ? size : sizeof(*own));
  if (!own->allocate != !own->release)
    return foveaFail(context, FOVEA_INVALID_ARGUMENT,
                     "fovea_options needs both allocate and release, or neither");
  if (own->threads > FOVEA_MAX_THREADS)
    return foveaFail(context, FOVEA_INVALID_ARGUMENT,
                     "fovea_options.threads is %u; at most %u are possible", own->threads,
                     (unsigned)FOVEA_MAX_THREADS);
  if (own->skip_checks > 1 || own->weights_in_place > 1)
    return foveaFail(context, FOVEA_INVALID_ARGUMENT, "fovea_options.%s is %u; it is 0 or 1",
                     own->skip_checks > 1 ? "skip_checks" : "weights_in_place",
                     own->skip_checks > 1 ? own->skip_checks : own->weights_in_place);
  return FOVEA_OK;
}

static fovea_status outOfMemory(fovea_context *context, const char *what, uint64_t bytes) {
  return foveaFail(context, FOVEA_OUT_OF_MEMORY,
                   "no memory for the %s of model \"%.64s\": %llu bytes", what,
                   context->model->name, (unsigned long long)bytes);
}

static fovea_status allocateMemory(fovea_context *context) {
  const fovea_model *model = context->model;
  const fovea_options *options = &context->options;
  if (!foveaAllocate(options, model->arena_bytes, &context->arena))
    return outOfMemory(context, "arena", model->arena_bytes);

  const uint32_t threads = context->pool.count;
  const uint64_t stride = foveaScratchStride(model->scratch_bytes);
  uint64_t total;
  if (!stride || __builtin_mul_overflow(stride, threads, &total) ||
      !foveaAllocate(options, total, &context->scratch))
    return outOfMemory(context, "scratch memory per thread", model->scratch_bytes);
  context->scratchBytes = model->scratch_bytes;
  for (uint32_t i = 0; i < threads; ++i) {
    Scratch *scratch = &context->pool.workers[i].scratch;
    scratch->base = (uint8_t *)context->scratch.memory + i * stride;
    scratch->capacity = stride;
  }

  const size_t pointers = (size_t)model->input_count + model->output_count;
  context->inputs = calloc(pointers ? pointers : 1, sizeof(void *));
  if (!context->inputs)
    return outOfMemory(context, "tensor table", pointers * sizeof(void *));
  context->outputs = (void **)(context->inputs + model->input_count);
  context->inputCapacity = model->input_count;
  context->outputCapacity = model->output_count;

  context->weights = model->weights;
  if (!options->weights_in_place && model->weights_bytes >= copyWeightsFrom &&
      foveaAllocate(options, model->weights_bytes, &context->weightsCopy)) {
    memcpy(context->weightsCopy.memory, model->weights, model->weights_bytes);
    context->weights = context->weightsCopy.memory;
  }
  return FOVEA_OK;
}

static fovea_status initialise(fovea_context *context, const fovea_model *model,
                               const fovea_options *options) {
  fovea_status status = readOptions(context, options);
  if (status)
    return status;
  context->features = foveaCpuFeatures();
  status = foveaCheckModel(context, model);
  if (status)
    return status;
  context->model = model;

  uint32_t threads = context->options.threads;
  if (!threads)
    threads = foveaAllowedCpus();
  if (threads > FOVEA_MAX_THREADS)
    threads = FOVEA_MAX_THREADS;
  const uint32_t spin = context->options.spin_microseconds;
  status = foveaPoolCreate(&context->pool, threads, (spin ? spin : 50) * (uint64_t)1000);
  if (status == FOVEA_THREAD_FAILURE)
    return foveaFail(context, status, "the system refused to start a pool of %u threads", threads);
  if (status)
    return outOfMemory(context, "thread pool", threads * sizeof(fovea_worker));
  return allocateMemory(context);
}

// Leaves the sentence where the caller asked for it, if the options reach that far.
static void reportMessage(const fovea_options *options, const char *message) {
  const size_t end = offsetof(fovea_options, message_bytes) + sizeof(options->message_bytes);
  if (options && options->struct_size >= end && options->message && options->message_bytes)
    snprintf(options->message, options->message_bytes, "%s", message);
}

fovea_status fovea_context_create(const fovea_model *model, const fovea_options *options,
                                  fovea_context **out_context) {
  if (!out_context) {
    reportMessage(options, "out_context is NULL");
    return FOVEA_INVALID_ARGUMENT;
  }
  *out_context = NULL;
  fovea_context *context = aligned_alloc(alignof(fovea_context), sizeof(fovea_context));
  if (!context) {
    reportMessage(options, "no memory for the context");
    return FOVEA_OUT_OF_MEMORY;
  }
  memset(context, 0, sizeof(*context));
  atomic_init(&context->inUse, 0);
  const fovea_status status = initialise(context, model, options);
  reportMessage(options, context->message);
  if (status)
    fovea_context_destroy(context);
  else
    *out_context = context;
  return status;
}

void fovea_context_destroy(fovea_context *context) {
  if (!context)
    return;
  foveaPoolDestroy(&context->pool);
  foveaRelease(&context->options, &context->weightsCopy);
  foveaRelease(&context->options, &context->scratch);
  foveaRelease(&context->options, &context->arena);
  free(context->inputs);
  free(context);
}

const char *fovea_last_error(const fovea_context *context) {
  return context ? context->message : "";
}

uint32_t fovea_context_threads(const fovea_context *context) {
  return context ? context->pool.count : 0;
}

const char *fovea_status_name(fovea_status status) {
  switch (status) {
  case FOVEA_OK:
    return "ok";
  case FOVEA_INVALID_ARGUMENT:
    return "invalid argument";
  case FOVEA_UNSUPPORTED:
    return "unsupported";
  case FOVEA_INTERNAL:
    return "internal error";
  case FOVEA_OUT_OF_MEMORY:
    return "out of memory";
  case FOVEA_THREAD_FAILURE:
    return "thread failure";
  }
  return "unknown status";
}
