// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operations on mask structure: points, shifts, intersections, what a domain makes of a mask,
// names.

#ifndef FOVEA_DIALECTS_ATTN_MASK_H
#define FOVEA_DIALECTS_ATTN_MASK_H

#include "dialects/attn/Attn.h"
#include "mlir/IR/IntegerSet.h"
#include <string>

namespace fovea::attn {

/// The dimensions of a mask's sets, in order; they are the first four of the attention's domain.
enum MaskDim : unsigned { MaskB, MaskH, MaskI, MaskJ, MaskDims };

/// One condition of a mask: `expr >= 0`, or `expr == 0`.
struct MaskConstraint {
  mlir::AffineExpr expr;
  bool isEquality = false;
};

/// A set of these conditions; without any, the set that always holds.
mlir::IntegerSet makeMaskSet(mlir::MLIRContext *context,
                             llvm::ArrayRef<MaskConstraint> constraints);
llvm::SmallVector<MaskConstraint> getConstraints(mlir::IntegerSet set);

/// Whether a condition of the mask looks at dimension `dim`.
bool usesDim(MaskAttr mask, unsigned dim);

/// Whether the mask shows the key to the query at `point` (b, h, i, j).
bool isVisible(MaskAttr mask, llvm::ArrayRef<int64_t> point);

/// The mask whose point (b, h, i, j) is the given mask's point moved by `offsets`.
MaskAttr shiftMask(MaskAttr mask, llvm::ArrayRef<int64_t> offsets);

/// What both masks show; null when that takes too many sets.
MaskAttr intersectMasks(MaskAttr a, MaskAttr b);
/// What one of the masks shows.
MaskAttr uniteMasks(MaskAttr a, MaskAttr b);

/// The same mask on a domain of these extents (the first four count), without what never or always
/// holds there. A mask that hides nothing becomes dense.
MaskAttr simplifyMask(MaskAttr mask, llvm::ArrayRef<int64_t> domain);

/// A name for people: "dense", "causal(offset=0)", "window(left=3,right=0)", "block(7)",
/// "prefix(4)+causal(offset=0)", "window2d(rows=-1..1,columns=-2..2,width=14)", "padding(5)", ...
std::string describeMask(MaskAttr mask);

} // namespace fovea::attn

#endif // FOVEA_DIALECTS_ATTN_MASK_H
