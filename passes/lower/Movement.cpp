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
#include "passes/lower/Sequential.h"

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
    IndexOperand ends = getOperand(op.getEnds(), adaptor.getEnds());
    IndexOperand axes(llvm::to_vector(llvm::seq<int64_t>(0, starts.size())));
    IndexOperand steps(SmallVector<int64_t>(starts.size(), 1));
    if (onnx::isPresent(op.getAxes()))
      axes = getOperand(op.getAxes(), adaptor.getAxes());
    if (onnx::isPresent(op.getSteps()))
      steps = getOperand(op.getSteps(), adaptor.getSteps());
    if (axes.size() != starts.size() || steps.size() != starts.size() ||
        ends.size() != starts.size())
      return refuse(op, rewriter, "starts, ends, axes and steps must be of one length");
    if (inputs.empty())
      return lowerConstant(op, adaptor, *starts.getConstants(), *ends.getConstants(),
                           *axes.getConstants(), *steps.getConstants(), rewriter);
    if (from.getNumElements() == 0)
      return refuse(op, rewriter, "there is nothing to slice in an empty tensor");
    // Where the slice begins and how it goes on, for each dimension; it must have the extents of
    // the result.
    Value bounds = createSequential(rewriter, op.getLoc(), [&](Sequential &s) -> Values {
      Values v = readOperands(s, inputs);
      Value bounds = s.empty({rank, 2}, rewriter.getI64Type());
      for (int64_t dim = 0; dim < rank; ++dim) {
        int64_t extent = from.getDimSize(dim);
        auto get = [&](const IndexOperand &operand, int64_t otherwise) {
          return getForAxis(s, v, axes, operand, 0, dim, rank, otherwise);
        };
        Value step = get(steps, 1);
        Value first =
            createBounds(s, get(starts, 0), get(ends, extent), step, extent, type.getDimSize(dim));
        bounds = s.write(first, bounds, {s.index(dim), s.index(0)});
        bounds = s.write(step, bounds, {s.index(dim), s.index(1)});
      }
      return {bounds};
    })[0];
    SmallVector<MappedTensor> mapped;
    for (int64_t i = 0; i < 2 * rank; ++i) {
      SmallVector<AffineExpr> place = {rewriter.getAffineConstantExpr(i / 2),
                                       rewriter.getAffineConstantExpr(i % 2)};
      mapped.push_back({bounds, AffineMap::get(rank, 0, place, rewriter.getContext())});
    }
    auto body = [&](Scalars &s, ValueRange v) {
      SmallVector<Value> position;
      for (int64_t dim = 0; dim < rank; ++dim) {
        Value index = s.create<arith::IndexCastOp>(rewriter.getI64Type(), s.loopIndex(dim));
        Value at = s.add(v[2 * dim], s.multiply(index, v[2 * dim + 1]));
        // In bounds also when the check failed, which does not stop this kernel.
        position.push_back(s.create<arith::IndexCastOp>(rewriter.getIndexType(),
                                                        clamp(s, at, 0, from.getDimSize(dim) - 1)));
      }
      return s.create<tensor::ExtractOp>(adaptor.getX(), position);
    };
    rewriter.replaceOp(op, createParallel(rewriter, op.getLoc(), mapped, type, body));
    return success();
  }

private:
  static Value number(Scalars &s, int64_t value) {
    return s.constant(IntegerAttr::get(IntegerType::get(s.getContext(), 64), value));
  }

  static Value clamp(Scalars &s, Value value, int64_t least, int64_t most) {
    return s.create<arith::MinSIOp>(s.create<arith::MaxSIOp>(value, number(s, least)),
                                    number(s, most));
  }

  /// The first position of a slice, as the standard clamps it, after a check of its length.
  static Value createBounds(Sequential &s, Value start, Value end, Value step, int64_t extent,
                            int64_t length) {
    using P = arith::CmpIPredicate;
    Value zero = number(s, 0);
    Value forward = s.compare(P::sgt, step, zero, false);
    auto resolve = [&](Value value, int64_t least) {
      Value isNegative = s.compare(P::slt, value, zero, false);
      value = s.select(isNegative, s.add(value, number(s, extent)), value);
      return s.select(forward, clamp(s, value, 0, extent), clamp(s, value, least, extent - 1));
    };
    Value first = resolve(start, 0), distance = s.subtract(resolve(end, -1), first);
    Value away = s.select(forward, distance, s.subtract(zero, distance));
    Value isWhole =
        s.compare(P::eq, s.remainder(distance, step, /*floor=*/false, false), zero, false);
    Value count = s.add(s.divide(distance, step, false), s.select(isWhole, zero, number(s, 1)));
    count = s.select(s.compare(P::sgt, away, zero, false), count, zero);
    Value fits = s.both(s.compare(P::ne, step, zero, false),
                        s.compare(P::eq, count, number(s, length), false));
    s.check(fits, "a slice of the declared extents");
    return first;
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
