// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RotaryEmbedding as one generic over the two elements of each pair: an element times its cosine,
// plus the other of the pair, which is read backwards, times its sine. Rows of several times what
// turns have one more axis, along which only the first turns; of other rows the rest is copied.

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
    Value x = adaptor.getX(), part = size % rotated ? cut(rewriter, loc, x, last, 0, rotated) : x;
    Value turned = turn(rewriter, op, part, rotated, adaptor.getCosine(), adaptor.getSine());
    if (size % rotated)
      turned = complete(rewriter, loc, turned, x, last);
    rewriter.replaceOp(op, turned);
    return success();
  }

private:
  /// x, whose rows begin with `rotated` elements that turn and are a multiple of them.
  static Value turn(OpBuilder &builder, onnx::RotaryEmbeddingOp op, Value x, int64_t rotated,
                    Value cosine, Value sine) {
    auto type = cast<RankedTensorType>(x.getType());
    MLIRContext *context = builder.getContext();
    SmallVector<int64_t> shape(type.getShape().drop_back());
    int64_t multiple = shape.size(), count = type.getShape().back() / rotated;
    if (count > 1)
      shape.push_back(count);
    int64_t member = shape.size() + (op.getInterleaved() ? 1 : 0);
    shape.append({rotated / 2, rotated / 2});
    shape[member] = 2;
    auto split = type.clone(shape);
    Value paired = createReshape(builder, op.getLoc(), x, split);

    AffineMap identity = builder.getMultiDimIdentityMap(shape.size());
    SmallVector<AffineExpr> other(identity.getResults());
    other[member] = 1 - other[member];
    AffineMap otherMap = AffineMap::get(shape.size(), 0, other, context);
    // The angles know nothing of the axes between rows and pairs.
    SmallVector<int64_t> between = {member};
    if (count > 1)
      between.insert(between.begin(), multiple);
    AffineMap pair = getMapWithout(context, shape.size(), between);
    SmallVector<int64_t> pairShape = getShapeWithout(shape, between);
    auto spread = [&](Value angles) {
      AffineMap broadcast =
          getBroadcastMap(context, cast<RankedTensorType>(angles.getType()).getShape(), pairShape);
      return MappedTensor{angles, broadcast.compose(pair)};
    };
    auto isFirst = [](Scalars &s, int64_t dim) {
      Value index = s.loopIndex(dim);
      return s.compare(arith::CmpIPredicate::eq, index, s.number(index.getType(), 0),
                       /*isUnsigned=*/false);
    };
    Value turned = createParallel(
        builder, op.getLoc(),
        {{paired, identity}, {paired, otherMap}, spread(cosine), spread(sine)}, split,
        [&](Scalars &s, ValueRange v) {
          SmallVector<Value> wide;
          for (Value value : v)
            wide.push_back(s.widen(value));
          Value sineHere = s.select(isFirst(s, member), s.create<arith::NegFOp>(wide[3]), wide[3]);
          Value sum = s.add(s.multiply(wide[0], wide[2]), s.multiply(wide[1], sineHere));
          if (count > 1)
            sum = s.select(isFirst(s, multiple), sum, wide[0]);
          return s.convert(sum, type.getElementType());
        });
    return createReshape(builder, op.getLoc(), turned, type);
  }

  /// `count` of x along `dim` from `first` on.
  static Value cut(OpBuilder &builder, Location loc, Value x, int64_t dim, int64_t first,
                   int64_t count) {
    auto type = cast<RankedTensorType>(x.getType());
    SmallVector<int64_t> shape(type.getShape());
    shape[dim] = count;
    Frame frame(builder, shape, dim, first);
    return tensor::ExtractSliceOp::create(builder, loc, type.clone(shape), x, frame.offsets,
                                          frame.sizes, frame.strides);
  }

  /// `part` with what x has behind it along `dim`.
  static Value complete(OpBuilder &builder, Location loc, Value part, Value x, int64_t dim) {
    auto type = cast<RankedTensorType>(x.getType());
    int64_t first = 0, count = cast<RankedTensorType>(part.getType()).getDimSize(dim);
    Value whole = tensor::EmptyOp::create(builder, loc, type.getShape(), type.getElementType());
    for (Value piece : {part, cut(builder, loc, x, dim, count, type.getDimSize(dim) - count)}) {
      Frame frame(builder, cast<RankedTensorType>(piece.getType()).getShape(), dim, first);
      whole = tensor::InsertSliceOp::create(builder, loc, piece, whole, frame.offsets, frame.sizes,
                                            frame.strides);
      first += count;
    }
    return whole;
  }

  /// Where a piece of this shape lies.
  struct Frame {
    SmallVector<OpFoldResult> offsets, sizes, strides;

    Frame(OpBuilder &builder, ArrayRef<int64_t> shape, int64_t dim, int64_t first)
        : offsets(shape.size(), builder.getIndexAttr(0)),
          strides(shape.size(), builder.getIndexAttr(1)) {
      offsets[dim] = builder.getIndexAttr(first);
      for (int64_t extent : shape)
        sizes.push_back(builder.getIndexAttr(extent));
    }
  };
};
} // namespace

void lower::populateRotaryEmbeddingPatterns(const PatternContext &context) {
  context.add<RotaryEmbeddingPattern>();
}
