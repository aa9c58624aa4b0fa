// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lowering of DeformConv: the elements that the kernel reads, between the grid's points, are
// gathered, and multiplied with the filters.

#include "dialects/onnx/OnnxConvOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/lower/Convolution.h"
#include "passes/lower/Families.h"
#include "passes/lower/OnnxPattern.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

namespace {

class DeformConvPattern : public OnnxPattern<onnx::DeformConvOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::DeformConvOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType w = getType(op.getW()), type = getType(op.getY());
    Type wide = getWideType(type.getElementType());
    Location loc = op.getLoc();
    int64_t groups = op.getGroup();
    ArrayRef<int64_t> y = type.getShape(), filter = w.getShape();
    auto getReshaped = [&](Value value, ArrayRef<int64_t> shape) {
      auto from = cast<RankedTensorType>(value.getType());
      return createReshape(rewriter, loc, value, from.clone(shape));
    };
    Value samples = getReshaped(gather(op, adaptor, wide, rewriter),
                                {y[0], groups, filter[1], filter[2], filter[3], y[2], y[3]});
    Value filters =
        getReshaped(adaptor.getW(), {groups, filter[0] / groups, filter[1], filter[2], filter[3]});
    // Loops are (n, oh, ow, oc, group, ic, kh, kw).
    auto getMap = [&](ArrayRef<unsigned> dims) {
      return rewriter.getMultiDimIdentityMap(8).getSubMap(dims);
    };
    auto sumType = RankedTensorType::get({y[0], groups, filter[0] / groups, y[2], y[3]}, wide);
    Value zeros = createFilled(rewriter, loc, sumType, getNumberAttr(wide, 0));
    Value product = createReduction(
        rewriter, loc,
        {{samples, getMap({0, 4, 5, 6, 7, 1, 2})}, {filters, getMap({4, 3, 5, 6, 7})}},
        {zeros, getMap({0, 4, 3, 1, 2})}, [&](Scalars &s, ValueRange v) {
          return s.add(v[2], s.multiply(v[0], s.convert(v[1], wide)));
        });
    Value bias = isa<NoneType>(op.getBias().getType()) ? op.getBias() : adaptor.getBias();
    rewriter.replaceOp(
        op, addChannelBias(rewriter, loc, getReshaped(product, y), bias, type.getElementType()));
    return success();
  }

private:
  /// The elements times the mask: [N, offset groups, channels of one, kh, kw, oh, ow].
  Value gather(onnx::DeformConvOp op, Adaptor adaptor, Type wide, OpBuilder &builder) const {
    ArrayRef<int64_t> x = getType(op.getX()).getShape(), y = getType(op.getY()).getShape(),
                      filter = getType(op.getW()).getShape();
    int64_t groups = op.getOffsetGroup(), channels = x[1] / groups;
    Location loc = op.getLoc();
    SmallVector<int64_t> loops = {x[0], groups, channels, filter[2], filter[3], y[2], y[3]};
    Type elementType = getType(op.getX()).getElementType();
    auto dim = [&](unsigned i) { return builder.getAffineDimExpr(i); };
    Value offset = createReshape(
        builder, loc, adaptor.getOffset(),
        RankedTensorType::get({x[0], groups, filter[2], filter[3], 2, y[2], y[3]}, elementType));
    SmallVector<MappedTensor> inputs;
    for (int64_t i : {0, 1})
      inputs.push_back({offset, AffineMap::get(7, 0,
                                               {dim(0), dim(1), dim(3), dim(4),
                                                builder.getAffineConstantExpr(i), dim(5), dim(6)},
                                               builder.getContext())});
    bool hasMask = !isa<NoneType>(op.getMask().getType());
    if (hasMask)
      inputs.push_back(
          {createReshape(builder, loc, adaptor.getMask(),
                         RankedTensorType::get({x[0], groups, filter[2], filter[3], y[2], y[3]},
                                               elementType)),
           AffineMap::get(7, 0, {dim(0), dim(1), dim(3), dim(4), dim(5), dim(6)},
                          builder.getContext())});
    return createParallel(
        builder, loc, inputs, RankedTensorType::get(loops, wide), [&](Scalars &s, ValueRange v) {
          Value channel =
              s.add(s.multiply(s.loopIndex(1), s.number(builder.getIndexType(), double(channels))),
                    s.loopIndex(2));
          AxisSample rows = getSample(s, op, 0, v[0], wide),
                     columns = getSample(s, op, 1, v[1], wide);
          Value sum;
          for (int64_t i = 0; i < 4; ++i) {
            Value element = s.create<tensor::ExtractOp>(
                adaptor.getX(),
                ValueRange{s.loopIndex(0), channel, rows.places[i / 2], columns.places[i % 2]});
            Value counts = s.create<arith::AndIOp>(rows.counts[i / 2], columns.counts[i % 2]);
            Value term = s.multiply(s.convert(element, wide),
                                    s.multiply(rows.weights[i / 2], columns.weights[i % 2]));
            term = s.select(counts, term, s.number(wide, 0));
            sum = sum ? s.add(sum, term) : term;
          }
          return hasMask ? s.multiply(sum, s.convert(v[2], wide)) : sum;
        });
  }

  /// The two elements around a coordinate, whether they lie in x, and their weights.
  struct AxisSample {
    Value places[2], counts[2], weights[2];
  };

  AxisSample getSample(Scalars &s, onnx::DeformConvOp op, int64_t axis, Value offset,
                       Type wide) const {
    using P = arith::CmpIPredicate;
    Type i64 = IntegerType::get(getContext(), 64), index = IndexType::get(getContext());
    int64_t extent = getType(op.getX()).getDimSize(2 + axis);
    auto loop = [&](int64_t dim, int64_t step) {
      Value position = s.create<arith::IndexCastOp>(i64, s.loopIndex(dim));
      return s.multiply(s.convert(position, wide), s.number(wide, double(step)));
    };
    Value at =
        s.add(loop(5 + axis, op.getStrides()[axis]), loop(3 + axis, op.getDilations()[axis]));
    at = s.add(s.subtract(at, s.number(wide, double(op.getPads()[axis]))), s.convert(offset, wide));
    Value low = s.create<math::FloorOp>(at);
    AxisSample sample;
    sample.weights[1] = s.subtract(at, low);
    sample.weights[0] = s.subtract(s.number(wide, 1), sample.weights[1]);
    for (int64_t i : {0, 1}) {
      Value place = s.add(low, s.number(wide, double(i)));
      sample.counts[i] =
          s.create<arith::AndIOp>(s.compare(P::sge, place, s.number(wide, 0), false),
                                  s.compare(P::slt, place, s.number(wide, double(extent)), false));
      Value position = s.create<arith::IndexCastOp>(index, s.convert(place, i64));
      position = s.maximum(position, s.number(index, 0), false);
      sample.places[i] = s.minimum(position, s.number(index, double(extent - 1)), false);
    }
    return sample;
  }
};

} // namespace

void lower::populateDeformableConvolutionPatterns(const PatternContext &context) {
  context.add<DeformConvPattern>();
}
