// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape inference and verifiers of OnnxRecurrentOps.td.

#include "dialects/onnx/OnnxRecurrentOps.h"
#include "dialects/onnx/Extents.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxRecurrentOps.cpp.inc"

void OnnxDialect::addRecurrentOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/OnnxRecurrentOps.cpp.inc"
      >();
}

static const ActivationInfo activations[] = {
    {"Relu", Activation::Relu, {}, {}},
    {"Tanh", Activation::Tanh, {}, {}},
    {"Sigmoid", Activation::Sigmoid, {}, {}},
    {"Affine", Activation::Affine, 1.0f, 0.0f},
    {"LeakyRelu", Activation::LeakyRelu, 0.01f, {}},
    {"ThresholdedRelu", Activation::ThresholdedRelu, 1.0f, {}},
    {"ScaledTanh", Activation::ScaledTanh, 1.7159f, 0.6667f},
    {"HardSigmoid", Activation::HardSigmoid, 0.2f, 0.5f},
    {"Elu", Activation::Elu, 1.0f, {}},
    {"Softsign", Activation::Softsign, {}, {}},
    {"Softplus", Activation::Softplus, {}, {}},
};

const ActivationInfo *onnx::findActivation(StringRef name) {
  for (const ActivationInfo &info : activations)
    if (name.equals_insensitive(info.name))
      return &info;
  return nullptr;
}

template <typename Op> static RecurrentLayer makeLayer(Op op, int64_t gates) {
  RecurrentLayer layer;
  layer.x = op.getX();
  layer.w = op.getW();
  layer.r = op.getR();
  layer.b = op.getB();
  layer.sequenceLens = op.getSequenceLens();
  layer.initialH = op.getInitialH();
  layer.hiddenSize = op.getHiddenSize();
  layer.gates = gates;
  layer.directions = op.getDirection() == "bidirectional" ? 2 : 1;
  layer.startsReverse = op.getDirection() == "reverse";
  layer.batchMajor = op.getBatchMajor();
  if (op.getClip())
    layer.clip = op.getClip()->convertToFloat();
  layer.activations = op.getActivations();
  layer.alphas = op.getAlphas();
  layer.betas = op.getBetas();
  return layer;
}

std::optional<RecurrentLayer> onnx::getRecurrentLayer(Operation *op) {
  return llvm::TypeSwitch<Operation *, std::optional<RecurrentLayer>>(op)
      .Case([](RNNOp op) { return makeLayer(op, 1); })
      .Case([](GRUOp op) {
        RecurrentLayer layer = makeLayer(op, 3);
        layer.linearBeforeReset = op.getLinearBeforeReset();
        return layer;
      })
      .Case([](LSTMOp op) {
        RecurrentLayer layer = makeLayer(op, 4);
        layer.initialC = op.getInitialC();
        layer.p = op.getP();
        layer.inputForget = op.getInputForget();
        return layer;
      })
      .Default([](Operation *) { return std::nullopt; });
}

/// Activation functions that one direction needs.
static int64_t getNeededActivations(const RecurrentLayer &layer) {
  return layer.gates == 4 ? 3 : layer.gates == 3 ? 2 : 1;
}

static LogicalResult verifyLayer(Operation *op, StringRef direction) {
  RecurrentLayer layer = *getRecurrentLayer(op);
  if (layer.hiddenSize < 1)
    return op->emitOpError("has a hidden size of ") << layer.hiddenSize << ", expected at least 1";
  if (direction != "forward" && direction != "reverse" && direction != "bidirectional")
    return op->emitOpError("has the direction '")
           << direction << "', expected forward, reverse or bidirectional";
  int64_t needed = getNeededActivations(layer) * layer.directions;
  for (size_t count : {layer.activations.size(), layer.alphas.size(), layer.betas.size()})
    if (int64_t(count) != needed)
      return op->emitOpError("needs ")
             << needed << " activations with alphas and betas, but has " << count;
  for (Attribute name : layer.activations)
    if (!findActivation(cast<StringAttr>(name).getValue()))
      return op->emitOpError("has the unknown activation ") << name;
  Type elementType = getElementType(layer.x);
  for (auto [name, value] : {std::pair("w", layer.w),
                             {"r", layer.r},
                             {"b", layer.b},
                             {"initial_h", layer.initialH},
                             {"initial_c", layer.initialC},
                             {"p", layer.p}})
    if (isPresent(value) && getElementType(value) != elementType)
      return op->emitOpError("operand ")
             << name << " has elements of type " << getElementType(value) << ", expected "
             << elementType << " as operand x has";
  return success();
}

LogicalResult RNNOp::verify() { return verifyLayer(*this, getDirection()); }
LogicalResult GRUOp::verify() { return verifyLayer(*this, getDirection()); }
LogicalResult LSTMOp::verify() { return verifyLayer(*this, getDirection()); }

/// Checks an operand against the shape it has to have, as far as both are known, and learns
/// dynamic extents of `wanted` from it.
static LogicalResult checkShape(Operation *op, Value value, StringRef name, Shape &wanted) {
  std::optional<Shape> shape = isPresent(value) ? getShape(value) : std::nullopt;
  if (!shape)
    return success();
  bool fits = shape->size() == wanted.size();
  for (size_t i = 0; fits && i < wanted.size(); ++i) {
    fits = isDynamic((*shape)[i]) || isDynamic(wanted[i]) || (*shape)[i] == wanted[i];
    if (isDynamic(wanted[i]))
      wanted[i] = (*shape)[i];
  }
  if (!fits)
    return op->emitOpError("operand ") << name << " has extents " << formatShape(*shape)
                                       << ", expected " << formatShape(wanted);
  return success();
}

static LogicalResult inferLayer(Operation *op, SmallVectorImpl<Type> &types) {
  RecurrentLayer layer = *getRecurrentLayer(op);
  constexpr int64_t unknown = ShapedType::kDynamic;
  int64_t hidden = layer.hiddenSize, directions = layer.directions;
  std::optional<int64_t> rows = multiplyExtents({layer.gates, hidden});
  std::optional<int64_t> biases = multiplyExtents({2, layer.gates, hidden});
  std::optional<int64_t> peepholes = multiplyExtents({3, hidden});
  if (!rows || !biases || !peepholes)
    return op->emitOpError("has a hidden size of ") << hidden << ", more than fits any memory";
  Shape x = {unknown, unknown, unknown};
  if (failed(checkShape(op, layer.x, "x", x)))
    return failure();
  int64_t steps = x[layer.batchMajor ? 1 : 0], batch = x[layer.batchMajor ? 0 : 1];
  Shape w = {directions, *rows, x[2]}, r = {directions, *rows, hidden}, b = {directions, *biases},
        lens = {batch}, p = {directions, *peepholes};
  Shape state =
      layer.batchMajor ? Shape{batch, directions, hidden} : Shape{directions, batch, hidden};
  if (failed(checkShape(op, layer.w, "w", w)) || failed(checkShape(op, layer.r, "r", r)) ||
      failed(checkShape(op, layer.b, "b", b)) ||
      failed(checkShape(op, layer.sequenceLens, "sequence_lens", lens)) ||
      failed(checkShape(op, layer.initialH, "initial_h", state)) ||
      failed(checkShape(op, layer.initialC, "initial_c", state)) ||
      failed(checkShape(op, layer.p, "p", p)))
    return failure();
  batch = state[layer.batchMajor ? 0 : 1];
  Shape y = layer.batchMajor ? Shape{batch, steps, directions, hidden}
                             : Shape{steps, directions, batch, hidden};
  Type elementType = getElementType(layer.x);
  if (failed(appendRanked(op, y, elementType, types)))
    return failure();
  for (unsigned i = 1; i < op->getNumResults(); ++i)
    if (failed(appendRanked(op, state, elementType, types)))
      return failure();
  return success();
}

LogicalResult RNNOp::inferShapes(SmallVectorImpl<Type> &types) { return inferLayer(*this, types); }
LogicalResult GRUOp::inferShapes(SmallVectorImpl<Type> &types) { return inferLayer(*this, types); }
LogicalResult LSTMOp::inferShapes(SmallVectorImpl<Type> &types) { return inferLayer(*this, types); }
