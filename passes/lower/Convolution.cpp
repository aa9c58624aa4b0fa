// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lowering of Conv over any number of spatial dimensions: padding, one generic over (n, out..., oc,
// group?, ic, k...), then the bias. Groups are a dimension of their own, split from the channels by
// expand_shape; groups of one channel, in and out, are the channels: (n, out..., group, k...).

#include "passes/lower/Convolution.h"

#include "dialects/onnx/OnnxConvOps.h"
#include "passes/lower/Families.h"
#include "passes/lower/OnnxPattern.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

Value lower::createConvolution(OpBuilder &builder, Location loc, Value x, Value w,
                               const WindowShape &window, int64_t groups, Type accumulator) {
  auto typeX = cast<RankedTensorType>(x.getType()), typeW = cast<RankedTensorType>(w.getType());
  bool isGrouped = groups > 1;
  int64_t spatial = window.kernel.size(), batch = typeX.getDimSize(0),
          inChannels = typeW.getDimSize(1), outChannels = typeW.getDimSize(0);
  // Groups of one channel need no loops over channels besides.
  bool isDepthwise = isGrouped && inChannels == 1 && outChannels == groups;
  unsigned oc = 1 + spatial, group = oc + !isDepthwise, ic = group + isGrouped,
           kernel = ic + !isDepthwise;
  auto dim = [&](unsigned position) { return builder.getAffineDimExpr(position); };
  SmallVector<AffineExpr> readX = {dim(0)}, readW, write = {dim(0)};
  SmallVector<int64_t> shapeX = {batch}, shapeW, shape = {batch}, flat = {batch, outChannels};
  if (isGrouped) {
    for (SmallVector<AffineExpr> *exprs : {&readX, &readW, &write})
      exprs->push_back(dim(group));
    for (SmallVector<int64_t> *extents : {&shapeX, &shapeW, &shape})
      extents->push_back(groups);
  }
  if (!isDepthwise) {
    readX.push_back(dim(ic));
    shapeX.push_back(inChannels);
    readW.append({dim(oc), dim(ic)});
    shapeW.append({outChannels / groups, inChannels});
    write.push_back(dim(oc));
    shape.push_back(outChannels / groups);
  }
  for (int64_t i = 0; i < spatial; ++i) {
    readX.push_back(dim(1 + i) * window.strides[i] + dim(kernel + i) * window.dilations[i]);
    shapeX.push_back(typeX.getDimSize(2 + i));
    readW.push_back(dim(kernel + i));
    shapeW.push_back(window.kernel[i]);
    write.push_back(dim(1 + i));
    shape.push_back(window.results[i]);
    flat.push_back(window.results[i]);
  }
  x = createReshape(builder, loc, x, typeX.clone(shapeX));
  w = createReshape(builder, loc, w, typeW.clone(shapeW));
  Value zeros = createFilled(builder, loc, RankedTensorType::get(shape, accumulator),
                             getNumberAttr(accumulator, 0));
  auto getMap = [&](ArrayRef<AffineExpr> exprs) {
    return AffineMap::get(kernel + spatial, 0, exprs, builder.getContext());
  };
  Value product = createReduction(
      builder, loc, {{x, getMap(readX)}, {w, getMap(readW)}}, {zeros, getMap(write)},
      [&](Scalars &s, ValueRange v) {
        return s.add(v[2], s.multiply(s.convert(v[0], accumulator), s.convert(v[1], accumulator)));
      });
  return createReshape(builder, loc, product, RankedTensorType::get(flat, accumulator));
}

Value lower::addChannelBias(OpBuilder &builder, Location loc, Value product, Value bias,
                            Type elementType) {
  if (isa<NoneType>(bias.getType()))
    return convertElements(builder, loc, product, elementType);
  auto type = cast<RankedTensorType>(product.getType());
  AffineMap identity = builder.getMultiDimIdentityMap(type.getRank());
  return createParallel(builder, loc, {{product, identity}, {bias, identity.getSubMap({1})}},
                        type.clone(elementType), [&](Scalars &s, ValueRange v) {
                          Value b = s.convert(v[1], v[0].getType());
                          return s.convert(s.add(v[0], b), elementType);
                        });
}

namespace {

class ConvPattern : public OnnxPattern<onnx::ConvOp> {
public:
  using OnnxPattern::OnnxPattern;

  /// Shape inference has made padding explicit by now.
  LogicalResult lower(onnx::ConvOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType w = getType(op.getW()), type = getType(op.getY());
    Type elementType = type.getElementType();
    Location loc = op.getLoc();
    Value x =
        padTrailing(rewriter, loc, adaptor.getX(), op.getPads(), getNumberAttr(elementType, 0));
    WindowShape window = {w.getShape().drop_front(2), op.getStrides(), op.getDilations(),
                          type.getShape().drop_front(2)};
    Value product = createConvolution(rewriter, loc, x, adaptor.getW(), window, op.getGroup(),
                                      getWideType(elementType));
    Value bias = isa<NoneType>(op.getBias().getType()) ? op.getBias() : adaptor.getBias();
    rewriter.replaceOp(op, addChannelBias(rewriter, loc, product, bias, elementType));
    return success();
  }
};

} // namespace

void lower::populateConvolutionPatterns(const PatternContext &context) {
  context.add<ConvPattern>();
}
