// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lowering of Softmax and LayerNormalization to reductions and elementwise generics on the same
// rows. 16-bit floats are computed in f32 from the first subtraction to the last product.

#include "dialects/onnx/OnnxNormOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "passes/lower/Families.h"
#include "passes/lower/OnnxPattern.h"
#include "passes/lower/Reductions.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

namespace {

class SoftmaxPattern : public OnnxPattern<onnx::SoftmaxOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::SoftmaxOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getType(op.getY());
    Type elementType = type.getElementType(), wide = getWideType(elementType);
    int64_t axis = normalizeAxis(op.getAxis(), type.getRank());
    Location loc = op.getLoc();
    AffineMap identity = rewriter.getMultiDimIdentityMap(type.getRank());
    AffineMap row = getMapWithout(getContext(), type.getRank(), axis);
    Value greatest = reduceMax(rewriter, loc, adaptor.getX(), axis, false);
    Value powers =
        createParallel(rewriter, loc, {{adaptor.getX(), identity}, {greatest, row}},
                       type.clone(wide), [&](Scalars &s, ValueRange v) {
                         return s.create<math::ExpOp>(s.subtract(s.widen(v[0]), s.widen(v[1])));
                       });
    Value sum = reduceSum(rewriter, loc, powers, axis);
    rewriter.replaceOp(op, createParallel(rewriter, loc, {{powers, identity}, {sum, row}}, type,
                                          [&](Scalars &s, ValueRange v) {
                                            return s.convert(s.divide(v[0], v[1], false),
                                                             elementType);
                                          }));
    return success();
  }
};

class LayerNormalizationPattern : public OnnxPattern<onnx::LayerNormalizationOp> {
public:
  using OnnxPattern::OnnxPattern;

  /// The variance is the mean of squared distances from the mean: two passes, no cancellation.
  LogicalResult lower(onnx::LayerNormalizationOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getType(op.getY());
    Type elementType = type.getElementType(), wide = getWideType(elementType);
    int64_t rank = type.getRank();
    int64_t axis = normalizeAxis(op.getAxis(), rank);
    Location loc = op.getLoc();
    SmallVector<int64_t> axes = llvm::to_vector(llvm::seq(axis, rank));
    AffineMap identity = rewriter.getMultiDimIdentityMap(rank);
    AffineMap row = getMapWithout(getContext(), rank, axes);
    Value mean = reduceMean(rewriter, loc, adaptor.getX(), axes, false);
    Value centered =
        createParallel(rewriter, loc, {{adaptor.getX(), identity}, {mean, row}}, type.clone(wide),
                       [](Scalars &s, ValueRange v) { return s.subtract(s.widen(v[0]), v[1]); });
    Value squares =
        reduce(rewriter, loc, centered, axes, getNumberAttr(wide, 0),
               [](Scalars &s, ValueRange v) { return s.add(v[1], s.multiply(v[0], v[0])); });
    int64_t count = 1;
    for (int64_t dim : axes)
      count *= type.getDimSize(dim);
    double epsilon = op.getEpsilon().convertToFloat();
    auto rowType = cast<RankedTensorType>(squares.getType());
    Value scale = createElementwise(rewriter, loc, squares, rowType, [&](Scalars &s, ValueRange v) {
      Value variance = s.divide(v[0], s.number(wide, count), false);
      Value deviation = s.create<math::SqrtOp>(s.add(variance, s.number(wide, epsilon)));
      return s.divide(s.number(wide, 1), deviation, false);
    });
    SmallVector<Value> results = {
        normalize(op, adaptor, {centered, identity}, {scale, row}, type, rewriter)};
    for (auto [i, statistic] : llvm::enumerate(op.getStatistics())) {
      if (isa<NoneType>(statistic.getType())) {
        results.push_back(
            onnx::NoneOp::create(rewriter, loc, statistic.getType(), rewriter.getUnitAttr()));
        continue;
      }
      RankedTensorType statisticType = getType(statistic);
      Value converted =
          convertElements(rewriter, loc, i == 0 ? mean : scale, statisticType.getElementType());
      results.push_back(createReshape(rewriter, loc, converted, statisticType));
    }
    rewriter.replaceOp(op, results);
    return success();
  }

private:
  /// centered * rstd * scale + bias.
  static Value normalize(onnx::LayerNormalizationOp op, Adaptor adaptor, MappedTensor centered,
                         MappedTensor rstd, RankedTensorType type, OpBuilder &builder) {
    SmallVector<MappedTensor> inputs = {centered, rstd};
    bool hasBias = !isa<NoneType>(op.getBias().getType());
    for (Value operand : {adaptor.getScale(), adaptor.getBias()})
      if (auto operandType = dyn_cast<RankedTensorType>(operand.getType()))
        inputs.push_back({operand, getBroadcastMap(builder.getContext(), operandType.getShape(),
                                                   type.getShape())});
    return createParallel(builder, op.getLoc(), inputs, type, [&](Scalars &s, ValueRange v) {
      Value result = s.multiply(s.multiply(v[0], v[1]), s.convert(v[2], v[0].getType()));
      if (hasBias)
        result = s.add(result, s.convert(v[3], v[0].getType()));
      return s.convert(result, type.getElementType());
    });
  }
};

} // namespace

void lower::populateNormalizationPatterns(const PatternContext &context) {
  context.add<SoftmaxPattern, LayerNormalizationPattern>();
}
