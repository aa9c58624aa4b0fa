// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The hand-written models.
#include "TestModels.h"

#include "gtest/gtest.h"
#include <cmath>

namespace {

float firstStage(const float *x, int index, float *scratch) {
  for (int j = 0; j < kMixSize; ++j)
    scratch[j] = x[j] * static_cast<float>(index + 1);
  float sum = 0.0f;
  for (int j = 0; j < kMixSize; ++j)
    sum += std::sin(scratch[j]);
  return sum;
}

float secondStage(const float *hidden, int index) {
  float value = 1.0f;
  for (int j = 0; j < kMixSize; ++j)
    value = value * 0.5f + hidden[(index * 31 + j) % kMixSize] / 3.0f;
  return value;
}

int32_t runMixModel(fovea_worker *worker, const void *const *inputs, void *const *outputs,
                    void *arena, const void *) {
  const float *x = static_cast<const float *>(inputs[0]);
  float *hidden = static_cast<float *>(arena);
  float *y = static_cast<float *>(outputs[0]);
  int32_t result = parallelFor(worker, 0, kMixSize, [&](fovea_worker *self, int32_t i) -> int32_t {
    void *scratch = fovea_scratch_alloc(self, kMixSize * sizeof(float));
    if (!scratch)
      return 7;
    hidden[i] = firstStage(x, i, static_cast<float *>(scratch));
    fovea_scratch_free(self, scratch);
    return 0;
  });
  if (result)
    return result;
  return parallelFor(worker, 0, kMixSize, [&](fovea_worker *, int32_t i) -> int32_t {
    y[i] = secondStage(hidden, i);
    return 0;
  });
}

int32_t runCheckedModel(fovea_worker *, const void *const *inputs, void *const *outputs, void *,
                        const void *) {
  const float *image = static_cast<const float *>(inputs[0]);
  const int64_t *ids = static_cast<const int64_t *>(inputs[1]);
  float *logits = static_cast<float *>(outputs[0]);
  uint8_t *keep = static_cast<uint8_t *>(outputs[1]);
  for (int i = 0; i < 2; ++i)
    logits[i] = image[3 * i] + image[3 * i + 1] + image[3 * i + 2];
  for (int i = 0; i < 4; ++i)
    keep[i] = ids[i] > 0;
  return 0;
}

const Body *currentBody = nullptr;

int32_t runBodyModel(fovea_worker *worker, const void *const *, void *const *, void *,
                     const void *) {
  return (*currentBody)(worker);
}

const int64_t mixShape[] = {kMixSize};
const fovea_tensor_info mixInputs[] = {{"x", kFloat32, 1, mixShape, kMixSize * sizeof(float)}};
const fovea_tensor_info mixOutputs[] = {{"y", kFloat32, 1, mixShape, kMixSize * sizeof(float)}};

const int64_t imageShape[] = {2, 3}, idsShape[] = {4}, emptyShape[] = {0, 5}, logitsShape[] = {2};
const fovea_tensor_info checkedInputs[] = {{"image", kFloat32, 2, imageShape, 24},
                                           {"ids", kInt64, 1, idsShape, 32},
                                           {"empty", kFloat32, 2, emptyShape, 0}};
const fovea_tensor_info checkedOutputs[] = {{"logits", kFloat32, 1, logitsShape, 8},
                                            {"keep", kBool, 1, idsShape, 4}};

} // namespace

const fovea_model &mixModel() {
  static const fovea_model model = {
      sizeof(fovea_model),      FOVEA_ABI_VERSION,        "mix",   1, 1, mixInputs,  mixOutputs,
      kMixSize * sizeof(float), kMixSize * sizeof(float), nullptr, 0, 0, runMixModel};
  return model;
}

const fovea_model &checkedModel() {
  static const fovea_model model = {sizeof(fovea_model),
                                    FOVEA_ABI_VERSION,
                                    "checked",
                                    3,
                                    2,
                                    checkedInputs,
                                    checkedOutputs,
                                    0,
                                    0,
                                    nullptr,
                                    0,
                                    0,
                                    runCheckedModel};
  return model;
}

fovea_model bodyModel(uint64_t scratchBytes) {
  fovea_model model = {};
  model.struct_size = sizeof(fovea_model);
  model.abi_version = FOVEA_ABI_VERSION;
  model.name = "body";
  model.scratch_bytes = scratchBytes;
  model.run = runBodyModel;
  return model;
}

fovea_status runBody(fovea_context *context, const fovea_model &model, const Body &body) {
  currentBody = &body;
  const fovea_status status = fovea_run(context, &model, nullptr, 0, nullptr, 0);
  currentBody = nullptr;
  return status;
}

Context::Context(const fovea_model &model, uint32_t threads)
    : Context(model, makeOptions(threads)) {}

Context::Context(const fovea_model &model, const fovea_options &options)
    : status(fovea_context_create(&model, &options, &handle)) {}

fovea_options makeOptions(uint32_t threads) {
  fovea_options options = {};
  options.struct_size = sizeof(options);
  options.threads = threads;
  return options;
}

fovea_tensor makeTensor(void *data, fovea_dtype dtype, std::vector<int64_t> &shape) {
  return {data, {1, 0}, static_cast<int32_t>(shape.size()), dtype, shape.data(), nullptr, 0};
}

std::vector<float> runMix(fovea_context *context, const std::vector<float> &x) {
  std::vector<int64_t> shape = {kMixSize};
  std::vector<float> y(kMixSize, -1.0f);
  fovea_tensor input = makeTensor(const_cast<float *>(x.data()), kFloat32, shape);
  fovea_tensor output = makeTensor(y.data(), kFloat32, shape);
  EXPECT_EQ(fovea_run(context, &mixModel(), &input, 1, &output, 1), FOVEA_OK)
      << fovea_last_error(context);
  return y;
}

std::vector<float> mixInput() {
  std::vector<float> x(kMixSize);
  for (int i = 0; i < kMixSize; ++i)
    x[i] = std::cos(0.37f * static_cast<float>(i)) / 3.0f;
  return x;
}

std::vector<float> mixReference(const std::vector<float> &x) {
  std::vector<float> scratch(kMixSize), hidden(kMixSize), y(kMixSize);
  for (int i = 0; i < kMixSize; ++i)
    hidden[i] = firstStage(x.data(), i, scratch.data());
  for (int i = 0; i < kMixSize; ++i)
    y[i] = secondStage(hidden.data(), i);
  return y;
}
