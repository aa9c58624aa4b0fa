// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The scalar code of one score: scale, score region, mask attribute. Shared by every expansion of
// attn ops.

#ifndef FOVEA_DIALECTS_ATTN_SCORECODE_H
#define FOVEA_DIALECTS_ATTN_SCORECODE_H

#include "dialects/attn/Mask.h"
#include "mlir/IR/Builders.h"

#include "llvm/ADT/BitVector.h"

namespace fovea::attn {

/// The parts of an attention that turn a product of queries and keys into a score.
struct ScoreCode {
  mlir::Region *region;
  mlir::FloatAttr scale;
  MaskAttr mask;
};

/// Emits whether a condition of a mask holds at `indices` (b, h, i, j as `index` values).
mlir::Value emitHolds(mlir::OpBuilder &builder, mlir::Location loc,
                      const MaskConstraint &constraint, mlir::ValueRange indices);

/// Emits whether the mask shows the key to the query at `indices` (b, h, i, j as `index` values);
/// null when every query sees every key.
mlir::Value emitVisible(mlir::OpBuilder &builder, mlir::Location loc, MaskAttr mask,
                        mlir::ValueRange indices);

/// What the number `yielded` by a score region depends on: whether each of the region's arguments
/// is read for it.
llvm::BitVector getReadArguments(mlir::Region &region, mlir::Value yielded);

/// The captures among them, by number.
llvm::SmallVector<unsigned> getReadCaptures(mlir::Region &region, mlir::Value yielded);

/// Emits a copy of what the region computes `yielded` from, at `indices` (b, h, i, j as `index`
/// values), with one element of each capture that it reads; `score` is what the first argument
/// stands for, null where it is not read.
mlir::Value emitYielded(mlir::OpBuilder &builder, mlir::Region &region, mlir::Value yielded,
                        mlir::Value score, mlir::ValueRange indices, mlir::ValueRange captures);

/// Emits the score of the raw `product` (f32) at `indices` (b, h, i, j as `index` values) with one
/// element of each capture that it reads: scaled, through a copy of the region, and `hidden` where
/// the mask hides the key.
mlir::Value emitScore(mlir::OpBuilder &builder, mlir::Location loc, const ScoreCode &code,
                      mlir::Value product, mlir::ValueRange indices, mlir::ValueRange captures,
                      double hidden);

/// Emits `score` as it is behind cap * tanh(score / cap), when `region` begins with that.
mlir::Value emitSoftCap(mlir::OpBuilder &builder, mlir::Value score, mlir::Block &region);

} // namespace fovea::attn

#endif // FOVEA_DIALECTS_ATTN_SCORECODE_H
