// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lowering of Pad and CenterCropPad: a slice and a tensor.pad where everything is constant,
// otherwise a gather from the place that each position stands for, which is always in bounds.

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/lower/Families.h"
#include "passes/lower/Generics.h"
#include "passes/lower/IndexOperands.h"
#include "passes/lower/OnnxPattern.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

/// `x` cut where `before` or the result's extents say so, then padded with `filler` to `type`.
static Value createPad(OpBuilder &builder, Location loc, Value x, RankedTensorType type,
                       ArrayRef<int64_t> before, TypedAttr filler) {
  auto from = cast<RankedTensorType>(x.getType());
  SmallVector<int64_t> offsets, sizes, low, high, strides(from.getRank(), 1);
  for (int64_t dim = 0; dim < from.getRank(); ++dim) {
    int64_t offset = std::max<int64_t>(0, -before[dim]);
    int64_t left = std::max<int64_t>(0, before[dim]);
    int64_t size = std::min(from.getDimSize(dim) - offset, type.getDimSize(dim) - left);
    offsets.push_back(offset);
    sizes.push_back(size);
    low.push_back(left);
    high.push_back(type.getDimSize(dim) - left - size);
    // Nothing of x is left.
    if (size <= 0)
      return createFilled(builder, loc, type, filler);
  }
  auto attrs = [&](ArrayRef<int64_t> values) {
    return getAsIndexOpFoldResult(builder.getContext(), values);
  };
  if (ArrayRef<int64_t>(sizes) != from.getShape())
    x = tensor::ExtractSliceOp::create(builder, loc, from.clone(sizes), x, attrs(offsets),
                                       attrs(sizes), attrs(strides));
  if (ArrayRef<int64_t>(sizes) == type.getShape())
    return x;
  Value scalar = arith::ConstantOp::create(builder, loc, filler);
  return tensor::PadOp::create(builder, loc, type, x, attrs(low), attrs(high), scalar,
                               /*nofold=*/false);
}

/// Where position `at`, an i64 that may lie outside the extent, is read: always inside, but for
/// `constant`, where it is clamped and the caller has to look.
static Value foldInside(Scalars &s, StringRef mode, Value at, int64_t extent) {
  using P = arith::CmpIPredicate;
  Type i64 = at.getType();
  auto number = [&](int64_t value) { return s.constant(IntegerAttr::get(i64, value)); };
  if (mode == "wrap" || mode == "reflect") {
    int64_t period = mode == "wrap" ? extent : std::max<int64_t>(2 * (extent - 1), 1);
    at = s.create<arith::RemSIOp>(at, number(period));
    at = s.select(s.compare(P::slt, at, number(0), false), s.add(at, number(period)), at);
    if (mode == "reflect")
      at = s.create<arith::MinSIOp>(at, s.subtract(number(period), at));
  }
  return s.create<arith::MinSIOp>(s.create<arith::MaxSIOp>(at, number(0)), number(extent - 1));
}

namespace {

class PadPattern : public OnnxPattern<onnx::PadOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::PadOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    using P = arith::CmpIPredicate;
    RankedTensorType from = getType(op.getX()), type = getType(op.getY());
    int64_t rank = type.getRank();
    Location loc = op.getLoc();
    Type elementType = type.getElementType();
    bool hasValue = !isa<NoneType>(op.getValue().getType());
    TypedAttr filler = hasValue ? getSplatValue(adaptor.getValue()) : getNumberAttr(elementType, 0);
    bool isConstantMode = op.getMode() == "constant";

    SmallVector<MappedTensor> inputs;
    if (!filler) {
      Value scalar =
          createReshape(rewriter, loc, adaptor.getValue(), RankedTensorType::get({}, elementType));
      inputs.push_back({scalar, AffineMap::get(rank, 0, getContext())});
    }
    IndexOperand axes(llvm::to_vector(llvm::seq<int64_t>(0, rank)));
    if (!isa<NoneType>(op.getAxes().getType()))
      axes = IndexOperand(rewriter, op.getAxes(), adaptor.getAxes(), rank, inputs);
    IndexOperand pads(rewriter, op.getPads(), adaptor.getPads(), rank, inputs);
    if (pads.size() != 2 * axes.size())
      return refuse(op, rewriter, "there must be two pads for each axis");
    if (isConstantMode && filler && axes.getConstants() && pads.getConstants()) {
      SmallVector<int64_t> before(rank, 0);
      for (auto [i, axis] : llvm::enumerate(*axes.getConstants()))
        before[normalizeAxis(axis, rank)] = (*pads.getConstants())[i];
      rewriter.replaceOp(op, createPad(rewriter, loc, adaptor.getX(), type, before, filler));
      return success();
    }
    if (from.getNumElements() == 0 && !isConstantMode)
      return refuse(op, rewriter, "there is nothing to fill the result with");
    auto body = [&](Scalars &s, ValueRange v) -> Value {
      Value outside = filler ? s.constant(filler) : v[0];
      if (from.getNumElements() == 0)
        return outside;
      SmallVector<Value> position;
      Value isInside = s.number(rewriter.getI1Type(), 1);
      for (int64_t dim = 0; dim < rank; ++dim) {
        Value before = getForAxis(s, v, axes, pads, 0, dim, rank, 0);
        Value at = s.subtract(s.create<arith::IndexCastOp>(rewriter.getI64Type(), s.loopIndex(dim)),
                              before);
        Value folded = foldInside(s, op.getMode(), at, from.getDimSize(dim));
        isInside = s.create<arith::AndIOp>(isInside, s.compare(P::eq, at, folded, false));
        position.push_back(s.create<arith::IndexCastOp>(rewriter.getIndexType(), folded));
      }
      Value element = s.create<tensor::ExtractOp>(adaptor.getX(), position);
      return isConstantMode ? s.select(isInside, element, outside) : element;
    };
    rewriter.replaceOp(op, createParallel(rewriter, loc, inputs, type, body));
    return success();
  }
};

class CenterCropPadPattern : public OnnxPattern<onnx::CenterCropPadOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::CenterCropPadOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType from = getType(op.getX()), type = getType(op.getY());
    SmallVector<int64_t> before;
    for (auto [extent, wanted] : llvm::zip_equal(from.getShape(), type.getShape()))
      before.push_back(wanted < extent ? -((extent - wanted) / 2) : (wanted - extent) / 2);
    rewriter.replaceOp(op, createPad(rewriter, op.getLoc(), adaptor.getX(), type, before,
                                     getNumberAttr(type.getElementType(), 0)));
    return success();
  }
};

} // namespace

void lower::populatePadPatterns(const PatternContext &context) {
  context.add<CenterCropPadPattern, PadPattern>();
}
