// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reshapes that make index maps simpler.

#ifndef FOVEA_PASSES_RAISE_MERGEDDIMENSIONS_H
#define FOVEA_PASSES_RAISE_MERGEDDIMENSIONS_H

#include "mlir/IR/AffineMap.h"
#include "llvm/ADT/SmallVector.h"

namespace fovea::raise {

/// A tensor's shape and the index into it.
struct MergedMap {
  mlir::AffineMap map;
  llvm::SmallVector<int64_t> shape;
};

/// How many divisions and remainders the map holds.
unsigned countDivisions(mlir::AffineMap map);

/// `shape`, indexed by `map`, with neighbouring dimensions merged where that saves a division:
/// (x floordiv 4, x mod 4) is one dimension at x.
MergedMap mergeDimensions(mlir::AffineMap map, llvm::ArrayRef<int64_t> shape,
                          llvm::ArrayRef<int64_t> extents);

} // namespace fovea::raise

#endif // FOVEA_PASSES_RAISE_MERGEDDIMENSIONS_H
