// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attention as linalg, one op per step of its definition.

#include "dialects/attn/Decompose.h"

#include "dialects/attn/LinalgBuilder.h"
#include "dialects/attn/ScoreCode.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include <limits>

using namespace mlir;
using namespace fovea;
using namespace fovea::attn;

namespace {
constexpr double minusInfinity = -std::numeric_limits<double>::infinity();
using Dim = AttentionOp::Dim;

class Decomposer {
public:
  Decomposer(RewriterBase &rewriter, AttentionOp op)
      : op(op), rewriter(rewriter), loc(op.getLoc()), f32(rewriter.getF32Type()),
        linalg(rewriter, loc, op.getDomain()) {}

  SmallVector<Value> decompose() {
    MappedTensor probabilities = emitScores(emitProducts());
    switch (op.getNormalizer()) {
    case Normalizer::Softmax:
      probabilities = emitSoftmax(probabilities);
      break;
    case Normalizer::Mean:
      probabilities = emitMean(probabilities);
      break;
    case Normalizer::None:
      break;
    }
    SmallVector<Value> results = {emitOutput(probabilities)};
    if (op.getProbabilities())
      results.push_back(
          emitCopy(probabilities, scoreDims, op.getProbabilities(), op.getProbabilitiesMap()));
    return results;
  }

private:
  const SmallVector<unsigned> scoreDims = {Dim::B, Dim::H, Dim::I, Dim::J};
  const SmallVector<unsigned> rowDims = {Dim::B, Dim::H, Dim::I};

  /// sum over d of q * k.
  MappedTensor emitProducts() {
    MappedTensor sum = linalg.filled(scoreDims, f32, 0.0);
    sum.tensor = linalg.generic({Dim::B, Dim::H, Dim::I, Dim::J, Dim::D}, {Dim::D},
                                {{op.getQuery(), op.getQueryMap()}, {op.getKey(), op.getKeyMap()}},
                                sum, multiplyAdd);
    return sum;
  }

  MappedTensor emitScores(MappedTensor products) {
    SmallVector<MappedTensor> inputs = {products};
    for (auto [n, capture] : llvm::enumerate(op.getCaptures()))
      inputs.push_back({capture, op.getCaptureMap(n)});
    MappedTensor scores = linalg.empty(scoreDims, f32);
    double hidden = op.getNormalizer() == Normalizer::Softmax ? minusInfinity : 0.0;
    ScoreCode code{&op.getScore(), op.getNumerics().getScale(), op.getMask()};
    scores.tensor = linalg.generic(scoreDims, {}, inputs, scores,
                                   [&](OpBuilder &b, Location loc, ValueRange elements) {
                                     SmallVector<Value> indices;
                                     for (unsigned n = 0; n < scoreDims.size(); ++n)
                                       indices.push_back(linalg::IndexOp::create(b, loc, n));
                                     return emitScore(b, loc, code, elements.front(), indices,
                                                      elements.drop_front().drop_back(), hidden);
                                   });
    return scores;
  }

  MappedTensor emitSoftmax(MappedTensor scores) {
    bool zeroRows = op.getNumerics().getMaskedRows() == MaskedRows::Zero;
    MappedTensor maximum = linalg.filled(rowDims, f32, minusInfinity);
    maximum.tensor = linalg.generic(scoreDims, {Dim::J}, {scores}, maximum,
                                    [](OpBuilder &b, Location loc, ValueRange e) {
                                      // A score that is not a number makes its row so through the
                                      // exponential.
                                      return arith::MaxNumFOp::create(b, loc, e[0], e[1]);
                                    });
    MappedTensor weights = linalg.empty(scoreDims, f32);
    weights.tensor = linalg.generic(scoreDims, {}, {scores, maximum}, weights,
                                    [&](OpBuilder &b, Location loc, ValueRange e) -> Value {
                                      Value shift = e[1];
                                      if (zeroRows)
                                        shift = emitZeroWhere(b, loc, shift, minusInfinity, shift);
                                      Value difference = arith::SubFOp::create(b, loc, e[0], shift);
                                      return math::ExpOp::create(b, loc, difference);
                                    });
    MappedTensor sum = linalg.filled(rowDims, f32, 0.0);
    sum.tensor = linalg.generic(scoreDims, {Dim::J}, {weights}, sum,
                                [](OpBuilder &b, Location loc, ValueRange e) {
                                  return arith::AddFOp::create(b, loc, e[0], e[1]);
                                });
    MappedTensor probabilities = linalg.empty(scoreDims, f32);
    probabilities.tensor =
        linalg.generic(scoreDims, {}, {weights, sum}, probabilities,
                       [&](OpBuilder &b, Location loc, ValueRange e) -> Value {
                         Value quotient = arith::DivFOp::create(b, loc, e[0], e[1]);
                         return zeroRows ? emitZeroWhere(b, loc, e[1], 0.0, quotient) : quotient;
                       });
    return probabilities;
  }

  MappedTensor emitMean(MappedTensor scores) {
    MappedTensor mean = linalg.empty(scoreDims, f32);
    mean.tensor = linalg.generic(
        scoreDims, {}, {scores}, mean, [&](OpBuilder &b, Location loc, ValueRange e) {
          Value keys =
              arith::ConstantOp::create(b, loc, b.getFloatAttr(f32, op.getDomain()[Dim::J]));
          return arith::DivFOp::create(b, loc, e[0], keys);
        });
    return mean;
  }

  /// sum over j of p * v, written where the output's map says.
  Value emitOutput(MappedTensor probabilities) {
    const SmallVector<unsigned> outputDims = {Dim::B, Dim::H, Dim::I, Dim::E};
    MappedTensor sum = linalg.filled(outputDims, f32, 0.0);
    sum.tensor =
        linalg.generic({Dim::B, Dim::H, Dim::I, Dim::E, Dim::J}, {Dim::J},
                       {probabilities, {op.getValue(), op.getValueMap()}}, sum, multiplyAdd);
    return emitCopy(sum, outputDims, op.getOutput(), op.getOutputMap());
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

  static Value multiplyAdd(OpBuilder &b, Location loc, ValueRange e) {
    Type type = e[2].getType();
    Value product = arith::MulFOp::create(b, loc, convertFloat(b, loc, e[0], type),
                                          convertFloat(b, loc, e[1], type));
    return arith::AddFOp::create(b, loc, e[2], product);
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

  AttentionOp op;
  RewriterBase &rewriter;
  Location loc;
  Type f32;
  LinalgBuilder linalg;
};
} // namespace

FailureOr<SmallVector<Value>> attn::decomposeAttention(RewriterBase &rewriter, AttentionOp op) {
  if (llvm::any_of(op.getDomain(), [](int64_t extent) { return extent <= 0; }))
    return rewriter.notifyMatchFailure(op, "an extent of the domain is not positive");
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPoint(op);
  return Decomposer(rewriter, op).decompose();
}
