// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lowering of QuantizeLinear and DequantizeLinear: one elementwise op each. A scale or zero point
// that blocks of elements share is read at its place from the body.

#include "dialects/onnx/ElementType.h"
#include "dialects/onnx/OnnxQuantOps.h"
#include "passes/lower/Families.h"
#include "passes/lower/Generics.h"
#include "passes/lower/OnnxPattern.h"
#include "passes/lower/SmallFloats.h"

#include <cmath>

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

namespace {

/// x with its scale and its zero point, which may be absent, as inputs of an elementwise op.
class QuantInputs {
public:
  template <typename Op>
  QuantInputs(OpBuilder &builder, Op op, typename Op::Adaptor adaptor)
      : context(builder.getContext()), rank(cast<RankedTensorType>(op.getY().getType()).getRank()),
        axis(normalizeAxis(op.getAxis(), rank)), blockSize(op.getBlockSize()) {
    add(adaptor.getX(), AffineMap::getMultiDimIdentityMap(rank, context));
    addShared(adaptor.getScale());
    if (!isa<NoneType>(op.getZeroPoint().getType()))
      addShared(adaptor.getZeroPoint());
  }

  bool hasZeroPoint() const { return places.size() > 2; }
  ArrayRef<MappedTensor> getMapped() const { return mapped; }
  /// The stored element of the `index`th tensor in a body whose arguments are `values`.
  Value get(Scalars &s, ValueRange values, unsigned index) const;

private:
  /// Adds a tensor that many elements share.
  void addShared(Value parameter);
  void add(Value tensor, AffineMap map) {
    places.push_back({tensor, int(mapped.size())});
    mapped.push_back({tensor, map});
  }

  struct Place {
    Value tensor;
    int argument; // -1 for a tensor that is read in blocks
  };
  MLIRContext *context;
  int64_t rank, axis, blockSize;
  SmallVector<MappedTensor> mapped;
  SmallVector<Place> places;
};

} // namespace

void QuantInputs::addShared(Value parameter) {
  auto type = cast<RankedTensorType>(parameter.getType());
  if (type.getNumElements() == 1) {
    SmallVector<AffineExpr> exprs(type.getRank(), getAffineConstantExpr(0, context));
    add(parameter, AffineMap::get(rank, 0, exprs, context));
  } else if (blockSize == 0) {
    add(parameter, AffineMap::get(rank, 0, getAffineDimExpr(axis, context)));
  } else {
    places.push_back({parameter, -1});
  }
}

Value QuantInputs::get(Scalars &s, ValueRange values, unsigned index) const {
  const Place &place = places[index];
  if (place.argument >= 0)
    return values[place.argument];
  SmallVector<Value> position;
  for (int64_t dim = 0; dim < rank; ++dim)
    position.push_back(s.loopIndex(dim));
  Value block = s.number(position[axis].getType(), double(blockSize));
  position[axis] = s.create<arith::DivUIOp>(position[axis], block);
  return s.create<tensor::ExtractOp>(place.tensor, position);
}

/// The number stored in `value` for exact integer arithmetic, or as f32.
static Value widenQuantized(Scalars &s, Value value, Type declared) {
  MLIRContext *context = s.getContext();
  return castElement(s, value, declared,
                     isa<FloatType>(declared) ? Type(Float32Type::get(context))
                                              : IntegerType::get(context, 32));
}

/// `value` limited to [low, high]; NaN becomes `low`.
static Value limit(Scalars &s, Value value, double low, double high) {
  using P = arith::CmpIPredicate;
  Value least = s.number(value.getType(), low), greatest = s.number(value.getType(), high);
  value = s.select(s.compare(P::sgt, value, least, false), value, least);
  return s.select(s.compare(P::slt, value, greatest, false), value, greatest);
}

namespace {

class QuantizeLinearPattern : public OnnxPattern<onnx::QuantizeLinearOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::QuantizeLinearOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getType(op.getY());
    QuantInputs inputs(rewriter, op, adaptor);
    Type xType = getElementTypeOrSelf(op.getX()), scaleType = getElementTypeOrSelf(op.getScale());
    auto body = [&](Scalars &s, ValueRange v) {
      Value x = castElement(s, inputs.get(s, v, 0), xType, op.getPrecision());
      Value scale = castElement(s, inputs.get(s, v, 1), scaleType, op.getPrecision());
      Value quotient = s.widen(s.create<arith::DivFOp>(x, scale));
      Value zeroPoint;
      if (inputs.hasZeroPoint())
        zeroPoint = widenQuantized(s, inputs.get(s, v, 2), op.getTo());
      return isa<FloatType>(op.getTo()) ? toFloat(s, quotient, zeroPoint, op)
                                        : toInteger(s, quotient, zeroPoint, op.getTo());
    };
    rewriter.replaceOp(op, createParallel(rewriter, op.getLoc(), inputs.getMapped(), type, body));
    return success();
  }

private:
  static Value toFloat(Scalars &s, Value quotient, Value zeroPoint, onnx::QuantizeLinearOp op) {
    if (zeroPoint)
      quotient = s.add(quotient, s.convert(zeroPoint, quotient.getType()));
    return castElement(s, quotient, quotient.getType(), op.getTo(), {op.getSaturate()});
  }

  static Value toInteger(Scalars &s, Value quotient, Value zeroPoint, Type to) {
    // No zero point brings a number beyond these bounds back into range.
    constexpr double bound = 1 << 18;
    auto i32 = IntegerType::get(s.getContext(), 32);
    Value rounded = limit(s, s.create<math::RoundEvenOp>(quotient), -bound, bound);
    Value result = s.create<arith::FPToSIOp>(i32, rounded);
    if (zeroPoint)
      result = s.add(result, zeroPoint);
    unsigned width = to.getIntOrFloatBitWidth();
    double low = to.isUnsignedInteger() ? 0 : -std::ldexp(1, width - 1);
    result = s.maximum(result, s.number(i32, low), false);
    result = s.minimum(result, s.number(i32, low + std::ldexp(1, width) - 1), false);
    return s.convert(result, onnx::getStorageType(to));
  }
};

class DequantizeLinearPattern : public OnnxPattern<onnx::DequantizeLinearOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::DequantizeLinearOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getType(op.getY());
    QuantInputs inputs(rewriter, op, adaptor);
    Type xType = getElementTypeOrSelf(op.getX()), scaleType = getElementTypeOrSelf(op.getScale());
    auto body = [&](Scalars &s, ValueRange v) {
      Type wide = getWideType(type.getElementType());
      Value x = widenQuantized(s, inputs.get(s, v, 0), xType);
      if (inputs.hasZeroPoint())
        x = s.subtract(x, widenQuantized(s, inputs.get(s, v, 2), xType));
      Value scale = castElement(s, inputs.get(s, v, 1), scaleType, wide);
      return s.convert(s.multiply(s.convert(x, wide), scale), type.getElementType());
    };
    rewriter.replaceOp(op, createParallel(rewriter, op.getLoc(), inputs.getMapped(), type, body));
    return success();
  }
};

} // namespace

void lower::populateQuantizationPatterns(const PatternContext &context) {
  context.add<DequantizeLinearPattern, QuantizeLinearPattern>();
}
