// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attention and its online step as linalg, one op per step of their definitions.

#include "dialects/attn/Decompose.h"

#include "dialects/attn/AttentionTiles.h"
#include "dialects/attn/LinalgBuilder.h"
#include "dialects/attn/ScoreCode.h"
#include "dialects/attn/TilePlan.h"
#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/IRMapping.h"

#include <limits>

using namespace mlir;
using namespace fovea;
using namespace fovea::attn;

namespace {
constexpr double minusInfinity = -std::numeric_limits<double>::infinity();
using Dim = AttentionOp::Dim;
constexpr unsigned scoreDims[] = {Dim::B, Dim::H, Dim::I, Dim::J};
constexpr unsigned rowDims[] = {Dim::B, Dim::H, Dim::I};
constexpr unsigned outputDims[] = {Dim::B, Dim::H, Dim::I, Dim::E};
constexpr unsigned productDims[] = {Dim::B, Dim::H, Dim::I, Dim::J, Dim::D};
constexpr unsigned valueDims[] = {Dim::B, Dim::H, Dim::I, Dim::E, Dim::J};
} // namespace

static Value multiplyAdd(OpBuilder &b, Location loc, ValueRange e) {
  Type type = e[2].getType();
  Value product = arith::MulFOp::create(b, loc, convertFloat(b, loc, e[0], type),
                                        convertFloat(b, loc, e[1], type));
  return arith::AddFOp::create(b, loc, e[2], product);
}

static Value takeMaximum(OpBuilder &b, Location loc, ValueRange e) {
  // A score that is not a number makes its row so through the exponential.
  return arith::MaxNumFOp::create(b, loc, e[0], e[1]);
}

static Value takeSum(OpBuilder &b, Location loc, ValueRange e) {
  return arith::AddFOp::create(b, loc, e[0], e[1]);
}

/// 0 where `value` is `number`, else `otherwise`.
static Value emitZeroWhere(OpBuilder &b, Location loc, Value value, double number,
                           Value otherwise) {
  Type type = value.getType();
  Value compared = arith::ConstantOp::create(b, loc, b.getFloatAttr(type, number));
  Value equal = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OEQ, value, compared);
  Value zero = arith::ConstantOp::create(b, loc, b.getFloatAttr(type, 0.0));
  return arith::SelectOp::create(b, loc, equal, zero, otherwise);
}

/// exp(score - maximum); a row without a visible key has minus infinity for both, which gives 0
/// when `guarded` and a value that is not a number otherwise.
static Value emitWeight(OpBuilder &b, Location loc, Value score, Value maximum, bool guarded) {
  Value shift = guarded ? emitZeroWhere(b, loc, maximum, minusInfinity, maximum) : maximum;
  Value difference = arith::SubFOp::create(b, loc, score, shift);
  return math::ExpOp::create(b, loc, difference);
}

/// weight / sum; a row without a visible key has sum 0, and its quotient is 0 when `zeroRows`.
static Value emitQuotient(OpBuilder &b, Location loc, Value weight, Value sum, bool zeroRows) {
  Value quotient = arith::DivFOp::create(b, loc, weight, sum);
  return zeroRows ? emitZeroWhere(b, loc, sum, 0.0, quotient) : quotient;
}

namespace {
/// What attention and its online step have in common, for all of the op or a part of its rows.
template <typename OpTy> class Expansion {
public:
  Expansion(RewriterBase &rewriter, OpTy op)
      : Expansion(rewriter, op, ScorePart::getWhole(op.getDomain())) {}
  Expansion(RewriterBase &rewriter, OpTy op, const ScorePart &part, const PartPlace &place = {})
      : op(op), rewriter(rewriter), loc(op.getLoc()), f32(rewriter.getF32Type()), part(part),
        place(place), domain(part.getDomain(op.getDomain())), linalg(rewriter, loc, domain) {
    if (place.keyCount)
      linalg.setExtent(Dim::J, place.keyCount);
  }

protected:
  /// Sums over d of q * k.
  MappedTensor emitProducts() {
    MappedTensor products = linalg.filled(scoreDims, f32, 0.0);
    products.tensor = linalg.generic(
        productDims, {Dim::D},
        {getInput(op.getQuery(), op.getQueryMap()), getInput(op.getKey(), op.getKeyMap())},
        products, multiplyAdd);
    return products;
  }

  /// The scores [b, h, i, j]: sum over d of q * k, scaled, through the score region, `hidden` where
  /// the mask hides the key.
  MappedTensor emitScores(double hidden) {
    MappedTensor products = emitProducts();
    SmallVector<MappedTensor> inputs = {products};
    llvm::append_range(inputs, getCaptures(op.getYield().getScore()));
    MappedTensor scores = linalg.empty(scoreDims, f32);
    ScoreCode code{&op.getScore(), op.getNumerics().getScale(), op.getMask()};
    scores.tensor = linalg.generic(
        scoreDims, {}, inputs, scores, [&](OpBuilder &b, Location loc, ValueRange e) {
          return emitScore(b, loc, code, e.front(), emitIndices(b, loc, scoreDims),
                           e.drop_front().drop_back(), hidden);
        });
    return scores;
  }

  /// Adds the sums over j of weight * value to `accumulator`.
  MappedTensor emitValues(MappedTensor weights, MappedTensor accumulator) {
    SmallVector<MappedTensor> inputs = {weights, getInput(op.getValue(), op.getValueMap())};
    Value addend = op.getYield().getValue();
    if (addend)
      llvm::append_range(inputs, getCaptures(addend));
    accumulator.tensor = linalg.generic(
        valueDims, {Dim::J}, inputs, accumulator, [&](OpBuilder &b, Location loc, ValueRange e) {
          Value value = e[1];
          if (addend) {
            Value more = emitYielded(b, op.getScore(), addend, Value(),
                                     emitIndices(b, loc, valueDims), e.drop_front(2).drop_back());
            value =
                arith::AddFOp::create(b, loc, convertFloat(b, loc, value, more.getType()), more);
          }
          return multiplyAdd(b, loc, {e.front(), value, e.back()});
        });
    return accumulator;
  }

  /// What the region reads for one of the numbers that it yields.
  SmallVector<MappedTensor> getCaptures(Value yielded) {
    SmallVector<MappedTensor> captures;
    for (unsigned n : getReadCaptures(op.getScore(), yielded))
      captures.push_back(getInput(op.getCaptures()[n], op.getCaptureMap(n)));
    return captures;
  }

  /// The places along the first `count` dimensions in the whole attention, in a body over `dims`; 0
  /// along a dimension that it does not have.
  SmallVector<Value> emitIndices(OpBuilder &b, Location loc, ArrayRef<unsigned> dims,
                                 unsigned count = std::size(scoreDims)) {
    SmallVector<Value> indices;
    for (unsigned dim = 0; dim < count; ++dim) {
      const unsigned *loop = llvm::find(dims, dim);
      Value index;
      if (loop != dims.end())
        index = linalg::IndexOp::create(b, loc, loop - dims.begin());
      if (OpFoldResult first = getFirst(dim); !index || !isZeroInteger(first)) {
        Value begin = getValueOrCreateConstantIndexOp(b, loc, first);
        index = index ? arith::AddIOp::create(b, loc, index, begin) : begin;
      }
      indices.push_back(index);
    }
    return indices;
  }

  MappedTensor emitWeights(MappedTensor scores, MappedTensor maximum, bool guarded) {
    MappedTensor weights = linalg.empty(scoreDims, f32);
    weights.tensor = linalg.generic(scoreDims, {}, {scores, maximum}, weights,
                                    [&](OpBuilder &b, Location loc, ValueRange e) {
                                      return emitWeight(b, loc, e[0], e[1], guarded);
                                    });
    return weights;
  }

  /// The part of a tensor that the part touches: of an axis that a dimension of the part indexes by
  /// itself, a slice, of others all; and the map into it.
  struct Box {
    SmallVector<OpFoldResult> offsets, sizes;
    AffineMap map;
  };
  Box getBox(ArrayRef<int64_t> shape, AffineMap map) {
    Box box{SmallVector<OpFoldResult>(shape.size(), rewriter.getIndexAttr(0)),
            getAsIndexOpFoldResult(rewriter.getContext(), shape),
            {}};
    SmallVector<AffineExpr> exprs(part.getMap(map, op.getDomain()).getResults());
    for (auto [axis, expr] : llvm::enumerate(map.getResults())) {
      auto dim = dyn_cast<AffineDimExpr>(expr);
      if (!dim || dim.getPosition() > Dim::J)
        continue;
      box.offsets[axis] = getFirst(dim.getPosition());
      box.sizes[axis] = linalg.getExtent(dim.getPosition());
      exprs[axis] = expr;
    }
    box.map = AffineMap::get(map.getNumDims(), 0, exprs, map.getContext());
    return box;
  }

  /// An operand over the part: sliced, so that its producers see what is read; copied where a loop
  /// moves what no slice follows.
  MappedTensor getInput(Value tensor, AffineMap map) {
    if (!isSliced(map))
      return copyInput(tensor, map);
    ArrayRef<int64_t> shape = cast<RankedTensorType>(tensor.getType()).getShape();
    Box box = getBox(shape, map);
    if (box.sizes != getAsIndexOpFoldResult(rewriter.getContext(), shape)) {
      SmallVector<OpFoldResult> strides(shape.size(), rewriter.getIndexAttr(1));
      tensor =
          tensor::ExtractSliceOp::create(rewriter, loc, tensor, box.offsets, box.sizes, strides);
    }
    return {tensor, box.map};
  }

  OpTy op;
  RewriterBase &rewriter;
  Location loc;
  Type f32;
  ScorePart part;
  PartPlace place;
  SmallVector<int64_t> domain;
  LinalgBuilder linalg;

private:
  OpFoldResult getFirst(unsigned dim) {
    if (dim < place.first.size() && place.first[dim])
      return place.first[dim];
    return rewriter.getIndexAttr(dim < part.size ? part.first[dim]
                                 : dim == Dim::J ? part.firstKey
                                                 : 0);
  }

  /// Whether each axis that a loop moves is indexed by one dimension alone.
  bool isSliced(AffineMap map) {
    for (auto [dim, first] : llvm::enumerate(place.first))
      for (AffineExpr expr : map.getResults())
        if (first && expr.isFunctionOfDim(dim) && !isa<AffineDimExpr>(expr))
          return false;
    return true;
  }

  /// What the part reads of a tensor, over the dimensions that index it.
  MappedTensor copyInput(Value tensor, AffineMap map) {
    SmallVector<unsigned> dims;
    for (unsigned dim = 0; dim < map.getNumDims(); ++dim)
      if (map.isFunctionOfDim(dim))
        dims.push_back(dim);
    MappedTensor copy = linalg.empty(dims, getElementTypeOrSelf(tensor.getType()));
    copy.tensor =
        linalg.generic(dims, {}, {}, copy, [&](OpBuilder &b, Location loc, ValueRange) -> Value {
          SmallVector<Value> places = emitIndices(b, loc, dims, map.getNumDims()), indices;
          for (AffineExpr expr : map.getResults())
            indices.push_back(affine::expandAffineExpr(b, loc, expr, places, {}));
          return tensor::ExtractOp::create(b, loc, tensor, indices);
        });
    return copy;
  }
};

class AttentionExpansion : Expansion<AttentionOp> {
public:
  using Expansion::Expansion;

  SmallVector<Value> emit() {
    MappedTensor probabilities = emitStage(ScoreStage::Weights);
    MappedTensor output = emitOutput(probabilities);
    SmallVector<Value> results = {emitCopy(output, outputDims, op.getOutput(), op.getOutputMap())};
    if (op.getProbabilities())
      results.push_back(
          emitCopy(probabilities, scoreDims, op.getProbabilities(), op.getProbabilitiesMap()));
    return results;
  }

  /// The part's output, written into `whole`, every element of its slice there.
  Value emitInto(MappedTensor whole) {
    MappedTensor output = emitOutput(emitStage(ScoreStage::Weights));
    auto type = cast<RankedTensorType>(whole.tensor.getType());
    Box box = getBox(type.getShape(), whole.map);
    SmallVector<OpFoldResult> strides(type.getRank(), rewriter.getIndexAttr(1));
    Value target = tensor::EmptyOp::create(rewriter, loc, box.sizes, type.getElementType());
    Value tile = linalg.generic(outputDims, {}, {output}, {target, box.map},
                                [&](OpBuilder &b, Location loc, ValueRange e) {
                                  return convertFloat(b, loc, e[0], type.getElementType());
                                });
    return tensor::InsertSliceOp::create(rewriter, loc, tile, whole.tensor, box.offsets, box.sizes,
                                         strides);
  }

  /// `source` over the output's dimensions as the op's output.
  Value emitResult(MappedTensor source) {
    return emitCopy(source, outputDims, op.getOutput(), op.getOutputMap());
  }

  MappedTensor emitStage(ScoreStage stage) {
    if (stage == ScoreStage::Product || stage == ScoreStage::Capped)
      return emitScaled(stage == ScoreStage::Capped);
    bool softmax = op.getNormalizer() == Normalizer::Softmax;
    MappedTensor scores = emitScores(softmax ? minusInfinity : 0.0);
    if (stage == ScoreStage::Scores || op.getNormalizer() == Normalizer::None)
      return scores;
    return softmax ? emitSoftmax(scores) : emitMean(scores);
  }

private:
  MappedTensor emitOutput(MappedTensor probabilities) {
    return emitValues(probabilities, linalg.filled(outputDims, f32, 0.0));
  }

  /// The scaled products, `capped` where the score region begins with a soft cap.
  MappedTensor emitScaled(bool capped) {
    MappedTensor products = emitProducts(), scaled = linalg.empty(scoreDims, f32);
    scaled.tensor = linalg.generic(
        scoreDims, {}, {products}, scaled, [&](OpBuilder &b, Location loc, ValueRange e) {
          double scale = op.getNumerics().getScale().getValueAsDouble();
          Value factor = arith::ConstantOp::create(b, loc, b.getFloatAttr(f32, scale));
          Value score = arith::MulFOp::create(b, loc, e[0], factor);
          return capped ? emitSoftCap(b, score, op.getScore().front()) : score;
        });
    return scaled;
  }

  MappedTensor emitSoftmax(MappedTensor scores) {
    bool zeroRows = op.getNumerics().getMaskedRows() == MaskedRows::Zero;
    MappedTensor maximum = linalg.filled(rowDims, f32, minusInfinity);
    maximum.tensor = linalg.generic(scoreDims, {Dim::J}, {scores}, maximum, takeMaximum);
    MappedTensor sum = linalg.filled(rowDims, f32, 0.0);
    if (op.getYield().getSink()) {
      MappedTensor sink = emitSink();
      maximum.tensor = linalg.generic(rowDims, {}, {sink}, maximum, takeMaximum);
      sum.tensor = linalg.generic(rowDims, {}, {sink, maximum}, sum,
                                  [&](OpBuilder &b, Location loc, ValueRange e) {
                                    return emitWeight(b, loc, e[0], e[1], zeroRows);
                                  });
    }
    MappedTensor weights = emitWeights(scores, maximum, zeroRows);
    sum.tensor = linalg.generic(scoreDims, {Dim::J}, {weights}, sum, takeSum);
    MappedTensor probabilities = linalg.empty(scoreDims, f32);
    probabilities.tensor = linalg.generic(scoreDims, {}, {weights, sum}, probabilities,
                                          [&](OpBuilder &b, Location loc, ValueRange e) {
                                            return emitQuotient(b, loc, e[0], e[1], zeroRows);
                                          });
    return probabilities;
  }

  /// The score of the sink [b, h, i].
  MappedTensor emitSink() {
    MappedTensor sink = linalg.empty(rowDims, f32);
    Value yielded = op.getYield().getSink();
    sink.tensor = linalg.generic(rowDims, {}, getCaptures(yielded), sink,
                                 [&](OpBuilder &b, Location loc, ValueRange e) {
                                   return emitYielded(b, op.getScore(), yielded, Value(),
                                                      emitIndices(b, loc, rowDims), e.drop_back());
                                 });
    return sink;
  }

  MappedTensor emitMean(MappedTensor scores) {
    MappedTensor mean = linalg.empty(scoreDims, f32);
    mean.tensor = linalg.generic(
        scoreDims, {}, {scores}, mean, [&](OpBuilder &b, Location loc, ValueRange e) {
          double count = domain[Dim::J];
          Value keys = arith::ConstantOp::create(b, loc, b.getFloatAttr(f32, count));
          return arith::DivFOp::create(b, loc, e[0], keys);
        });
    return mean;
  }

  /// `source` over `dims` in the type and the layout of a result of the op.
  Value emitCopy(MappedTensor source, ArrayRef<unsigned> dims, Value result, AffineMap map) {
    auto type = cast<RankedTensorType>(result.getType());
    if (map == source.map && type == source.tensor.getType())
      return source.tensor;
    Value target = tensor::EmptyOp::create(rewriter, loc, type.getShape(), type.getElementType());
    return linalg.generic(dims, {}, {source}, {target, map},
                          [&](OpBuilder &b, Location loc, ValueRange e) {
                            return convertFloat(b, loc, e[0], type.getElementType());
                          });
  }
};

class OnlineExpansion : Expansion<OnlineAttentionOp> {
public:
  using Expansion::Expansion;

  SmallVector<Value> emit() {
    MappedTensor oldMaximum{op.getMaximum(), op.getMaximumMap()};
    MappedTensor accumulator{op.getAccumulator(), op.getAccumulatorMap()};
    MappedTensor sum{op.getSum(), op.getSumMap()};
    MappedTensor scores = emitScores(minusInfinity);
    MappedTensor keyMaximum = linalg.filled(rowDims, f32, minusInfinity);
    keyMaximum.tensor = linalg.generic(scoreDims, {Dim::J}, {scores}, keyMaximum, takeMaximum);
    MappedTensor maximum = linalg.empty(rowDims, f32);
    maximum.tensor = linalg.generic(rowDims, {}, {keyMaximum, oldMaximum}, maximum, takeMaximum);
    MappedTensor weights = emitWeights(scores, maximum, /*guarded=*/true);
    MappedTensor factor = linalg.empty(rowDims, f32);
    factor.tensor = linalg.generic(rowDims, {}, {oldMaximum, maximum}, factor,
                                   [](OpBuilder &b, Location loc, ValueRange e) {
                                     return emitWeight(b, loc, e[0], e[1], /*guarded=*/true);
                                   });
    sum.tensor = linalg.generic(rowDims, {}, {factor}, sum, multiply);
    sum.tensor = linalg.generic(scoreDims, {Dim::J}, {weights}, sum, takeSum);
    accumulator.tensor = linalg.generic(outputDims, {}, {factor}, accumulator, multiply);
    accumulator = emitValues(weights, accumulator);
    // The old maximum is not read any more, so that every part of the state is updated where it is.
    Value newMaximum = linalg.generic(rowDims, {}, {keyMaximum}, oldMaximum, takeMaximum);
    return {accumulator.tensor, newMaximum, sum.tensor};
  }

private:
  static Value multiply(OpBuilder &b, Location loc, ValueRange e) {
    return arith::MulFOp::create(b, loc, e[0], e[1]);
  }
};
} // namespace

Value attn::expandInto(RewriterBase &rewriter, AttentionOp op, const ScorePart &part,
                       const PartPlace &place, MappedTensor whole) {
  return AttentionExpansion(rewriter, op, part, place).emitInto(whole);
}

Value attn::expandOutput(RewriterBase &rewriter, AttentionOp op, MappedTensor source) {
  return AttentionExpansion(rewriter, op).emitResult(source);
}

SmallVector<Value> attn::decomposeAttention(RewriterBase &rewriter, AttentionOp op,
                                            int64_t queryTile) {
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPoint(op);
  if (queryTile > 0 && !op.getProbabilities() && op.getNormalizer() == Normalizer::Softmax) {
    SmallVector<BatchRun> plan = planTiles(op.getMask(), op.getDomain(), queryTile);
    if (plan.front().batches < op.getDomain()[Dim::B] ||
        plan.front().queries.front().queries < op.getDomain()[Dim::I])
      return {decomposeInTiles(rewriter, op, plan)};
  }
  return AttentionExpansion(rewriter, op).emit();
}

Value attn::decomposeScores(RewriterBase &rewriter, AttentionOp op, const ScorePart &part,
                            ScoreStage stage) {
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPoint(op);
  return AttentionExpansion(rewriter, op, part).emitStage(stage).tensor;
}

SmallVector<Value> attn::decomposeOnlineAttention(RewriterBase &rewriter, OnlineAttentionOp op) {
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPoint(op);
  return OnlineExpansion(rewriter, op).emit();
}

FailureOr<OnlineAttentionOp> attn::convertToOnline(RewriterBase &rewriter, AttentionOp op) {
  if (op.getProbabilities())
    return rewriter.notifyMatchFailure(op, "the probabilities are a result");
  if (op.getNormalizer() != Normalizer::Softmax)
    return rewriter.notifyMatchFailure(op, "the normaliser is not softmax");
  if (op.getYield().getSink())
    return rewriter.notifyMatchFailure(op, "softmax has a sink");
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPoint(op);
  Location loc = op.getLoc();
  LinalgBuilder linalg(rewriter, loc, op.getDomain());
  Type f32 = rewriter.getF32Type();
  MappedTensor accumulator = linalg.filled(outputDims, f32, 0.0);
  MappedTensor maximum = linalg.filled(rowDims, f32, minusInfinity);
  MappedTensor sum = linalg.filled(rowDims, f32, 0.0);
  SmallVector<Attribute> maps(op.getIndexingMaps().getValue().drop_back());
  for (const MappedTensor &state : {accumulator, maximum, sum})
    maps.push_back(AffineMapAttr::get(state.map));
  auto online = OnlineAttentionOp::create(
      rewriter, loc,
      TypeRange{accumulator.tensor.getType(), maximum.tensor.getType(), sum.tensor.getType()},
      op.getQuery(), op.getKey(), op.getValue(), op.getCaptures(), accumulator.tensor,
      maximum.tensor, sum.tensor, op.getDomainAttr(), rewriter.getArrayAttr(maps), op.getMask(),
      op.getNumerics());
  rewriter.inlineRegionBefore(op.getScore(), online.getScore(), online.getScore().end());
  accumulator.tensor = online.getNewAccumulator();
  sum.tensor = online.getNewSum();
  auto type = cast<RankedTensorType>(op.getOutput().getType());
  Value target = tensor::EmptyOp::create(rewriter, loc, type.getShape(), type.getElementType());
  bool zeroRows = op.getNumerics().getMaskedRows() == MaskedRows::Zero;
  Value output = linalg.generic(outputDims, {}, {accumulator, sum}, {target, op.getOutputMap()},
                                [&](OpBuilder &b, Location loc, ValueRange e) {
                                  Value quotient = emitQuotient(b, loc, e[0], e[1], zeroRows);
                                  return convertFloat(b, loc, quotient, type.getElementType());
                                });
  rewriter.replaceOp(op, output);
  return online;
}
