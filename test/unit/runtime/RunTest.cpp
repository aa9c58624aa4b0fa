// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// fovea_run's checks, as a table: what a program can get wrong, and the sentence it gets for it.
#include "TestModels.h"

#include "gtest/gtest.h"
#include <chrono>
#include <cstring>
#include <string>

namespace {

/// A correct call of `checkedModel`, to be spoiled.
struct Call {
  alignas(64) float imageData[16] = {1, 2, 3, 4, 5, 6};
  alignas(64) int64_t idsData[16] = {-1, 0, 1, 2};
  alignas(64) float logitsData[64] = {};
  alignas(64) uint8_t keepData[64] = {9, 9, 9, 9, 9};
  std::vector<int64_t> imageShape{2, 3}, idsShape{4}, emptyShape{0, 5}, logitsShape{2},
      keepShape{4};
  std::vector<int64_t> strides;
  fovea_tensor inputs[4];
  fovea_tensor outputs[3];
  const fovea_tensor *inputArray = inputs;
  fovea_tensor *outputArray = outputs;
  size_t inputCount = 3, outputCount = 2;

  Call() {
    inputs[0] = makeTensor(imageData, kFloat32, imageShape);
    inputs[1] = makeTensor(idsData, kInt64, idsShape);
    inputs[2] = makeTensor(nullptr, kFloat32, emptyShape);
    outputs[0] = makeTensor(logitsData, kFloat32, logitsShape);
    outputs[1] = makeTensor(keepData, kBool, keepShape);
    inputs[3] = inputs[0];
    outputs[2] = outputs[0];
  }

  fovea_tensor &image() { return inputs[0]; }
  fovea_tensor &ids() { return inputs[1]; }
  fovea_tensor &empty() { return inputs[2]; }
  fovea_tensor &logits() { return outputs[0]; }
  fovea_tensor &keep() { return outputs[1]; }

  void setStrides(fovea_tensor &tensor, std::vector<int64_t> values) {
    strides = std::move(values);
    tensor.strides = strides.data();
  }

  fovea_status run(fovea_context *context) {
    return fovea_run(context, &checkedModel(), inputArray, inputCount, outputArray, outputCount);
  }
};

void *shifted(void *data, ptrdiff_t bytes) { return static_cast<uint8_t *>(data) + bytes; }

struct BadCase {
  const char *name;
  void (*spoil)(Call &);
  const char *sentence; // a part of it
};

const BadCase badCases[] = {
    // Counts and arrays.
    {"no inputs", [](Call &c) { c.inputCount = 0; }, "has 3 inputs, got 0"},
    {"an input less", [](Call &c) { c.inputCount = 2; }, "has 3 inputs, got 2"},
    {"an input more", [](Call &c) { c.inputCount = 4; }, "has 3 inputs, got 4"},
    {"absurd input count", [](Call &c) { c.inputCount = SIZE_MAX; }, "has 3 inputs, got 1844"},
    {"input count wraps", [](Call &c) { c.inputCount = (size_t(1) << 32) + 3; }, "has 3 inputs"},
    {"no outputs", [](Call &c) { c.outputCount = 0; }, "has 2 outputs, got 0"},
    {"an output less", [](Call &c) { c.outputCount = 1; }, "has 2 outputs, got 1"},
    {"an output more", [](Call &c) { c.outputCount = 3; }, "has 2 outputs, got 3"},
    {"null inputs", [](Call &c) { c.inputArray = nullptr; }, "array of inputs is NULL"},
    {"null outputs", [](Call &c) { c.outputArray = nullptr; }, "array of outputs is NULL"},
    // Element types.
    {"double image", [](Call &c) { c.image().dtype.bits = 64; }, "expected float32, got float64"},
    {"half image", [](Call &c) { c.image().dtype.bits = 16; }, "expected float32, got float16"},
    {"int image", [](Call &c) { c.image().dtype.code = 0; }, "expected float32, got int32"},
    {"unsigned image", [](Call &c) { c.image().dtype.code = 1; }, "expected float32, got uint32"},
    {"bfloat image", [](Call &c) { c.image().dtype = {4, 16, 1}; }, "got bfloat16"},
    {"bool image", [](Call &c) { c.image().dtype = kBool; }, "expected float32, got bool"},
    {"vector image", [](Call &c) { c.image().dtype.lanes = 4; }, "got float32 with 4 lanes"},
    {"no lanes", [](Call &c) { c.image().dtype.lanes = 0; }, "got float32 with 0 lanes"},
    {"zero dtype", [](Call &c) { c.image().dtype = {0, 0, 0}; }, "got int0 with 0 lanes"},
    {"unknown dtype", [](Call &c) { c.image().dtype.code = 200; }, "dtype(code 200, bits 32)"},
    {"opaque dtype", [](Call &c) { c.image().dtype.code = 3; }, "dtype(code 3, bits 32)"},
    {"int32 ids", [](Call &c) { c.ids().dtype.bits = 32; }, "expected int64, got int32"},
    {"uint64 ids", [](Call &c) { c.ids().dtype.code = 1; }, "expected int64, got uint64"},
    {"uint8 keep", [](Call &c) { c.keep().dtype = {1, 8, 1}; }, "expected bool, got uint8"},
    {"int64 logits", [](Call &c) { c.logits().dtype = kInt64; }, "expected float32, got int64"},
    {"empty with dtype", [](Call &c) { c.empty().dtype = kInt64; }, "expected float32, got int64"},
    // Ranks.
    {"rank 0", [](Call &c) { c.image().ndim = 0; }, "expected rank 2, shape [2, 3], got rank 0"},
    {"rank 1", [](Call &c) { c.image().ndim = 1; }, "got rank 1"},
    {"rank 3", [](Call &c) { c.image().ndim = 3; }, "got rank 3"},
    {"rank -1", [](Call &c) { c.image().ndim = -1; }, "got rank -1"},
    {"huge rank", [](Call &c) { c.image().ndim = INT32_MAX; }, "got rank 2147483647"},
    {"rank of logits", [](Call &c) { c.logits().ndim = 2; }, "expected rank 1, shape [2]"},
    // Shapes.
    {"null shape", [](Call &c) { c.image().shape = nullptr; }, "got a NULL shape"},
    {"null output shape", [](Call &c) { c.keep().shape = nullptr; }, "got a NULL shape"},
    {"wrong rows", [](Call &c) { c.imageShape[0] = 1; },
     "dimension 0: expected 2, got 1 (expected shape [2, 3], got [1, 3])"},
    {"wrong columns", [](Call &c) { c.imageShape[1] = 4; }, "dimension 1: expected 3, got 4"},
    {"swapped", [](Call &c) { std::swap(c.imageShape[0], c.imageShape[1]); }, "expected 2, got 3"},
    {"zero dimension", [](Call &c) { c.imageShape[1] = 0; }, "expected 3, got 0"},
    {"negative dimension", [](Call &c) { c.imageShape[0] = -2; }, "expected 2, got -2"},
    {"smallest dimension", [](Call &c) { c.idsShape[0] = INT64_MIN; }, "-9223372036854775808"},
    {"long ids", [](Call &c) { c.idsShape[0] = 5; }, "input 1 \"ids\": dimension 0"},
    {"32-bit wrap", [](Call &c) { c.idsShape[0] = (int64_t(1) << 32) + 4; }, "got 4294967300"},
    {"small output", [](Call &c) { c.logitsShape[0] = 1; }, "output 0 \"logits\": dimension 0"},
    {"large output", [](Call &c) { c.keepShape[0] = 8; }, "output 1 \"keep\": dimension 0"},
    {"not empty", [](Call &c) { c.emptyShape[0] = 1; }, "input 2 \"empty\": dimension 0"},
    // Strides.
    {"transposed", [](Call &c) { c.setStrides(c.image(), {1, 2}); }, "got strides [1, 2]"},
    {"padded rows", [](Call &c) { c.setStrides(c.image(), {4, 1}); }, "got strides [4, 1]"},
    {"broadcast", [](Call &c) { c.setStrides(c.image(), {0, 1}); }, "got strides [0, 1]"},
    {"every second", [](Call &c) { c.setStrides(c.ids(), {2}); }, "got strides [2]"},
    {"reversed", [](Call &c) { c.setStrides(c.ids(), {-1}); }, "got strides [-1]"},
    {"byte strides", [](Call &c) { c.setStrides(c.logits(), {4}); }, "output 0 \"logits\""},
    // Data, offsets, alignment.
    {"null image", [](Call &c) { c.image().data = nullptr; }, "data is NULL, expected 24 bytes"},
    {"null logits", [](Call &c) { c.logits().data = nullptr; },
     "output 0 \"logits\": data is NULL"},
    {"null with offset",
     [](Call &c) {
       c.ids().data = nullptr;
       c.ids().byte_offset = 64;
     },
     "data is NULL"},
    {"offset wraps", [](Call &c) { c.image().byte_offset = UINT64_MAX; }, "address space"},
    {"end wraps",
     [](Call &c) { c.image().byte_offset = -reinterpret_cast<uintptr_t>(c.image().data) - 4; },
     "address space"},
    {"off by 1", [](Call &c) { c.image().data = shifted(c.imageData, 1); }, "aligned to 4 bytes"},
    {"off by 2", [](Call &c) { c.image().data = shifted(c.imageData, 2); }, "aligned to 4 bytes"},
    {"offset by 2", [](Call &c) { c.image().byte_offset = 2; }, "aligned to 4 bytes"},
    {"ids off by 4", [](Call &c) { c.ids().data = shifted(c.idsData, 4); }, "aligned to 8 bytes"},
    {"logits off by 1", [](Call &c) { c.logits().data = shifted(c.logitsData, 1); },
     "size of a float32"},
    // Devices.
    {"no device", [](Call &c) { c.image().device.type = 0; }, "got device type 0"},
    {"CUDA image", [](Call &c) { c.image().device.type = 2; }, "got device type 2"},
    {"CUDA logits", [](Call &c) { c.logits().device.type = 2; }, "output 0 \"logits\": expected"},
    {"negative device", [](Call &c) { c.ids().device.type = -1; }, "got device type -1"},
    // Overlaps.
    {"in place", [](Call &c) { c.logits().data = c.imageData; }, "overlaps input 0 \"image\""},
    {"last element", [](Call &c) { c.logits().data = c.imageData + 5; }, "overlaps input 0"},
    {"first element", [](Call &c) { c.image().data = c.logitsData + 1; }, "overlaps input 0"},
    {"by offset",
     [](Call &c) {
       c.logits().data = c.idsData;
       c.logits().byte_offset = 24;
     },
     "overlaps input 1 \"ids\""},
    {"inside", [](Call &c) { c.keep().data = shifted(c.idsData, 9); }, "output 1 \"keep\": its"},
    {"same output", [](Call &c) { c.keep().data = c.logitsData; }, "overlaps output 0 \"logits\""},
    {"next output", [](Call &c) { c.keep().data = shifted(c.logitsData, 7); }, "overlaps output 0"},
};

TEST(Run, ChecksEveryArgument) {
  Context context(checkedModel());
  for (const BadCase &bad : badCases) {
    Call call;
    bad.spoil(call);
    EXPECT_EQ(call.run(context.handle), FOVEA_INVALID_ARGUMENT) << bad.name;
    const std::string sentence = fovea_last_error(context.handle);
    EXPECT_NE(sentence.find(bad.sentence), std::string::npos) << bad.name << ": " << sentence;
    if (call.outputArray && call.outputs[1].data == call.keepData) {
      EXPECT_EQ(call.keepData[0], 9) << bad.name << ": ran in spite of the error";
    }
  }
  // A good call afterwards works and clears the sentence.
  Call call;
  EXPECT_EQ(call.run(context.handle), FOVEA_OK);
  EXPECT_STREQ(fovea_last_error(context.handle), "");
}

TEST(Run, ComputesAndHonoursOffsets) {
  Context context(checkedModel());
  Call call;
  call.image().byte_offset = 8;
  call.imageData[6] = 7;
  call.imageData[7] = 8;
  call.logits().byte_offset = 12;
  ASSERT_EQ(call.run(context.handle), FOVEA_OK) << fovea_last_error(context.handle);
  EXPECT_EQ(call.logitsData[0], 0);
  EXPECT_EQ(call.logitsData[3], 3 + 4 + 5);
  EXPECT_EQ(call.logitsData[4], 6 + 7 + 8);
  const uint8_t keep[] = {0, 0, 1, 1, 9};
  EXPECT_EQ(std::memcmp(call.keepData, keep, 5), 0);
}

struct GoodCase {
  const char *name;
  void (*change)(Call &);
};

const GoodCase goodCases[] = {
    {"explicit strides", [](Call &c) { c.setStrides(c.image(), {3, 1}); }},
    {"strides of an empty tensor", [](Call &c) { c.setStrides(c.empty(), {77, -5}); }},
    {"empty with data", [](Call &c) { c.empty().data = c.imageData; }},
    {"empty inside an output", [](Call &c) { c.empty().data = c.logitsData; }},
    {"natural alignment only", [](Call &c) { c.image().data = shifted(c.imageData, 4); }},
    {"bytes at odd addresses", [](Call &c) { c.keep().data = shifted(c.keepData, 3); }},
    {"another CPU device", [](Call &c) { c.image().device.id = 1; }},
    {"inputs may overlap", [](Call &c) { c.image().data = c.idsData; }},
    {"neighbours",
     [](Call &c) {
       c.image().data = c.logitsData + 2;
       c.keep().data = shifted(c.logitsData, 32);
     }},
};

TEST(Run, AcceptsWhatIsAllowed) {
  Context context(checkedModel());
  for (const GoodCase &good : goodCases) {
    Call call;
    good.change(call);
    EXPECT_EQ(call.run(context.handle), FOVEA_OK)
        << good.name << ": " << fovea_last_error(context.handle);
  }
}

TEST(Run, StridesOfDimensionsOfSizeOneAreFree) {
  static const int64_t shape[] = {2, 1, 3};
  static const fovea_tensor_info info = {"x", kFloat32, 3, shape, 24};
  fovea_model model = bodyModel();
  model.input_count = 1;
  model.inputs = &info;
  model.run = [](fovea_worker *, const void *const *, void *const *, void *, const void *) {
    return int32_t(0);
  };
  Context context(model);
  float data[6] = {};
  std::vector<int64_t> dims = {2, 1, 3}, strides = {3, 12345, 1};
  fovea_tensor tensor = makeTensor(data, kFloat32, dims);
  tensor.strides = strides.data();
  EXPECT_EQ(fovea_run(context.handle, &model, &tensor, 1, nullptr, 0), FOVEA_OK);
}

TEST(Run, LongNamesAndShapesAreCut) {
  const std::string name(5000, 'n');
  const std::vector<int64_t> shape(2000, 1); // the name and the rank outgrow any message
  const fovea_tensor_info info = {name.c_str(), kFloat32, 2000, shape.data(), 4};
  fovea_model model = bodyModel();
  model.name = name.c_str();
  model.input_count = 1;
  model.inputs = &info;
  Context context(model);
  fovea_tensor tensor = {};
  tensor.device.type = 1;
  tensor.dtype = kFloat32;
  EXPECT_EQ(fovea_run(context.handle, &model, &tensor, 1, nullptr, 0), FOVEA_INVALID_ARGUMENT);
  EXPECT_NE(std::string(fovea_last_error(context.handle)).find(", ...]"), std::string::npos);
  EXPECT_EQ(fovea_run(context.handle, &model, &tensor, 7, nullptr, 0), FOVEA_INVALID_ARGUMENT);
  EXPECT_LT(std::string(fovea_last_error(context.handle)).size(), 512u);
}

TEST(Run, SkipsChecksWhenTold) {
  fovea_options options = makeOptions();
  options.skip_checks = 1;
  Context context(checkedModel(), options);
  Call call;
  call.image().dtype = kInt64;
  EXPECT_EQ(call.run(context.handle), FOVEA_OK);
  EXPECT_EQ(call.logitsData[1], 15);
  // Counts are always checked.
  call.inputCount = 1;
  EXPECT_EQ(call.run(context.handle), FOVEA_INVALID_ARGUMENT);
}

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr double slowdown = 20.0; // sanitizers
#else
constexpr double slowdown = 1.0;
#endif

TEST(Run, ChecksCostLessThanAMicrosecond) {
  Context context(checkedModel());
  Call call;
  call.run(context.handle);
  double best = 1e9;
  for (int round = 0; round < 20; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < 1000; ++i)
      call.run(context.handle);
    const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - begin;
    best = std::min(best, time.count() / 1000);
  }
  RecordProperty("microseconds_per_call", std::to_string(best));
  EXPECT_LT(best, slowdown);
}

} // namespace
