// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RotaryEmbedding as one generic over the two elements of each pair: an element times its cosine,
// plus the other of the pair, which is read backwards, times its sine. What does not turn is
// copied.

#include "dialects/onnx/OnnxAttentionOps.h"
#include "passes/lower/Families.h"
#include "passes/lower/Generics.h"
#include "passes/lower/OnnxPattern.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

namespace {
class RotaryEmbeddingPattern : public OnnxPattern<onnx::RotaryEmbeddingOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::RotaryEmbeddingOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    RankedTensorType type = getType(op.getY());
    int64_t last = type.getRank() - 1, size = type.getDimSize(last);
    int64_t rotated = op.getRotatedSize() ? op.getRotatedSize() : size;
    auto cut = [&](int64_t first, int64_t count) -> Value {
      return slice(rewriter, loc, adaptor.getX(), type, first, count);
    };
    Value x = rotated == size ? adaptor.getX() : cut(0, rotated);
    Value turned = turn(rewriter, op, x, adaptor.getCosine(), adaptor.getSine());
    if (rotated != size) {
      Value whole = tensor::EmptyOp::create(rewriter, loc, type.getShape(), type.getElementType());
      whole = insert(rewriter, loc, turned, whole, 0);
      turned = insert(rewriter, loc, cut(rotated, size - rotated), whole, rotated);
    }
    rewriter.replaceOp(op, turned);
    return success();
  }

private:
  /// x, whose rows turn whole, with an axis of the two elements of a pair.
  static Value turn(OpBuilder &builder, onnx::RotaryEmbeddingOp op, Value x, Value cosine,
                    Value sine) {
    auto type = cast<RankedTensorType>(x.getType());
    MLIRContext *context = builder.getContext();
    int64_t last = type.getRank() - 1, pairs = type.getDimSize(last) / 2;
    unsigned member = op.getInterleaved() ? last + 1 : last;
    SmallVector<int64_t> shape(type.getShape().drop_back());
    shape.append({pairs, pairs});
    shape[member] = 2;
    auto split = type.clone(shape);
    Value paired = createReshape(builder, op.getLoc(), x, split);

    AffineMap identity = builder.getMultiDimIdentityMap(last + 2);
    SmallVector<AffineExpr> other(identity.getResults());
    other[member] = 1 - other[member];
    AffineMap otherMap = AffineMap::get(last + 2, 0, other, context);
    // The angles know nothing of the axis.
    AffineMap pair = identity.dropResult(member);
    auto spread = [&](Value angles) {
      auto pairShape = getShapeWithout(shape, {int64_t(member)});
      AffineMap broadcast =
          getBroadcastMap(context, cast<RankedTensorType>(angles.getType()).getShape(), pairShape);
      return MappedTensor{angles, broadcast.compose(pair)};
    };
    Value turned = createParallel(
        builder, op.getLoc(),
        {{paired, identity}, {paired, otherMap}, spread(cosine), spread(sine)}, split,
        [&](Scalars &s, ValueRange v) {
          SmallVector<Value> wide;
          for (Value value : v)
            wide.push_back(s.widen(value));
          Value index = s.loopIndex(member);
          Value isFirst = s.compare(arith::CmpIPredicate::eq, index, s.number(index.getType(), 0),
                                    /*isUnsigned=*/false);
          Value sineHere = s.select(isFirst, s.create<arith::NegFOp>(wide[3]), wide[3]);
          return s.convert(s.add(s.multiply(wide[0], wide[2]), s.multiply(wide[1], sineHere)),
                           type.getElementType());
        });
    return createReshape(builder, op.getLoc(), turned, type);
  }

  /// `count` elements of each row of x from `first` on.
  static Value slice(OpBuilder &builder, Location loc, Value x, RankedTensorType type,
                     int64_t first, int64_t count) {
    SmallVector<int64_t> shape(type.getShape());
    shape.back() = count;
    Frame frame(builder, type, shape, first);
    return tensor::ExtractSliceOp::create(builder, loc, type.clone(shape), x, frame.offsets,
                                          frame.sizes, frame.strides);
  }

  static Value insert(OpBuilder &builder, Location loc, Value part, Value whole, int64_t first) {
    auto type = cast<RankedTensorType>(whole.getType());
    Frame frame(builder, type, cast<RankedTensorType>(part.getType()).getShape(), first);
    return tensor::InsertSliceOp::create(builder, loc, part, whole, frame.offsets, frame.sizes,
                                         frame.strides);
  }

  /// Where a part of the rows lies.
  struct Frame {
    SmallVector<OpFoldResult> offsets, sizes, strides;

    Frame(OpBuilder &builder, RankedTensorType type, ArrayRef<int64_t> shape, int64_t first)
        : offsets(type.getRank(), builder.getIndexAttr(0)),
          strides(type.getRank(), builder.getIndexAttr(1)) {
      offsets.back() = builder.getIndexAttr(first);
      for (int64_t extent : shape)
        sizes.push_back(builder.getIndexAttr(extent));
    }
  };
};
} // namespace

void lower::populateRotaryEmbeddingPatterns(const PatternContext &context) {
  context.add<RotaryEmbeddingPattern>();
}
