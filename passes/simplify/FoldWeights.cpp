// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A normalization with constant statistics is `a[c] x + b[c]`. Behind a product with constant
// weights, a scales the weights and b joins the bias. Factors are computed in double and rounded
// once.

#include "compiler/eval/Tensor.h"
#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxConvOps.h"
#include "dialects/onnx/OnnxMatrixOps.h"
#include "dialects/onnx/OnnxNormOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/PatternMatch.h"
#include "passes/simplify/Passes.h"

#include <cmath>
#include <functional>

namespace fovea {
#define GEN_PASS_DEF_FOLDWEIGHTSPASS
#include "passes/simplify/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;

/// The numbers of a constant vector of `count` elements; nothing for another value.
static std::optional<std::vector<double>> getVector(Value value, int64_t count) {
  ElementsAttr attr = onnx::getConstantAttr(value);
  std::optional<eval::Tensor> tensor = attr ? eval::Tensor::get(attr) : std::nullopt;
  if (!tensor || tensor->size() != count)
    return std::nullopt;
  return tensor->elements<double>();
}

namespace {
/// a[c] x + b[c].
struct Affine {
  std::vector<double> factors, offsets;
};

/// A product's weights as blocks of neighbouring elements that belong to one channel.
struct Blocks {
  int64_t size = 1;
  std::function<int64_t(int64_t)> getChannel;
};

class WeightFolder {
public:
  explicit WeightFolder(func::FuncOp func) : func(func), rewriter(func.getContext()) {}
  void run();

private:
  bool fold(onnx::BatchNormalizationOp norm);
  std::optional<Affine> getAffine(onnx::BatchNormalizationOp norm);
  Value rescale(Value weights, const Blocks &blocks, const Affine &affine);
  Value makeVector(Location loc, Type elementType, ArrayRef<double> values);
  Value addBias(Operation *product, Value bias, double factor, const Affine &affine);

  func::FuncOp func;
  IRRewriter rewriter;
  /// New weights live in memory until the object is written.
  int64_t budget = int64_t(1) << 30;
};
} // namespace

std::optional<Affine> WeightFolder::getAffine(onnx::BatchNormalizationOp norm) {
  auto type = dyn_cast<RankedTensorType>(norm.getX().getType());
  if (!type || norm.getTraining() || type.getRank() < 2 || type.isDynamicDim(1))
    return std::nullopt;
  int64_t channels = type.getDimSize(1);
  auto scale = getVector(norm.getScale(), channels), bias = getVector(norm.getBias(), channels),
       mean = getVector(norm.getMean(), channels),
       variance = getVector(norm.getVariance(), channels);
  if (!scale || !bias || !mean || !variance)
    return std::nullopt;
  Affine affine;
  for (int64_t c = 0; c < channels; ++c) {
    double factor =
        (*scale)[c] / std::sqrt((*variance)[c] + double(norm.getEpsilon().convertToFloat()));
    affine.factors.push_back(factor);
    affine.offsets.push_back((*bias)[c] - (*mean)[c] * factor);
  }
  return affine;
}

Value WeightFolder::rescale(Value weights, const Blocks &blocks, const Affine &affine) {
  ElementsAttr attr = onnx::getConstantAttr(weights);
  auto type = cast<RankedTensorType>(weights.getType());
  std::optional<onnx::ConstantData> data = onnx::getConstantData(attr);
  std::optional<eval::Kind> kind = eval::getKind(type.getElementType());
  eval::NewTensor scaled = eval::allocate(type);
  int64_t bytes = onnx::getElementBytes(type.getElementType());
  std::vector<double> line(blocks.size);
  for (int64_t first = 0; first < type.getNumElements(); first += blocks.size) {
    const char *from = data->bytes.data() + (data->splat ? 0 : first * bytes);
    eval::load(*kind, from, data->splat ? 0 : 1, blocks.size, line.data());
    double factor = affine.factors[blocks.getChannel(first / blocks.size)];
    for (double &value : line)
      value *= factor;
    eval::store(*kind, line.data(), blocks.size, scaled.bytes + first * bytes);
  }
  return onnx::ConstantOp::create(rewriter, weights.getLoc(), scaled.tensor.toAttr());
}

Value WeightFolder::makeVector(Location loc, Type elementType, ArrayRef<double> values) {
  auto type = RankedTensorType::get({int64_t(values.size())}, elementType);
  return onnx::ConstantOp::create(rewriter, loc, eval::makeTensor<double>(type, values).toAttr());
}

/// The bias behind `product`: `factor` times the given one, if any, through the normalization. Null
/// when the given one is not a constant with one element per channel.
Value WeightFolder::addBias(Operation *product, Value bias, double factor, const Affine &affine) {
  std::vector<double> values = affine.offsets;
  if (!isa<NoneType>(bias.getType())) {
    auto given = getVector(bias, values.size());
    if (!given)
      return {};
    for (size_t c = 0; c < values.size(); ++c)
      values[c] += factor * (*given)[c] * affine.factors[c];
  }
  return makeVector(product->getLoc(), getElementTypeOrSelf(product->getResult(0).getType()),
                    values);
}

bool WeightFolder::fold(onnx::BatchNormalizationOp norm) {
  Operation *product = norm.getX().getDefiningOp();
  std::optional<Affine> affine = getAffine(norm);
  if (!affine || !isa_and_nonnull<onnx::ConvOp, onnx::GemmOp>(product) || !product->hasOneUse())
    return false;
  Value weights = product->getOperand(1);
  ElementsAttr attr = onnx::getConstantAttr(weights);
  auto type = dyn_cast<RankedTensorType>(weights.getType());
  if (!attr || !onnx::getConstantData(attr) || !type || type.getNumElements() == 0 ||
      type.getElementType() != getElementTypeOrSelf(norm.getY().getType()))
    return false;
  int64_t bytes = type.getNumElements() * onnx::getElementBytes(type.getElementType());
  if (bytes > budget)
    return false;

  const int64_t channels = affine->factors.size();
  Blocks rows{type.getNumElements() / channels, [](int64_t block) { return block; }},
      columns{1, [channels](int64_t element) { return element % channels; }};
  rewriter.setInsertionPoint(product);
  auto gemm = dyn_cast<onnx::GemmOp>(product);
  double biasFactor = gemm ? double(gemm.getBeta().convertToFloat()) : 1;
  Value bias = addBias(product, product->getOperand(2), biasFactor, *affine);
  if (!bias)
    return false;
  budget -= bytes;
  Value scaled = rescale(weights, gemm && !gemm.getTransB() ? columns : rows, *affine);
  rewriter.modifyOpInPlace(product, [&] {
    product->setOperand(1, scaled);
    product->setOperand(2, bias);
    if (gemm)
      gemm.setBeta(llvm::APFloat(1.0f));
  });
  rewriter.replaceOp(norm, product->getResult(0));
  return true;
}

void WeightFolder::run() {
  SmallVector<onnx::BatchNormalizationOp> norms;
  func.walk([&](onnx::BatchNormalizationOp norm) { norms.push_back(norm); });
  // In program order: a normalization behind another one finds the product already folded.
  for (onnx::BatchNormalizationOp norm : norms)
    fold(norm);
}

namespace {
struct FoldWeights : fovea::impl::FoldWeightsPassBase<FoldWeights> {
  void runOnOperation() override { WeightFolder(getOperation()).run(); }
};
} // namespace
