// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lowering of Conv over any number of spatial dimensions: padding, one generic over (n, out..., oc,
// group?, ic, k...), then the bias. Groups are a dimension of their own, split from the channels by
// expand_shape.

#include "dialects/onnx/OnnxConvOps.h"
#include "passes/lower/Families.h"
#include "passes/lower/OnnxPattern.h"
#include "passes/lower/Windows.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

namespace {

/// The extents and attributes of a convolution.
struct Geometry {
  int64_t spatial, groups;
  int64_t batch, inChannels, outChannels; // channels of one group
  ArrayRef<int64_t> kernel, output, strides, dilations, pads;
};

class ConvPattern : public OnnxPattern<onnx::ConvOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::ConvOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    Geometry geometry = getGeometry(op);
    Location loc = op.getLoc();
    Value x = padTrailing(rewriter, loc, adaptor.getX(), geometry.pads,
                          getNumberAttr(getType(op.getX()).getElementType(), 0));
    Value product = convolve(x, adaptor.getW(), geometry, loc, rewriter);
    RankedTensorType type = getType(op.getY());
    product =
        createReshape(rewriter, loc, product, type.clone(getElementTypeOrSelf(product.getType())));
    if (isa<NoneType>(op.getBias().getType())) {
      rewriter.replaceOp(op, convertElements(rewriter, loc, product, type.getElementType()));
      return success();
    }
    AffineMap identity = rewriter.getMultiDimIdentityMap(type.getRank());
    MappedTensor bias = {adaptor.getBias(), identity.getSubMap({1})};
    rewriter.replaceOp(op, createParallel(rewriter, loc, {{product, identity}, bias}, type,
                                          [&](Scalars &s, ValueRange v) {
                                            Value b = s.convert(v[1], v[0].getType());
                                            return s.convert(s.add(v[0], b), type.getElementType());
                                          }));
    return success();
  }

private:
  /// Shape inference has made padding explicit by now.
  Geometry getGeometry(onnx::ConvOp op) const {
    RankedTensorType x = getType(op.getX()), w = getType(op.getW()), y = getType(op.getY());
    int64_t groups = op.getGroup();
    return {x.getRank() - 2,
            groups,
            x.getDimSize(0),
            w.getDimSize(1),
            w.getDimSize(0) / groups,
            w.getShape().drop_front(2),
            y.getShape().drop_front(2),
            op.getStrides(),
            op.getDilations(),
            op.getPads()};
  }

  /// The product without bias, [N, (G,) OC, out...], in the accumulator's type.
  static Value convolve(Value x, Value w, const Geometry &geometry, Location loc,
                        OpBuilder &builder) {
    bool isGrouped = geometry.groups > 1;
    int64_t spatial = geometry.spatial;
    unsigned oc = 1 + spatial, group = oc + 1, ic = oc + 1 + isGrouped, kernel = ic + 1;
    auto dim = [&](unsigned position) { return builder.getAffineDimExpr(position); };
    SmallVector<AffineExpr> readX = {dim(0)}, readW, write = {dim(0)};
    SmallVector<int64_t> shapeX = {geometry.batch}, shapeW, shape = {geometry.batch};
    if (isGrouped) {
      for (SmallVector<AffineExpr> *exprs : {&readX, &readW, &write})
        exprs->push_back(dim(group));
      for (SmallVector<int64_t> *extents : {&shapeX, &shapeW, &shape})
        extents->push_back(geometry.groups);
    }
    readX.push_back(dim(ic));
    shapeX.push_back(geometry.inChannels);
    readW.append({dim(oc), dim(ic)});
    shapeW.append({geometry.outChannels, geometry.inChannels});
    write.push_back(dim(oc));
    shape.push_back(geometry.outChannels);
    auto typeX = cast<RankedTensorType>(x.getType());
    for (int64_t i = 0; i < spatial; ++i) {
      readX.push_back(dim(1 + i) * geometry.strides[i] + dim(kernel + i) * geometry.dilations[i]);
      shapeX.push_back(typeX.getDimSize(2 + i));
      readW.push_back(dim(kernel + i));
      shapeW.push_back(geometry.kernel[i]);
      write.push_back(dim(1 + i));
      shape.push_back(geometry.output[i]);
    }
    Type elementType = typeX.getElementType(), wide = getWideType(elementType);
    x = createReshape(builder, loc, x, RankedTensorType::get(shapeX, elementType));
    w = createReshape(builder, loc, w, RankedTensorType::get(shapeW, elementType));
    Value zeros =
        createFilled(builder, loc, RankedTensorType::get(shape, wide), getNumberAttr(wide, 0));
    auto getMap = [&](ArrayRef<AffineExpr> exprs) {
      return AffineMap::get(kernel + spatial, 0, exprs, builder.getContext());
    };
    return createReduction(builder, loc, {{x, getMap(readX)}, {w, getMap(readW)}},
                           {zeros, getMap(write)}, [&](Scalars &s, ValueRange v) {
                             return s.add(v[2],
                                          s.multiply(s.convert(v[0], wide), s.convert(v[1], wide)));
                           });
  }
};

} // namespace

void lower::populateConvolutionPatterns(const PatternContext &context) {
  context.add<ConvPattern>();
}
