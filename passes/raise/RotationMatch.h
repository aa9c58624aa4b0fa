// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rotations of pairs by what they compute, however the elements of a pair are taken apart and put
// together again.

#ifndef FOVEA_PASSES_RAISE_ROTATIONMATCH_H
#define FOVEA_PASSES_RAISE_ROTATIONMATCH_H

#include "mlir/IR/BuiltinTypes.h"
#include "passes/raise/IndexWalk.h"

namespace fovea::raise {

/// A tensor read through layout ops: what they read, down to what is no layout op.
using ViewChain = llvm::SmallVector<View, 4>;

/// `view` and what is read behind each layout op under it.
ViewChain walkLayout(View view, llvm::ArrayRef<int64_t> loops);

/// How far `map` is from `place` in each dimension; nothing when that is not constant.
std::optional<llvm::SmallVector<int64_t>> getDistance(mlir::AffineMap map, mlir::AffineMap place);

/// Whether the value is a rotation (a c - b s, a s + b c) of the pairs (a, b) of the last dimension
/// of `x`, from `offsets` on, by angles that the two of a pair share. The angles are read over
/// `loops`, the dimensions of the value with half of the last one.
struct Rotation {
  mlir::Value x;
  llvm::SmallVector<int64_t> offsets;
  ViewChain cosine, sine;
  /// The sine has the other sign.
  bool isInverse;
};

/// The shape of a tensor whose pairs may stand apart, [..., pairs, 2], with its pairs side by side.
llvm::SmallVector<int64_t> getTurnedShape(mlir::RankedTensorType type);

/// The loops over the pairs of a tensor of this shape.
llvm::SmallVector<int64_t> getPairLoops(llvm::ArrayRef<int64_t> shape);

/// Matches a rotation; one of neighbours may have its pairs apart. `reason` says why there is none.
std::optional<Rotation> matchRotation(mlir::Value value, bool interleaved, llvm::StringRef &reason);

/// The numbers that a constant has where it is read, over the loops it depends on (the others have
/// the extent 1 in `shape`, which has no leading ones); nothing for other values.
struct ConstantView {
  llvm::SmallVector<int64_t> shape;
  std::vector<double> numbers;
};
std::optional<ConstantView> readConstant(const View &view, llvm::ArrayRef<int64_t> loops);

} // namespace fovea::raise

#endif // FOVEA_PASSES_RAISE_ROTATIONMATCH_H
