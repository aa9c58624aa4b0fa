// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Index maps with known extents: simplification, layout ops as maps, and what linalg.generic
// accepts.

#ifndef FOVEA_PASSES_FUSE_INDEXMAPS_H
#define FOVEA_PASSES_FUSE_INDEXMAPS_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/Value.h"

#include <optional>

namespace fovea {

/// Simplifies a map without symbols whose dimension `d` runs over `0 <= d < dimExtents[d]`.
/// Dimensions of extent 1 become 0 unless `keepUnitDims`; divisions and remainders whose operands'
/// ranges decide them disappear.
mlir::AffineMap simplifyIndexMap(mlir::AffineMap map, llvm::ArrayRef<int64_t> dimExtents,
                                 bool keepUnitDims = false);

/// Whether an expression of the map divides or takes a remainder.
bool hasDivOrMod(mlir::AffineMap map);

/// Whether dimension `dim` occurs in a quotient or remainder of the map.
bool dividesDim(mlir::AffineMap map, mlir::AffineExpr dim);

/// Whether every result is a constant or a plain dimension, and no dimension occurs twice.
bool isSelection(mlir::AffineMap map);

/// Whether the map takes every index of a tensor of this shape to itself.
bool isIdentityOn(mlir::AffineMap map, llvm::ArrayRef<int64_t> shape);

/// An op that only moves elements: `result[i] = source[map(i)]`.
struct Layout {
  mlir::Value source;
  mlir::AffineMap map;
  /// True for reshapes, which move nothing in memory.
  bool isReshape;
  /// From the source's index to the result's; null when elements are left out or repeated.
  mlir::AffineMap inverse;
};

/// The layout of a transpose or broadcast generic, an expand_shape, a collapse_shape or an
/// extract_slice of constant offsets and strides; nothing for other ops and for dynamic shapes.
std::optional<Layout> getLayout(mlir::Operation *op);

/// Slices of one tensor along one dimension, in another order: [from, from + size) becomes
/// [to, to + size). Two blocks are a roll.
struct BlockOrder {
  struct Block {
    int64_t from, to, size;
  };
  mlir::Value source;
  unsigned dim;
  llvm::SmallVector<Block> blocks;
};

/// The order that a concatenation, of which `op` is the last insertion, gives to all slices of one
/// tensor.
std::optional<BlockOrder> getBlockOrder(mlir::tensor::InsertSliceOp op);

/// The layout of what `getLayout` knows, and of slices concatenated in another order, whose map
/// divides.
std::optional<Layout> getMovement(mlir::Operation *op);

/// Whether reading a tensor of shape `to` through `map` from one of shape `from` reads the same
/// memory in the same order.
bool isReshapeMap(mlir::AffineMap map, llvm::ArrayRef<int64_t> from, llvm::ArrayRef<int64_t> to);

/// The generic that transposes its only input: a layout whose map is a permutation and not the
/// identity.
bool isTranspose(mlir::Operation *op);

/// Whether a linalg.generic with these operand types and maps verifies and iterates over
/// `loopExtents`.
bool isValidIndexing(mlir::TypeRange operandTypes, llvm::ArrayRef<mlir::AffineMap> maps,
                     llvm::ArrayRef<int64_t> loopExtents, mlir::MLIRContext *context);

} // namespace fovea

#endif // FOVEA_PASSES_FUSE_INDEXMAPS_H
