// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Models written by hand, and the small amount of ceremony that calling one takes.
#ifndef FOVEA_TEST_UNIT_RUNTIME_TESTMODELS_H
#define FOVEA_TEST_UNIT_RUNTIME_TESTMODELS_H

#include "fovea/runtime.h"

#include <cstdint>
#include <functional>
#include <vector>

constexpr fovea_dtype kFloat32{2, 32, 1};
constexpr fovea_dtype kInt64{0, 64, 1};
constexpr fovea_dtype kBool{6, 8, 1};

/// Elements of the input and the output of `mixModel`.
constexpr int kMixSize = 257;

/// x: float32[257] -> y: float32[257]. Two parallel loops that hand over through the arena and use
/// scratch memory; the second reads what other tasks of the first wrote.
const fovea_model &mixModel();

/// image: float32[2,3], ids: int64[4], empty: float32[0,5] -> logits: float32[2], keep: bool[4].
/// logits[i] is the sum of row i; keep[i] is ids[i] > 0.
const fovea_model &checkedModel();

/// The body of a model without tensors, run by `runBody`.
using Body = std::function<int32_t(fovea_worker *)>;

/// A model without inputs and outputs whose code is the closure that `runBody` is given; needs
/// `scratchBytes` of scratch memory.
fovea_model bodyModel(uint64_t scratchBytes = 0);

/// Runs `body` as the code of a `bodyModel` on a context made for one.
fovea_status runBody(fovea_context *context, const fovea_model &model, const Body &body);

/// fovea_parallel_for on a C++ callable `task(worker, index) -> int32_t`.
template <typename Task>
int32_t parallelFor(fovea_worker *worker, int32_t min, int32_t extent, const Task &task) {
  auto trampoline = [](fovea_worker *self, int32_t index, uint8_t *closure) -> int32_t {
    return (*reinterpret_cast<const Task *>(closure))(self, index);
  };
  return fovea_parallel_for(worker, trampoline, min, extent,
                            reinterpret_cast<uint8_t *>(const_cast<Task *>(&task)));
}

/// A context that is destroyed with its scope.
struct Context {
  explicit Context(const fovea_model &model, uint32_t threads = 1);
  Context(const fovea_model &model, const fovea_options &options);
  ~Context() { fovea_context_destroy(handle); }
  Context(const Context &) = delete;
  Context &operator=(const Context &) = delete;

  fovea_context *handle = nullptr;
  fovea_status status;
};

/// Zero options with their size set.
fovea_options makeOptions(uint32_t threads = 1);

/// A tensor of CPU memory with the given shape.
fovea_tensor makeTensor(void *data, fovea_dtype dtype, std::vector<int64_t> &shape);

/// Runs `mixModel` and returns y.
std::vector<float> runMix(fovea_context *context, const std::vector<float> &x);

/// The input of `mixModel` that tests use, and y computed without the runtime.
std::vector<float> mixInput();
std::vector<float> mixReference(const std::vector<float> &x);

#endif // FOVEA_TEST_UNIT_RUNTIME_TESTMODELS_H
