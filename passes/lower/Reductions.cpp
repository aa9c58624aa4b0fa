// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lowering of reductions. A reduction's tensor has no reduced dimensions; keepdims adds them back
// without moving data.

#include "passes/lower/Reductions.h"
#include "passes/lower/Families.h"

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxReduceOps.h"
#include "passes/lower/OnnxPattern.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

Value lower::reduce(OpBuilder &builder, Location loc, Value x, ArrayRef<int64_t> axes,
                    TypedAttr initial, ScalarBody combine) {
  auto from = cast<RankedTensorType>(x.getType());
  auto type = RankedTensorType::get(getShapeWithout(from.getShape(), axes), initial.getType());
  Value start = createFilled(builder, loc, type, initial);
  AffineMap identity = builder.getMultiDimIdentityMap(from.getRank());
  AffineMap kept = getMapWithout(builder.getContext(), from.getRank(), axes);
  return createReduction(builder, loc, {{x, identity}}, {start, kept}, combine);
}

Value lower::reduceMax(OpBuilder &builder, Location loc, Value x, ArrayRef<int64_t> axes,
                       bool isUnsigned) {
  TypedAttr lowest = getLowestAttr(getElementTypeOrSelf(x.getType()), isUnsigned);
  return reduce(builder, loc, x, axes, lowest,
                [&](Scalars &s, ValueRange v) { return s.maximum(v[1], v[0], isUnsigned); });
}

Value lower::reduceSum(OpBuilder &builder, Location loc, Value x, ArrayRef<int64_t> axes) {
  Type wide = getWideType(getElementTypeOrSelf(x.getType()));
  return reduce(builder, loc, x, axes, getNumberAttr(wide, 0),
                [&](Scalars &s, ValueRange v) { return s.add(v[1], s.convert(v[0], wide)); });
}

Value lower::reduceMean(OpBuilder &builder, Location loc, Value x, ArrayRef<int64_t> axes,
                        bool isUnsigned) {
  Value sum = reduceSum(builder, loc, x, axes);
  auto type = cast<RankedTensorType>(sum.getType());
  int64_t count = 1;
  for (int64_t axis : axes)
    count *= cast<RankedTensorType>(x.getType()).getDimSize(axis);
  return createElementwise(builder, loc, sum, type, [&](Scalars &s, ValueRange v) {
    return s.divide(v[0], s.number(type.getElementType(), count), isUnsigned);
  });
}

namespace {

template <typename Op> class ReducePattern : public OnnxPattern<Op> {
public:
  using OnnxPattern<Op>::OnnxPattern;

  LogicalResult lower(Op op, typename OnnxPattern<Op>::Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = this->getType(op.getY());
    SmallVector<int64_t> axes;
    if (failed(findAxes(op, axes, rewriter)))
      return failure();
    Location loc = op.getLoc();
    Value result = adaptor.getX();
    if (!axes.empty())
      result = reduceOver(op, adaptor.getX(), axes, rewriter);
    result = convertElements(rewriter, loc, result, type.getElementType());
    rewriter.replaceOp(op, createReshape(rewriter, loc, result, type));
    return success();
  }

private:
  static Value reduceOver(Op op, Value x, ArrayRef<int64_t> axes, OpBuilder &builder) {
    bool isUnsigned = getElementTypeOrSelf(op.getX().getType()).isUnsignedInteger();
    Location loc = op.getLoc();
    if constexpr (std::is_same_v<Op, onnx::ReduceSumOp>)
      return reduceSum(builder, loc, x, axes);
    if constexpr (std::is_same_v<Op, onnx::ReduceMeanOp>)
      return reduceMean(builder, loc, x, axes, isUnsigned);
    if constexpr (std::is_same_v<Op, onnx::ReduceMaxOp>)
      return reduceMax(builder, loc, x, axes, isUnsigned);
    TypedAttr highest = getHighestAttr(getElementTypeOrSelf(x.getType()), isUnsigned);
    return reduce(builder, loc, x, axes, highest,
                  [&](Scalars &s, ValueRange v) { return s.minimum(v[1], v[0], isUnsigned); });
  }

  /// The reduced dimensions, sorted; none for the identity.
  LogicalResult findAxes(Op op, SmallVectorImpl<int64_t> &axes,
                         ConversionPatternRewriter &rewriter) const {
    int64_t rank = this->getType(op.getX()).getRank();
    if (!isa<NoneType>(op.getAxes().getType())) {
      std::optional<SmallVector<int64_t>> values = onnx::getConstantIntegers(op.getAxes());
      if (!values)
        return this->refuse(op, rewriter, "axes must be constant");
      for (int64_t value : *values)
        axes.push_back(normalizeAxis(value, rank));
    }
    if (axes.empty() && !op.getNoopWithEmptyAxes())
      axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
    llvm::sort(axes);
    return success();
  }
};

class ArgMaxPattern : public OnnxPattern<onnx::ArgMaxOp> {
public:
  using OnnxPattern::OnnxPattern;

  /// The maximum first, then the first or last place that holds it: two reductions of one result
  /// each.
  LogicalResult lower(onnx::ArgMaxOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType from = getType(op.getX()), type = getType(op.getY());
    int64_t axis = normalizeAxis(op.getAxis(), from.getRank());
    bool isUnsigned = getElementTypeOrSelf(op.getX().getType()).isUnsignedInteger();
    Location loc = op.getLoc();
    Value greatest = reduceMax(rewriter, loc, adaptor.getX(), axis, isUnsigned);
    bool last = op.getSelectLastIndex();
    Type i64 = rewriter.getI64Type();
    // What loses against every place: the combination below is a minimum, or a maximum for the last
    // place.
    TypedAttr none = rewriter.getI64IntegerAttr(last ? -1 : from.getDimSize(axis));
    AffineMap identity = rewriter.getMultiDimIdentityMap(from.getRank());
    AffineMap kept = getMapWithout(getContext(), from.getRank(), axis);
    Value start = createFilled(
        rewriter, loc, RankedTensorType::get(getShapeWithout(from.getShape(), axis), i64), none);
    Value place = createReduction(
        rewriter, loc, {{adaptor.getX(), identity}, {greatest, kept}}, {start, kept},
        [&](Scalars &s, ValueRange v) {
          Value found = s.compare(arith::CmpIPredicate::eq, v[0], v[1], isUnsigned);
          if (isa<FloatType>(v[0].getType()))
            found = s.create<arith::OrIOp>(
                found, s.create<arith::CmpFOp>(arith::CmpFPredicate::UNO, v[0], v[0]));
          Value here = s.create<arith::IndexCastOp>(i64, s.loopIndex(axis));
          Value candidate = s.select(found, here, s.constant(none));
          return last ? s.maximum(v[2], candidate, false) : s.minimum(v[2], candidate, false);
        });
    rewriter.replaceOp(op, createReshape(rewriter, loc, place, type));
    return success();
  }
};

} // namespace

void lower::populateReductionPatterns(const PatternContext &context) {
  context.add<ReducePattern<onnx::ReduceSumOp>, ReducePattern<onnx::ReduceMeanOp>,
              ReducePattern<onnx::ReduceMaxOp>, ReducePattern<onnx::ReduceMinOp>, ArgMaxPattern>();
}
