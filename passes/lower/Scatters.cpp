// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lowering of the scatters. Updates may name one element more than once, so ScatterElements and
// ScatterND are sequential; TensorScatter asks each position which update it gets.

#include "dialects/onnx/Extents.h"
#include "dialects/onnx/OnnxScatterOps.h"
#include "passes/lower/Families.h"
#include "passes/lower/Generics.h"
#include "passes/lower/OnnxPattern.h"
#include "passes/lower/Sequential.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

/// What an update makes of an element.
static Value combine(Sequential &s, StringRef reduction, Value old, Value update, bool isUnsigned) {
  if (reduction == "add")
    return s.add(old, update);
  if (reduction == "mul")
    return s.multiply(old, update);
  if (reduction == "min")
    return s.minimum(old, update, isUnsigned);
  if (reduction == "max")
    return s.maximum(old, update, isUnsigned);
  return update;
}

/// A position on a dimension of `extent` from an index operand's element; the run fails unless it
/// is one.
static Value resolveIndex(Sequential &s, Value element, int64_t extent) {
  Value index = s.toIndex(element);
  s.check(s.isWithin(index, s.index(-extent), s.index(extent)), "an index within the axis");
  return s.boundedIndex(index, extent);
}

/// `carried` with the element at `at` updated.
static Values update(Sequential &s, StringRef reduction, ValueRange carried, ValueRange at,
                     Value element, bool isUnsigned) {
  if (reduction != "none")
    element = combine(s, reduction, s.read(carried[0], at), element, isUnsigned);
  return {s.write(element, carried[0], at)};
}

namespace {

class ScatterElementsPattern : public OnnxPattern<onnx::ScatterElementsOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::ScatterElementsOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getType(op.getY()), indices = getType(op.getIndices());
    int64_t axis = normalizeAxis(op.getAxis(), type.getRank());
    bool isUnsigned = onnx::getElementType(op.getX()).isUnsignedInteger();
    auto emit = [&](Sequential &s) {
      auto body = [&](ValueRange position, ValueRange carried) {
        Values at(position);
        at[axis] = resolveIndex(s, s.read(adaptor.getIndices(), position), type.getDimSize(axis));
        return update(s, op.getReduction(), carried, at, s.read(adaptor.getUpdates(), position),
                      isUnsigned);
      };
      return s.loops(indices.getShape(), s.copy(adaptor.getX()), body);
    };
    rewriter.replaceOp(op, createSequential(rewriter, op.getLoc(), emit));
    return success();
  }
};

class ScatterNDPattern : public OnnxPattern<onnx::ScatterNDOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::ScatterNDOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getType(op.getY());
    ArrayRef<int64_t> indices = getType(op.getIndices()).getShape();
    int64_t tuple = indices.back();
    bool isUnsigned = onnx::getElementType(op.getX()).isUnsignedInteger();
    auto emit = [&](Sequential &s) {
      auto perTuple = [&](ValueRange outer, ValueRange carried) {
        Values start;
        for (int64_t i = 0; i < tuple; ++i) {
          Values place(outer);
          place.push_back(s.index(i));
          start.push_back(resolveIndex(s, s.read(adaptor.getIndices(), place), type.getDimSize(i)));
        }
        auto perElement = [&](ValueRange inner, ValueRange current) {
          Values at = start, from(outer);
          llvm::append_range(at, inner);
          llvm::append_range(from, inner);
          return update(s, op.getReduction(), current, at, s.read(adaptor.getUpdates(), from),
                        isUnsigned);
        };
        return s.loops(type.getShape().drop_front(tuple), carried, perElement);
      };
      return s.loops(indices.drop_back(), s.copy(adaptor.getX()), perTuple);
    };
    rewriter.replaceOp(op, createSequential(rewriter, op.getLoc(), emit));
    return success();
  }
};

class TensorScatterPattern : public OnnxPattern<onnx::TensorScatterOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::TensorScatterOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    using P = arith::CmpIPredicate;
    RankedTensorType type = getType(op.getY()), update = getType(op.getUpdate());
    int64_t rank = type.getRank(), axis = normalizeAxis(op.getAxis(), rank);
    int64_t extent = type.getDimSize(axis), length = update.getDimSize(axis);
    if (update.getNumElements() == 0) {
      rewriter.replaceOp(op, adaptor.getPast());
      return success();
    }
    SmallVector<MappedTensor> inputs = {{adaptor.getPast(), rewriter.getMultiDimIdentityMap(rank)}};
    bool hasStarts = onnx::isPresent(op.getWriteIndices());
    if (hasStarts)
      inputs.push_back(
          {adaptor.getWriteIndices(), AffineMap::get(rank, 0, rewriter.getAffineDimExpr(0))});
    auto body = [&](Scalars &s, ValueRange v) {
      Type i64 = rewriter.getI64Type();
      auto number = [&](int64_t value) { return s.constant(IntegerAttr::get(i64, value)); };
      // Which row of the update this position gets, if it gets any.
      Value row = s.create<arith::IndexCastOp>(i64, s.loopIndex(axis));
      if (hasStarts)
        row = s.subtract(row, s.convert(v[1], i64));
      if (op.getMode() == "circular")
        row = s.remainder(row, number(extent), /*floor=*/true, /*isUnsigned=*/false);
      Value isUpdated = s.create<arith::AndIOp>(s.compare(P::sge, row, number(0), false),
                                                s.compare(P::slt, row, number(length), false));
      Value safe = s.create<arith::MaxSIOp>(row, number(0));
      safe = s.create<arith::MinSIOp>(safe, number(length - 1));
      SmallVector<Value> position;
      for (int64_t dim = 0; dim < rank; ++dim)
        position.push_back(s.loopIndex(dim));
      position[axis] = s.create<arith::IndexCastOp>(rewriter.getIndexType(), safe);
      return s.select(isUpdated, s.create<tensor::ExtractOp>(adaptor.getUpdate(), position), v[0]);
    };
    rewriter.replaceOp(op, createParallel(rewriter, op.getLoc(), inputs, type, body));
    return success();
  }
};

} // namespace

void lower::populateScattersPatterns(const PatternContext &context) {
  context.add<ScatterElementsPattern, ScatterNDPattern, TensorScatterPattern>();
}
