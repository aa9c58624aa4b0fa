// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lowering of ops that place elements elsewhere by position alone: an indexing map wherever one
// says it, otherwise slices.

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/Extents.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "dialects/onnx/SliceBounds.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/lower/Families.h"
#include "passes/lower/Generics.h"
#include "passes/lower/IndexOperands.h"
#include "passes/lower/OnnxPattern.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

/// The result's element is the operand's.
static Value forwardElement(Scalars &, ValueRange values) { return values[0]; }

static SmallVector<OpFoldResult> getIndexAttrs(OpBuilder &builder, ArrayRef<int64_t> values) {
  return getAsIndexOpFoldResult(builder.getContext(), values);
}

namespace {

class TransposePattern : public OnnxPattern<onnx::TransposeOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::TransposeOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    int64_t rank = getType(op.getX()).getRank();
    SmallVector<int64_t> permutation = llvm::to_vector(op.getPermutation());
    if (permutation.empty())
      permutation = llvm::to_vector(llvm::reverse(llvm::seq<int64_t>(0, rank)));
    rewriter.replaceOp(op, createTranspose(rewriter, op.getLoc(), adaptor.getX(), permutation));
    return success();
  }
};

class ExpandPattern : public OnnxPattern<onnx::ExpandOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::ExpandOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType from = getType(op.getX()), type = getType(op.getY());
    if (from.getNumElements() == type.getNumElements()) {
      rewriter.replaceOp(op, createReshape(rewriter, op.getLoc(), adaptor.getX(), type));
      return success();
    }
    if (from.getRank() > type.getRank())
      return refuse(op, rewriter, "the result has fewer dimensions than the operand");
    for (auto [extent, wanted] :
         llvm::zip(llvm::reverse(from.getShape()), llvm::reverse(type.getShape())))
      if (extent != 1 && extent != wanted)
        return refuse(op, rewriter, "the operand does not broadcast to the result's shape");
    rewriter.replaceOp(
        op, createElementwise(rewriter, op.getLoc(), adaptor.getX(), type, forwardElement));
    return success();
  }
};

class TilePattern : public OnnxPattern<onnx::TileOp> {
public:
  using OnnxPattern::OnnxPattern;

  /// Iterates over (repetition, position) of each dimension, so that the map needs no remainder.
  LogicalResult lower(onnx::TileOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType from = getType(op.getX()), type = getType(op.getY());
    if (from.getRank() != type.getRank())
      return refuse(op, rewriter, "operand and result differ in rank");
    SmallVector<int64_t> shape;
    SmallVector<AffineExpr> exprs;
    for (auto [extent, wanted] : llvm::zip_equal(from.getShape(), type.getShape())) {
      if (extent == 0 || wanted % extent != 0)
        return refuse(op, rewriter, "an extent of the result is no multiple of the operand's");
      if (extent != 1 && wanted != extent)
        shape.push_back(wanted / extent);
      exprs.push_back(extent == 1 && wanted != 1 ? rewriter.getAffineConstantExpr(0)
                                                 : rewriter.getAffineDimExpr(shape.size()));
      shape.push_back(extent == 1 ? wanted : extent);
    }
    if (from == type) {
      rewriter.replaceOp(op, adaptor.getX());
      return success();
    }
    auto map = AffineMap::get(shape.size(), 0, exprs, getContext());
    Value tiled =
        createParallel(rewriter, op.getLoc(), {{adaptor.getX(), map}},
                       RankedTensorType::get(shape, type.getElementType()), forwardElement);
    rewriter.replaceOp(op, createReshape(rewriter, op.getLoc(), tiled, type));
    return success();
  }
};

class ConcatPattern : public OnnxPattern<onnx::ConcatOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::ConcatOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getType(op.getResult());
    int64_t axis = normalizeAxis(op.getAxis(), type.getRank());
    SmallVector<Value> parts;
    for (Value part : adaptor.getInputs()) {
      auto partType = cast<RankedTensorType>(part.getType());
      if (partType.getNumElements() != 0)
        parts.push_back(part);
    }
    if (parts.size() == 1) {
      rewriter.replaceOp(op, parts.front());
      return success();
    }
    Value result =
        tensor::EmptyOp::create(rewriter, op.getLoc(), type.getShape(), type.getElementType());
    SmallVector<int64_t> offsets(type.getRank(), 0), strides(type.getRank(), 1);
    for (Value part : parts) {
      ArrayRef<int64_t> sizes = cast<RankedTensorType>(part.getType()).getShape();
      result = tensor::InsertSliceOp::create(
          rewriter, op.getLoc(), part, result, getIndexAttrs(rewriter, offsets),
          getIndexAttrs(rewriter, sizes), getIndexAttrs(rewriter, strides));
      offsets[axis] += sizes[axis];
    }
    rewriter.replaceOp(op, result);
    return success();
  }
};

class SplitPattern : public OnnxPattern<onnx::SplitOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::SplitOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType from = getType(op.getX());
    int64_t axis = normalizeAxis(op.getAxis(), from.getRank());
    int64_t extent = 0;
    for (Value part : op.getParts())
      if (getType(part).getRank() == from.getRank())
        extent += getType(part).getDimSize(axis);
    if (extent != from.getDimSize(axis))
      return refuse(op, rewriter, "the parts do not cover the axis");
    SmallVector<int64_t> offsets(from.getRank(), 0), strides(from.getRank(), 1);
    SmallVector<Value> parts;
    for (Value part : op.getParts()) {
      RankedTensorType type = getType(part);
      if (type.getNumElements() == 0) {
        parts.push_back(
            tensor::EmptyOp::create(rewriter, op.getLoc(), type.getShape(), type.getElementType()));
        continue;
      }
      parts.push_back(tensor::ExtractSliceOp::create(
          rewriter, op.getLoc(), type, adaptor.getX(), getIndexAttrs(rewriter, offsets),
          getIndexAttrs(rewriter, type.getShape()), getIndexAttrs(rewriter, strides)));
      offsets[axis] += type.getDimSize(axis);
    }
    rewriter.replaceOp(op, parts);
    return success();
  }
};

class SlicePattern : public OnnxPattern<onnx::SliceOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::SliceOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType from = getType(op.getX()), type = getType(op.getY());
    int64_t rank = from.getRank();
    SmallVector<MappedTensor> inputs;
    auto getOperand = [&](Value onnxValue, Value lowered) {
      return IndexOperand(rewriter, onnxValue, lowered, rank, inputs);
    };
    IndexOperand starts = getOperand(op.getStarts(), adaptor.getStarts());
    IndexOperand axes(llvm::to_vector(llvm::seq<int64_t>(0, starts.size())));
    IndexOperand steps(SmallVector<int64_t>(starts.size(), 1));
    if (onnx::isPresent(op.getAxes()))
      axes = getOperand(op.getAxes(), adaptor.getAxes());
    if (onnx::isPresent(op.getSteps()))
      steps = getOperand(op.getSteps(), adaptor.getSteps());
    if (axes.size() != starts.size() || steps.size() != starts.size())
      return refuse(op, rewriter, "starts, axes and steps must be of one length");
    std::optional<SmallVector<int64_t>> ends = onnx::getConstantIntegers(op.getEnds());
    if (inputs.empty() && ends)
      return lowerConstant(op, adaptor, *starts.getConstants(), *ends, *axes.getConstants(),
                           *steps.getConstants(), rewriter);
    if (from.getNumElements() == 0)
      return refuse(op, rewriter, "there is nothing to slice in an empty tensor");
    auto body = [&](Scalars &s, ValueRange v) {
      SmallVector<Value> position;
      for (int64_t dim = 0; dim < rank; ++dim) {
        Value start = getForAxis(s, v, axes, starts, 0, dim, rank, 0);
        Value step = getForAxis(s, v, axes, steps, 0, dim, rank, 1);
        position.push_back(getPosition(s, dim, from.getDimSize(dim), start, step));
      }
      return s.create<tensor::ExtractOp>(adaptor.getX(), position);
    };
    rewriter.replaceOp(op, createParallel(rewriter, op.getLoc(), inputs, type, body));
    return success();
  }

private:
  /// Where position `dim` of the result lies on an axis of `extent`: where the slice is shorter
  /// than the result, its last element is read again.
  static Value getPosition(Scalars &s, int64_t dim, int64_t extent, Value start, Value step) {
    using P = arith::CmpIPredicate;
    Type i64 = start.getType();
    auto number = [&](int64_t value) { return s.constant(IntegerAttr::get(i64, value)); };
    auto clamp = [&](Value value) {
      return s.create<arith::MinSIOp>(s.create<arith::MaxSIOp>(value, number(0)),
                                      number(extent - 1));
    };
    Value isNegative = s.compare(P::slt, start, number(0), false);
    start = clamp(s.select(isNegative, s.add(start, number(extent)), start));
    Value offset = s.multiply(s.create<arith::IndexCastOp>(i64, s.loopIndex(dim)), step);
    return s.create<arith::IndexCastOp>(IndexType::get(s.getContext()),
                                        clamp(s.add(start, offset)));
  }

  LogicalResult lowerConstant(onnx::SliceOp op, Adaptor adaptor, ArrayRef<int64_t> starts,
                              ArrayRef<int64_t> ends, ArrayRef<int64_t> axes,
                              ArrayRef<int64_t> steps, ConversionPatternRewriter &rewriter) const {
    RankedTensorType from = getType(op.getX()), type = getType(op.getY());
    // Offset and stride of every dimension, as the standard clamps them.
    SmallVector<int64_t> offsets(from.getRank(), 0), strides(from.getRank(), 1);
    for (auto [start, end, axis, step] : llvm::zip_equal(starts, ends, axes, steps)) {
      int64_t dim = normalizeAxis(axis, from.getRank());
      onnx::SliceBounds bounds = onnx::getSliceBounds(from.getDimSize(dim), start, end, step);
      offsets[dim] = bounds.first;
      strides[dim] = bounds.length == 1 ? 1 : step;
    }
    // extract_slice has no negative strides, but an indexing map has: the slice is taken forwards,
    // and read backwards.
    SmallVector<AffineExpr> exprs;
    bool isReversed = false;
    for (int64_t i = 0; i < from.getRank(); ++i) {
      exprs.push_back(rewriter.getAffineDimExpr(i));
      if (strides[i] > 0)
        continue;
      int64_t last = type.getDimSize(i) - 1;
      exprs.back() = exprs.back() * -1 + last;
      offsets[i] += last * strides[i];
      strides[i] = -strides[i];
      isReversed = true;
    }
    Value slice = tensor::ExtractSliceOp::create(
        rewriter, op.getLoc(), type, adaptor.getX(), getIndexAttrs(rewriter, offsets),
        getIndexAttrs(rewriter, type.getShape()), getIndexAttrs(rewriter, strides));
    if (!isReversed) {
      rewriter.replaceOp(op, slice);
      return success();
    }
    auto map = AffineMap::get(from.getRank(), 0, exprs, getContext());
    rewriter.replaceOp(op,
                       createParallel(rewriter, op.getLoc(), {{slice, map}}, type, forwardElement));
    return success();
  }
};

class TriluPattern : public OnnxPattern<onnx::TriluOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::TriluOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getType(op.getY());
    int64_t rank = type.getRank();
    SmallVector<MappedTensor> inputs = {{adaptor.getX(), rewriter.getMultiDimIdentityMap(rank)}};
    bool hasDiagonal = !isa<NoneType>(op.getK().getType());
    if (hasDiagonal) {
      Type diagonalType = getElementTypeOrSelf(adaptor.getK().getType());
      Value diagonal = createReshape(rewriter, op.getLoc(), adaptor.getK(),
                                     RankedTensorType::get({}, diagonalType));
      if (getSplatValue(adaptor.getK()))
        diagonal = adaptor.getK();
      inputs.push_back({diagonal, AffineMap::get(rank, 0, getContext())});
    }
    auto body = [&](Scalars &s, ValueRange v) {
      auto getPosition = [&](int64_t dim) {
        return s.create<arith::IndexCastOp>(rewriter.getI64Type(), s.loopIndex(dim));
      };
      Value row = getPosition(rank - 2), column = getPosition(rank - 1);
      Value distance = s.subtract(column, row);
      Type i64 = rewriter.getI64Type();
      Value diagonal = hasDiagonal ? s.convert(v[1], i64) : s.number(i64, 0);
      Value keeps = s.create<arith::CmpIOp>(op.getUpper() ? arith::CmpIPredicate::sge
                                                          : arith::CmpIPredicate::sle,
                                            distance, diagonal);
      return s.select(keeps, v[0], s.number(type.getElementType(), 0));
    };
    rewriter.replaceOp(op, createParallel(rewriter, op.getLoc(), inputs, type, body));
    return success();
  }
};

} // namespace

void lower::populateMovementPatterns(const PatternContext &context) {
  context.add<TransposePattern, ExpandPattern, TilePattern, ConcatPattern, SplitPattern,
              SlicePattern, TriluPattern>();
}
