// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lowering of ops that regroup or reverse elements: reshapes and transposes, or gathers from a
// computed place; Col2Im adds what overlaps and is a sequential kernel.

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/lower/Families.h"
#include "passes/lower/Generics.h"
#include "passes/lower/OnnxPattern.h"
#include "passes/lower/Sequential.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

/// `x` as `split`, its dimensions permuted, as `type`.
static Value regroup(OpBuilder &builder, Location loc, Value x, ArrayRef<int64_t> split,
                     ArrayRef<int64_t> permutation, RankedTensorType type) {
  Value parts = createReshape(builder, loc, x, type.clone(split));
  return createReshape(builder, loc, createTranspose(builder, loc, parts, permutation), type);
}

namespace {

class DepthToSpacePattern : public OnnxPattern<onnx::DepthToSpaceOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::DepthToSpaceOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    ArrayRef<int64_t> x = getType(op.getX()).getShape();
    RankedTensorType type = getType(op.getY());
    int64_t block = op.getBlocksize(), channels = type.getDimSize(1);
    Value result;
    if (op.getMode() == "DCR")
      result = regroup(rewriter, op.getLoc(), adaptor.getX(),
                       {x[0], block, block, channels, x[2], x[3]}, {0, 3, 4, 1, 5, 2}, type);
    else
      result = regroup(rewriter, op.getLoc(), adaptor.getX(),
                       {x[0], channels, block, block, x[2], x[3]}, {0, 1, 4, 2, 5, 3}, type);
    rewriter.replaceOp(op, result);
    return success();
  }
};

class SpaceToDepthPattern : public OnnxPattern<onnx::SpaceToDepthOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::SpaceToDepthOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    ArrayRef<int64_t> x = getType(op.getX()).getShape();
    RankedTensorType type = getType(op.getY());
    int64_t block = op.getBlocksize();
    SmallVector<int64_t> split = {x[0], x[1], type.getDimSize(2), block, type.getDimSize(3), block};
    SmallVector<int64_t> permutation = {0, 3, 5, 1, 2, 4};
    if (op.getMode() == "CRD")
      permutation = {0, 1, 3, 5, 2, 4};
    rewriter.replaceOp(op,
                       regroup(rewriter, op.getLoc(), adaptor.getX(), split, permutation, type));
    return success();
  }
};

class EyeLikePattern : public OnnxPattern<onnx::EyeLikeOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::EyeLikeOp op, Adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getType(op.getY());
    // Diagonals outside are all the same.
    int64_t k = std::clamp(op.getK(), -type.getDimSize(0), type.getDimSize(1));
    auto body = [&](Scalars &s, ValueRange) {
      Value row = s.add(s.loopIndex(0), s.constant(rewriter.getIndexAttr(k)));
      Value isOne = s.create<arith::CmpIOp>(arith::CmpIPredicate::eq, row, s.loopIndex(1));
      return s.select(isOne, s.number(type.getElementType(), 1),
                      s.number(type.getElementType(), 0));
    };
    rewriter.replaceOp(op, createParallel(rewriter, op.getLoc(), {}, type, body));
    return success();
  }
};

class ReverseSequencePattern : public OnnxPattern<onnx::ReverseSequenceOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::ReverseSequenceOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getType(op.getY());
    int64_t rank = type.getRank();
    int64_t batch = normalizeAxis(op.getBatchAxis(), rank);
    int64_t time = normalizeAxis(op.getTimeAxis(), rank);
    auto body = [&](Scalars &s, ValueRange v) {
      SmallVector<Value> position;
      for (int64_t dim = 0; dim < rank; ++dim)
        position.push_back(s.loopIndex(dim));
      auto constant = [&](int64_t value) { return s.constant(rewriter.getIndexAttr(value)); };
      Value length = s.create<arith::IndexCastOp>(rewriter.getIndexType(), v[0]);
      length = s.create<arith::MinSIOp>(length, constant(type.getDimSize(time)));
      Value isReversed = s.create<arith::CmpIOp>(arith::CmpIPredicate::slt, position[time], length);
      Value mirrored = s.subtract(s.subtract(length, constant(1)), position[time]);
      position[time] = s.select(isReversed, mirrored, position[time]);
      return s.create<tensor::ExtractOp>(adaptor.getX(), position);
    };
    AffineMap map = AffineMap::get(rank, 0, rewriter.getAffineDimExpr(batch));
    rewriter.replaceOp(
        op, createParallel(rewriter, op.getLoc(), {{adaptor.getLengths(), map}}, type, body));
    return success();
  }
};

class Col2ImPattern : public OnnxPattern<onnx::Col2ImOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::Col2ImOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType from = getType(op.getX()), type = getType(op.getY());
    int64_t channels = type.getDimSize(1);
    if (channels == 0 || from.getDimSize(1) % channels != 0)
      return refuse(op, rewriter, "the columns do not fit the declared image");
    // Columns as [N, C, places in the block, places of the block].
    SmallVector<int64_t> shape = {from.getDimSize(0), channels, from.getDimSize(1) / channels,
                                  from.getDimSize(2)};
    Type wide = getWideType(type.getElementType());
    Location loc = op.getLoc();
    Value columns = createReshape(rewriter, loc, adaptor.getX(), from.clone(shape));
    auto emit = [&](Sequential &s) {
      Value zero = s.filled(type.getShape(), getNumberAttr(wide, 0));
      Values block = readBlock(s, op, adaptor), places = countPlaces(s, op, block);
      return s.loops(shape, zero, [&](ValueRange at, ValueRange carried) {
        Values to = {at[0], at[1]};
        Value isInside = s.number(rewriter.getI1Type(), 1);
        Values inBlock = split(s, at[2], block), place = split(s, at[3], places);
        for (size_t i = 0; i < block.size(); ++i) {
          Value start = s.multiply(place[i], s.index(op.getStrides()[i]));
          Value offset = s.multiply(inBlock[i], s.index(op.getDilations()[i]));
          to.push_back(s.subtract(s.add(start, offset), s.index(op.getPads()[i])));
          isInside =
              s.both(isInside, s.isWithin(to.back(), s.index(0), s.index(type.getDimSize(2 + i))));
        }
        return s.whenever(isInside, carried, [&]() -> Values {
          Value sum = s.add(s.read(carried[0], to), s.convert(s.read(columns, at), wide));
          return {s.write(sum, carried[0], to)};
        });
      });
    };
    Value image = createSequential(rewriter, loc, emit)[0];
    rewriter.replaceOp(op, convertElements(rewriter, loc, image, type.getElementType()));
    return success();
  }

private:
  /// The extents of the block; only the run may know them.
  Values readBlock(Sequential &s, onnx::Col2ImOp op, Adaptor adaptor) const {
    std::optional<SmallVector<int64_t>> known = onnx::getConstantIntegers(op.getBlockShape());
    Values block;
    for (int64_t i = 0, rank = getType(op.getY()).getRank() - 2; i < rank; ++i)
      block.push_back(known ? s.index((*known)[i])
                            : s.toIndex(s.read(adaptor.getBlockShape(), s.index(i))));
    return block;
  }

  /// How many places the block has on each axis of the image.
  Values countPlaces(Sequential &s, onnx::Col2ImOp op, const Values &block) const {
    Values places;
    for (auto [i, extent] : llvm::enumerate(block)) {
      int64_t padded =
          getType(op.getY()).getDimSize(2 + i) + op.getPads()[i] + op.getPads()[block.size() + i];
      Value span = s.multiply(s.subtract(extent, s.index(1)), s.index(op.getDilations()[i]));
      Value room = s.subtract(s.index(padded - 1), span);
      places.push_back(
          s.add(s.create<arith::DivSIOp>(room, s.index(op.getStrides()[i])), s.index(1)));
    }
    return places;
  }

  /// The position of element `at` of a shape in row-major order. Extents that make no sense give
  /// positions that make none.
  static Values split(Sequential &s, Value at, const Values &shape) {
    Values position(shape.size());
    for (size_t i = shape.size(); i-- > 0;) {
      Value extent = s.create<arith::MaxSIOp>(shape[i], s.index(1));
      position[i] = s.create<arith::RemSIOp>(at, extent);
      at = s.create<arith::DivSIOp>(at, extent);
    }
    return position;
  }
};

} // namespace

void lower::populateRearrangementPatterns(const PatternContext &context) {
  context.add<Col2ImPattern, DepthToSpacePattern, EyeLikePattern, ReverseSequencePattern,
              SpaceToDepthPattern>();
}
