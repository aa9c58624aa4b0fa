// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lowering of Cast and BitCast.

#include "dialects/onnx/ElementType.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxQuantOps.h"
#include "passes/lower/Families.h"
#include "passes/lower/Generics.h"
#include "passes/lower/OnnxPattern.h"
#include "passes/lower/SmallFloats.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

namespace {

class CastPattern : public OnnxPattern<onnx::CastOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::CastOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    Type from = getElementTypeOrSelf(op.getX()), to = op.getTo();
    bool isWhole = isa<IntegerType>(from) && isa<IntegerType>(to) && !from.isInteger(1);
    // The same bits: nothing, or a change of sign.
    if (from == to || (isWhole && to.getIntOrFloatBitWidth() >= 8 &&
                       from.getIntOrFloatBitWidth() == to.getIntOrFloatBitWidth())) {
      rewriter.replaceOp(op, adaptor.getX());
      return success();
    }
    SmallFloatRules rules = {op.getSaturate(), op.getRoundMode()};
    rewriter.replaceOp(op, createElementwise(rewriter, op.getLoc(), adaptor.getX(),
                                             getType(op.getY()), [&](Scalars &s, ValueRange v) {
                                               return castElement(s, v[0], from, to, rules);
                                             }));
    return success();
  }
};

class BitCastPattern : public OnnxPattern<onnx::BitCastOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::BitCastOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    Type from = getElementTypeOrSelf(op.getX()), to = op.getTo();
    unsigned width = onnx::getDLPackType(to).bits;
    auto body = [&](Scalars &s, ValueRange v) {
      if (width >= 8)
        return reinterpret(s, v[0], getType(op.getY()).getElementType());
      // A narrow integer fills its byte; of a small float only the low bits are set.
      Type bits = isa<IntegerType>(to) ? to : rewriter.getIntegerType(width, /*isSigned=*/false);
      return castElement(s, v[0], rewriter.getI8Type(), bits);
    };
    if (from == to || (width >= 8 && adaptor.getX().getType() == getType(op.getY())))
      rewriter.replaceOp(op, adaptor.getX());
    else
      rewriter.replaceOp(
          op, createElementwise(rewriter, op.getLoc(), adaptor.getX(), getType(op.getY()), body));
    return success();
  }

private:
  /// The bits of a stored element as another stored type; a bool is the byte 0 or 1.
  static Value reinterpret(Scalars &s, Value value, Type to) {
    bool fromBool = value.getType().isInteger(1), toBool = to.isInteger(1);
    if (fromBool || toBool)
      return s.convert(value, to);
    return value.getType() == to ? value : s.create<arith::BitcastOp>(to, value);
  }
};

} // namespace

void lower::populateCastPatterns(const PatternContext &context) {
  context.add<BitCastPattern, CastPattern>();
}
