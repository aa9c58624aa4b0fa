// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lowering of MatMul and Gemm: one generic over (batch..., m, n, k) into zeros; what scales, adds
// or narrows is elementwise and after it. Of Det: a sequential elimination.

#include "dialects/onnx/OnnxMatrixOps.h"
#include "passes/lower/Families.h"
#include "passes/lower/Generics.h"
#include "passes/lower/OnnxPattern.h"
#include "passes/lower/Sequential.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

/// acc + a * b in the accumulator's type.
static Value multiplyAdd(Scalars &s, ValueRange v) {
  Type type = v[2].getType();
  return s.add(v[2], s.multiply(s.convert(v[0], type), s.convert(v[1], type)));
}

static Value createZeros(OpBuilder &builder, Location loc, ArrayRef<int64_t> shape,
                         Type elementType) {
  return createFilled(builder, loc, RankedTensorType::get(shape, elementType),
                      getNumberAttr(elementType, 0));
}

namespace {

class MatMulPattern : public OnnxPattern<onnx::MatMulOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::MatMulOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType a = getType(op.getA()), b = getType(op.getB()), type = getType(op.getC());
    bool hasRows = a.getRank() > 1, hasColumns = b.getRank() > 1;
    int64_t batch = type.getRank() - hasRows - hasColumns;
    ArrayRef<int64_t> batchA = a.getShape().drop_back(hasRows ? 2 : 1);
    ArrayRef<int64_t> batchB = b.getShape().drop_back(hasColumns ? 2 : 1);
    ArrayRef<int64_t> batchShape = type.getShape().take_front(batch);
    int64_t loops = type.getRank() + 1;
    SmallVector<AffineExpr> exprsA = readBatch(batchA, batchShape, rewriter);
    SmallVector<AffineExpr> exprsB = readBatch(batchB, batchShape, rewriter);
    if (hasRows)
      exprsA.push_back(rewriter.getAffineDimExpr(batch));
    exprsA.push_back(rewriter.getAffineDimExpr(loops - 1));
    exprsB.push_back(rewriter.getAffineDimExpr(loops - 1));
    if (hasColumns)
      exprsB.push_back(rewriter.getAffineDimExpr(loops - 2));
    Location loc = op.getLoc();
    Value zeros = createZeros(rewriter, loc, type.getShape(), getWideType(type.getElementType()));
    Value product =
        createReduction(rewriter, loc,
                        {{adaptor.getA(), AffineMap::get(loops, 0, exprsA, getContext())},
                         {adaptor.getB(), AffineMap::get(loops, 0, exprsB, getContext())}},
                        {zeros, getMapWithout(getContext(), loops, loops - 1)}, multiplyAdd);
    rewriter.replaceOp(op, convertElements(rewriter, loc, product, type.getElementType()));
    return success();
  }

private:
  /// How an operand with these batch extents reads the result's.
  static SmallVector<AffineExpr> readBatch(ArrayRef<int64_t> shape, ArrayRef<int64_t> result,
                                           OpBuilder &builder) {
    SmallVector<AffineExpr> exprs;
    int64_t skipped = result.size() - shape.size();
    for (auto [i, extent] : llvm::enumerate(shape)) {
      int64_t wanted = result[skipped + i];
      if (extent == wanted)
        exprs.push_back(builder.getAffineDimExpr(skipped + i));
      else if (extent == 1)
        exprs.push_back(builder.getAffineConstantExpr(0));
    }
    return exprs;
  }
};

class GemmPattern : public OnnxPattern<onnx::GemmOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::GemmOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getType(op.getY());
    bool transA = op.getTransA(), transB = op.getTransB();
    auto getMap = [&](unsigned row, unsigned column, bool transposed) {
      if (transposed)
        std::swap(row, column);
      return AffineMap::get(
          3, 0, {rewriter.getAffineDimExpr(row), rewriter.getAffineDimExpr(column)}, getContext());
    };
    Location loc = op.getLoc();
    Type elementType = type.getElementType(), wide = getWideType(elementType);
    Value zeros = createZeros(rewriter, loc, type.getShape(), wide);
    Value product = createReduction(
        rewriter, loc,
        {{adaptor.getA(), getMap(0, 2, transA)}, {adaptor.getB(), getMap(2, 1, transB)}},
        {zeros, getMap(0, 1, false)}, multiplyAdd);
    return finish(op, adaptor, product, rewriter);
  }

private:
  /// alpha * product + beta * c in one elementwise op, if there is anything to do.
  LogicalResult finish(onnx::GemmOp op, Adaptor adaptor, Value product,
                       ConversionPatternRewriter &rewriter) const {
    RankedTensorType type = getType(op.getY());
    bool hasBias = !isa<NoneType>(op.getC().getType());
    bool isScaled = !op.getAlpha().isExactlyValue(1.0);
    bool isUnsigned = getElementTypeOrSelf(op.getY().getType()).isUnsignedInteger();
    if (!hasBias && !isScaled) {
      rewriter.replaceOp(op,
                         convertElements(rewriter, op.getLoc(), product, type.getElementType()));
      return success();
    }
    SmallVector<Value> inputs = {product};
    if (hasBias)
      inputs.push_back(adaptor.getC());
    // Integers that are scaled go through f64.
    Type wide = getElementTypeOrSelf(product.getType());
    if (isa<IntegerType>(wide) && (isScaled || !op.getBeta().isExactlyValue(1.0)))
      wide = rewriter.getF64Type();
    auto body = [&](Scalars &s, ValueRange v) {
      Value sum = scale(s, s.convert(v[0], wide, isUnsigned), op.getAlpha());
      if (hasBias)
        sum = s.add(sum, scale(s, s.convert(v[1], wide, isUnsigned), op.getBeta()));
      return s.convert(sum, type.getElementType(), isUnsigned, isUnsigned);
    };
    rewriter.replaceOp(op, createElementwise(rewriter, op.getLoc(), inputs, type, body));
    return success();
  }

  /// value * factor.
  static Value scale(Scalars &s, Value value, const APFloat &factor) {
    if (factor.isExactlyValue(1.0))
      return value;
    return s.multiply(value, s.number(value.getType(), factor.convertToFloat()));
  }
};

/// A determinant as the product of the pivots of an elimination, in f64.
class DetPattern : public OnnxPattern<onnx::DetOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::DetOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getType(op.getY());
    int64_t size = getType(op.getX()).getShape().back();
    Type f64 = rewriter.getF64Type();
    auto emit = [&](Sequential &s) -> Values {
      Values start = {s.empty(type.getShape(), type.getElementType()), s.empty({size, size}, f64)};
      auto perMatrix = [&](ValueRange at, ValueRange carried) -> Values {
        auto copy = [&](ValueRange position, ValueRange matrix) -> Values {
          Values source(at);
          llvm::append_range(source, position);
          return {s.write(s.convert(s.read(adaptor.getX(), source), f64), matrix[0], position)};
        };
        Values state = {s.loops({size, size}, carried[1], copy)[0], s.number(f64, 1)};
        state = s.loop(s.index(size), state, [&](ValueRange k, ValueRange matrix) {
          return eliminate(s, k[0], s.index(size), matrix);
        });
        Value result = s.convert(state[1], type.getElementType());
        return {s.write(result, carried[0], at), state[0]};
      };
      return {s.loops(type.getShape(), start, perMatrix)[0]};
    };
    rewriter.replaceOp(op, createSequential(rewriter, op.getLoc(), emit));
    return success();
  }

private:
  /// Step k on the matrix and the product so far: the greatest element of the column that is left
  /// becomes the pivot, and the rows below lose their part of its row.
  static Values eliminate(Sequential &s, Value k, Value size, ValueRange state) {
    Value matrix = state[0];
    auto getMagnitude = [&](Value row) { return s.create<math::AbsFOp>(s.read(matrix, {row, k})); };
    Values best = s.loop(
        s.subtract(size, k), Values{k, getMagnitude(k)},
        [&](ValueRange i, ValueRange found) -> Values {
          Value row = s.add(k, i[0]), magnitude = getMagnitude(row);
          Value isGreater =
              s.compare(arith::CmpIPredicate::sgt, magnitude, found[1], /*isUnsigned=*/false);
          return {s.select(isGreater, row, found[0]), s.select(isGreater, magnitude, found[1])};
        });
    Value isSwapped = s.negate(s.isEqual(best[0], k));
    matrix = s.whenever(isSwapped, matrix, [&]() -> Values {
      return s.loop(size, matrix, [&](ValueRange column, ValueRange rows) -> Values {
        Value upper = s.read(rows[0], {k, column[0]}),
              lower = s.read(rows[0], {best[0], column[0]});
        Value half = s.write(lower, rows[0], {k, column[0]});
        return {s.write(upper, half, {best[0], column[0]})};
      });
    })[0];
    Value pivot = s.read(matrix, {k, k}), zero = s.number(pivot.getType(), 0);
    Value sign = s.select(isSwapped, s.number(pivot.getType(), -1), s.number(pivot.getType(), 1));
    Value product = s.multiply(s.multiply(state[1], sign), pivot);
    // Below a pivot of 0 stands nothing but zeros.
    Value isZero = s.compare(arith::CmpIPredicate::eq, pivot, zero, /*isUnsigned=*/false);
    Value divisor = s.select(isZero, s.number(pivot.getType(), 1), pivot);
    Value next = s.add(k, s.index(1)), left = s.subtract(size, next);
    matrix = s.loop(left, matrix, [&](ValueRange i, ValueRange rows) -> Values {
      Value row = s.add(next, i[0]);
      Value factor = s.divide(s.read(rows[0], {row, k}), divisor, /*isUnsigned=*/false);
      return s.loop(left, rows[0], [&](ValueRange j, ValueRange rest) -> Values {
        Value column = s.add(next, j[0]);
        Value part = s.multiply(factor, s.read(rest[0], {k, column}));
        return {s.write(s.subtract(s.read(rest[0], {row, column}), part), rest[0], {row, column})};
      });
    })[0];
    return {matrix, product};
  }
};

} // namespace

void lower::populateMatrixPatterns(const PatternContext &context) {
  context.add<DetPattern, GemmPattern, MatMulPattern>();
}
