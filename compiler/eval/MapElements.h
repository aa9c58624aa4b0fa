// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions applied element by element to operands that broadcast. Operands are walked in rows of
// the broadcast shape and converted block by block, so that large tensors need no second copy;
// splats stay splats.

#ifndef FOVEA_COMPILER_EVAL_MAPELEMENTS_H
#define FOVEA_COMPILER_EVAL_MAPELEMENTS_H

#include "compiler/eval/Tensor.h"

#include "llvm/ADT/STLFunctionalExtras.h"

#include <array>

namespace fovea::eval {

/// Elements converted at a time.
constexpr int64_t blockSize = 512;

/// The broadcast shape with neighbouring dimensions merged wherever every operand walks them in one
/// stride.
struct Walk {
  llvm::SmallVector<int64_t> extents;
  llvm::SmallVector<llvm::SmallVector<int64_t>> strides; // per operand
};

Walk makeWalk(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<Tensor> operands);

/// Computes one block: `inputs[i][0 .. count)` to `output[0 .. count)`.
template <typename In, typename Out>
using Block = llvm::function_ref<void(llvm::ArrayRef<In *> inputs, Out *output, int64_t count)>;

template <typename In, typename Out>
Tensor mapElements(mlir::RankedTensorType type, llvm::ArrayRef<Tensor> operands,
                   Block<In, Out> block) {
  std::vector<std::array<In, blockSize>> buffers(operands.size());
  llvm::SmallVector<In *> inputs;
  for (auto &buffer : buffers)
    inputs.push_back(buffer.data());
  std::array<Out, blockSize> output;
  Kind kind = *getKind(type.getElementType());
  if (type.getNumElements() != 0 &&
      llvm::all_of(operands, [](const Tensor &t) { return t.isSplat(); })) {
    for (auto [operand, input] : llvm::zip_equal(operands, inputs))
      load(operand.kind(), operand.bytes(), 0, 1, input);
    block(inputs, output.data(), 1);
    auto element = std::make_shared<llvm::SmallVector<char, 0>>();
    element->resize(onnx::getElementBytes(type.getElementType()));
    store(kind, output.data(), 1, element->data());
    return Tensor(type, {*element, true, element});
  }
  NewTensor result = allocate(type);
  if (type.getNumElements() == 0)
    return result.tensor;
  Walk walk = makeWalk(type.getShape(), operands);
  int64_t row = walk.extents.back(), rows = type.getNumElements() / row;
  llvm::SmallVector<int64_t> position(walk.extents.size(), 0), offsets(operands.size(), 0);
  char *to = result.bytes;
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t begin = 0; begin < row; begin += blockSize) {
      int64_t count = std::min(blockSize, row - begin);
      for (size_t i = 0; i < operands.size(); ++i) {
        int64_t stride = walk.strides[i].back();
        load(operands[i].kind(),
             operands[i].bytes() + (offsets[i] + begin * stride) * operands[i].elementBytes(),
             stride, count, inputs[i]);
      }
      block(inputs, output.data(), count);
      store(kind, output.data(), count, to);
      to += count * result.tensor.elementBytes();
    }
    for (int64_t dim = int64_t(walk.extents.size()) - 2; dim >= 0; --dim) {
      bool wraps = ++position[dim] == walk.extents[dim];
      for (size_t i = 0; i < operands.size(); ++i)
        offsets[i] +=
            wraps ? -walk.strides[i][dim] * (walk.extents[dim] - 1) : walk.strides[i][dim];
      if (!wraps)
        break;
      position[dim] = 0;
    }
  }
  return result.tensor;
}

/// function(a, b) at every place.
template <typename Out, typename In, typename Function>
Tensor mapBinary(mlir::RankedTensorType type, llvm::ArrayRef<Tensor> operands, Function function) {
  return mapElements<In, Out>(type, operands,
                              [&](llvm::ArrayRef<In *> in, Out *out, int64_t count) {
                                for (int64_t i = 0; i < count; ++i)
                                  out[i] = function(in[0][i], in[1][i]);
                              });
}

/// function(x) at every place.
template <typename Out, typename In, typename Function>
Tensor mapUnary(mlir::RankedTensorType type, llvm::ArrayRef<Tensor> operands, Function function) {
  return mapElements<In, Out>(type, operands[0],
                              [&](llvm::ArrayRef<In *> in, Out *out, int64_t count) {
                                for (int64_t i = 0; i < count; ++i)
                                  out[i] = function(in[0][i]);
                              });
}

} // namespace fovea::eval

#endif // FOVEA_COMPILER_EVAL_MAPELEMENTS_H
