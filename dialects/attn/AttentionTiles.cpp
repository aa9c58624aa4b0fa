// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A run of tiles is one scf.for that carries the output; its tile is expanded once, at the place
// and for the keys that the number of the iteration gives. A run of one tile has no loop.

#include "dialects/attn/AttentionTiles.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::attn;

using Dim = AttentionOp::Dim;

/// Whether an axis of the output is indexed by `dim` alone, and no other axis by it.
static bool hasAxis(AttentionOp op, unsigned dim) {
  AffineExpr index = getAffineDimExpr(dim, op.getContext());
  return llvm::is_contained(op.getOutputMap().getResults(), index) &&
         llvm::all_of(op.getOutputMap().getResults(),
                      [&](AffineExpr expr) { return expr == index || !expr.isFunctionOfDim(dim); });
}

namespace {
class TileWriter {
public:
  TileWriter(RewriterBase &rewriter, AttentionOp op)
      : rewriter(rewriter), op(op), loc(op.getLoc()), part(ScorePart::getWhole(op.getDomain())) {}
  Value write(ArrayRef<BatchRun> plan);

private:
  void writeQueries(const QueryRun &run);
  void repeat(int64_t count, llvm::function_ref<void(Value)> body);
  Value getLine(Value n, int64_t start, int64_t step);

  RewriterBase &rewriter;
  AttentionOp op;
  Location loc;
  ScorePart part;
  PartPlace place;
  MappedTensor result;
};
} // namespace

/// Emits `body` of the number of the iteration, null for a single one; what it makes of the result
/// is carried.
void TileWriter::repeat(int64_t count, llvm::function_ref<void(Value)> body) {
  if (count == 1)
    return body(Value());
  Value zero = arith::ConstantIndexOp::create(rewriter, loc, 0);
  Value one = arith::ConstantIndexOp::create(rewriter, loc, 1);
  Value end = arith::ConstantIndexOp::create(rewriter, loc, count);
  auto loop = scf::ForOp::create(rewriter, loc, zero, end, one, result.tensor);
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPointToStart(loop.getBody());
  result.tensor = loop.getRegionIterArg(0);
  body(loop.getInductionVar());
  scf::YieldOp::create(rewriter, loc, result.tensor);
  result.tensor = loop.getResult(0);
}

/// start + n * step.
Value TileWriter::getLine(Value n, int64_t start, int64_t step) {
  AffineExpr line = rewriter.getAffineDimExpr(0) * step + start;
  return affine::AffineApplyOp::create(rewriter, loc, AffineMap::get(1, 0, line), n);
}

void TileWriter::writeQueries(const QueryRun &run) {
  const KeyLines &keys = run.keys;
  part.first[Dim::I] = run.first;
  part.count[Dim::I] = run.queries;
  part.firstKey = keys.low;
  part.keyCount = run.getMostKeys();
  repeat(run.tiles, [&](Value n) {
    place.first[Dim::I] = place.first[Dim::J] = place.keyCount = Value();
    if (n) {
      place.first[Dim::I] = getLine(n, run.first, run.queries);
      if (keys.lowStep != 0)
        place.first[Dim::J] = getLine(n, keys.low, keys.lowStep);
      if (keys.lowStep != keys.highStep)
        place.keyCount = getLine(n, keys.high - keys.low, keys.highStep - keys.lowStep);
    }
    result.tensor = expandInto(rewriter, op, part, place, result);
  });
}

Value TileWriter::write(ArrayRef<BatchRun> plan) {
  ArrayRef<int64_t> domain = op.getDomain();
  bool isCut = plan.size() > 1 || plan.front().tiles > 1;
  bool isDirect = (!isCut || hasAxis(op, Dim::B)) &&
                  (llvm::all_of(plan,
                                [&](const BatchRun &run) {
                                  return run.queries.front().queries == domain[Dim::I];
                                }) ||
                   hasAxis(op, Dim::I));
  auto type = cast<RankedTensorType>(op.getOutput().getType());
  if (isDirect)
    result = {tensor::EmptyOp::create(rewriter, loc, type.getShape(), type.getElementType()),
              op.getOutputMap()};
  else
    result = LinalgBuilder(rewriter, loc, domain)
                 .empty({Dim::B, Dim::H, Dim::I, Dim::E}, rewriter.getF32Type());
  for (const BatchRun &run : plan) {
    part.first[Dim::B] = run.first;
    part.count[Dim::B] = run.batches;
    repeat(run.tiles, [&](Value n) {
      place.first[Dim::B] = n ? getLine(n, run.first, run.batches) : Value();
      for (const QueryRun &queries : run.queries)
        writeQueries(queries);
    });
  }
  return isDirect ? result.tensor : expandOutput(rewriter, op, result);
}

Value attn::decomposeInTiles(RewriterBase &rewriter, AttentionOp op, ArrayRef<BatchRun> plan) {
  return TileWriter(rewriter, op).write(plan);
}
