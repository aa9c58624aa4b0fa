// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Recurrent layers as products and scans: one product with x for all steps, then per direction a
// Scan whose body is the product with h and the gates. The states of a sequence that is over are
// kept, and its outputs are zero, by a mask that is scanned along.

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/Extents.h"
#include "dialects/onnx/OnnxControlOps.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxMatrixOps.h"
#include "dialects/onnx/OnnxRecurrentOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "passes/frontend/Simplify.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

namespace {
/// Makes ops whose result types are still to be inferred.
class GraphBuilder {
public:
  GraphBuilder(Operation *after, Type elementType)
      : builder(after->getContext()), loc(after->getLoc()), elementType(elementType) {
    builder.setInsertionPointAfter(after);
  }

  template <typename Op, typename... Args> Value make(Args &&...args) {
    return Op::create(builder, loc, Type(UnrankedTensorType::get(elementType)),
                      std::forward<Args>(args)...);
  }
  Value makeNone() {
    return NoneOp::create(builder, loc, builder.getNoneType(), builder.getUnitAttr());
  }
  Value makeIntegers(ArrayRef<int64_t> values) {
    auto type = RankedTensorType::get({int64_t(values.size())}, builder.getI64Type());
    return ConstantOp::create(
        builder, loc,
        makeConstant(type, ArrayRef(reinterpret_cast<const char *>(values.data()),
                                    values.size() * sizeof(int64_t))));
  }
  /// A tensor of equal numbers of the layer's element type.
  Value makeFilled(double value, ArrayRef<int64_t> shape = {}) {
    auto type = RankedTensorType::get(shape, elementType);
    return ConstantOp::create(
        builder, loc,
        DenseElementsAttr::get(type, Attribute(builder.getFloatAttr(elementType, value))));
  }
  Value reshape(Value x, ArrayRef<int64_t> shape) {
    return make<ReshapeOp>(x, makeIntegers(shape), builder.getBoolAttr(true));
  }
  Value transpose(Value x, ArrayRef<int64_t> permutation) {
    return make<TransposeOp>(x, builder.getDenseI64ArrayAttr(permutation));
  }
  /// x[..., first:end, ...] along `axis`.
  Value slice(Value x, int64_t axis, int64_t first, int64_t end) {
    Value starts = makeIntegers(first), ends = makeIntegers(end), axes = makeIntegers(axis);
    return make<SliceOp>(x, starts, ends, axes, makeNone());
  }
  Value concat(ValueRange values, int64_t axis) {
    return values.size() == 1 ? values.front() : make<ConcatOp>(values, getSigned(axis));
  }
  /// a * b^T + c; c may be null.
  Value multiply(Value a, Value b, Value c) {
    return make<GemmOp>(a, b, c ? c : makeNone(), builder.getF32FloatAttr(1),
                        builder.getF32FloatAttr(1), builder.getBoolAttr(false),
                        builder.getBoolAttr(true));
  }
  Value add(Value a, Value b) { return make<AddOp>(a, b); }
  Value mul(Value a, Value b) { return make<MulOp>(a, b); }
  Value sub(Value a, Value b) { return make<SubOp>(a, b); }
  Value where(Value condition, Value a, Value b) { return make<WhereOp>(condition, a, b); }
  template <typename Op> Value compare(Value a, Value b) {
    return Op::create(builder, loc, Type(UnrankedTensorType::get(builder.getI1Type())), a, b);
  }
  IntegerAttr getSigned(int64_t value) {
    return IntegerAttr::get(builder.getIntegerType(64, /*isSigned=*/true), value);
  }

  OpBuilder builder;
  Location loc;
  Type elementType;
};

class LayerExpansion {
public:
  LayerExpansion(Operation *op, const RecurrentLayer &layer)
      : op(op), layer(layer), graph(op, getElementType(layer.x)), hidden(layer.hiddenSize) {}
  void expand();

private:
  struct States {
    Value h, c;
  };
  /// The operand's part of direction `d`, without the dimension of directions.
  Value getPart(Value value, int64_t d, int64_t axis = 0);
  Value activate(int64_t d, int64_t which, Value x);
  States stepRnn(int64_t d, Value x, States states);
  States stepGru(int64_t d, Value x, States states);
  States stepLstm(int64_t d, Value x, States states);
  void expandDirection(int64_t d, Value x, Value mask);
  /// Gate `which` of a row of gates.
  Value getGate(Value gates, int64_t which, int64_t count = 1) {
    return graph.slice(gates, 1, which * hidden, (which + count) * hidden);
  }

  Operation *op;
  const RecurrentLayer &layer;
  GraphBuilder graph;
  int64_t hidden, steps = 0, batch = 0, inputs = 0;
  /// Of the present direction.
  Value r, biasH, p;
  /// Per direction.
  SmallVector<Value> ys, hs, cs;
};
} // namespace

Value LayerExpansion::getPart(Value value, int64_t d, int64_t axis) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> shape(type.getShape());
  shape.erase(shape.begin() + axis);
  Value part = layer.directions == 1 ? value : graph.slice(value, axis, d, d + 1);
  return graph.reshape(part, shape);
}

Value LayerExpansion::activate(int64_t d, int64_t which, Value x) {
  int64_t at = d * layer.getActivationCount() + which;
  auto alpha = [&] { return graph.makeFilled(layer.alphas[at]); };
  auto beta = [&] { return graph.makeFilled(layer.betas[at]); };
  auto number = [&](double value) { return graph.makeFilled(value); };
  if (layer.clip)
    x = graph.make<ClipOp>(x, number(-*layer.clip), number(*layer.clip));
  switch (findActivation(cast<StringAttr>(layer.activations[at]).getValue())->activation) {
  case Activation::Relu:
    return graph.make<ReluOp>(x);
  case Activation::Tanh:
    return graph.make<TanhOp>(x);
  case Activation::Sigmoid:
    return graph.make<SigmoidOp>(x);
  case Activation::Affine:
    return graph.add(graph.mul(x, alpha()), beta());
  case Activation::LeakyRelu:
    return graph.where(graph.compare<LessOp>(x, number(0)), graph.mul(x, alpha()), x);
  case Activation::ThresholdedRelu:
    return graph.where(graph.compare<GreaterOp>(x, alpha()), x, number(0));
  case Activation::ScaledTanh:
    return graph.mul(graph.make<TanhOp>(graph.mul(x, beta())), alpha());
  case Activation::HardSigmoid:
    return graph.make<ClipOp>(graph.add(graph.mul(x, alpha()), beta()), number(0), number(1));
  case Activation::Elu: {
    Value below = graph.mul(graph.sub(graph.make<ExpOp>(x), number(1)), alpha());
    return graph.where(graph.compare<LessOp>(x, number(0)), below, x);
  }
  case Activation::Softsign:
    return graph.make<DivOp>(x, graph.add(graph.make<AbsOp>(x), number(1)));
  case Activation::Softplus: {
    // max(x, 0) + log(1 + e^-|x|) never overflows.
    Value decay = graph.make<ExpOp>(graph.make<NegOp>(graph.make<AbsOp>(x)));
    return graph.add(graph.make<ReluOp>(x), graph.make<LogOp>(graph.add(decay, number(1))));
  }
  }
  return x;
}

LayerExpansion::States LayerExpansion::stepRnn(int64_t d, Value x, States states) {
  return {activate(d, 0, graph.multiply(states.h, r, x)), {}};
}

LayerExpansion::States LayerExpansion::stepGru(int64_t d, Value x, States states) {
  Value update, reset, candidate;
  if (layer.linearBeforeReset) {
    Value products = graph.multiply(states.h, r, biasH);
    auto sum = [&](int64_t gate) {
      return activate(d, 0, graph.add(getGate(x, gate), getGate(products, gate)));
    };
    update = sum(0);
    reset = sum(1);
    candidate = graph.add(getGate(x, 2), graph.mul(reset, getGate(products, 2)));
  } else {
    Value gates = graph.multiply(states.h, graph.slice(r, 0, 0, 2 * hidden), getGate(x, 0, 2));
    update = activate(d, 0, getGate(gates, 0));
    reset = activate(d, 0, getGate(gates, 1));
    candidate = graph.multiply(graph.mul(reset, states.h),
                               graph.slice(r, 0, 2 * hidden, 3 * hidden), getGate(x, 2));
  }
  candidate = activate(d, 1, candidate);
  Value kept = graph.mul(update, states.h);
  return {graph.add(graph.mul(graph.sub(graph.makeFilled(1), update), candidate), kept), {}};
}

LayerExpansion::States LayerExpansion::stepLstm(int64_t d, Value x, States states) {
  Value gates = graph.multiply(states.h, r, x);
  auto gate = [&](int64_t which, int64_t peephole, Value cell) {
    Value sum = getGate(gates, which);
    if (!p)
      return sum;
    return graph.add(
        sum, graph.mul(graph.slice(p, 0, peephole * hidden, (peephole + 1) * hidden), cell));
  };
  Value input = activate(d, 0, gate(0, 0, states.c));
  Value forget = layer.inputForget ? graph.sub(graph.makeFilled(1), input)
                                   : activate(d, 0, gate(2, 2, states.c));
  Value cell =
      graph.add(graph.mul(forget, states.c), graph.mul(input, activate(d, 1, getGate(gates, 3))));
  Value output = activate(d, 0, gate(1, 1, cell));
  return {graph.mul(output, activate(d, 2, cell)), cell};
}

void LayerExpansion::expandDirection(int64_t d, Value x, Value mask) {
  int64_t rows = layer.gates * hidden;
  Value bias;
  biasH = {};
  if (isPresent(layer.b)) {
    Value both = getPart(layer.b, d);
    bias = graph.slice(both, 0, 0, rows);
    biasH = graph.slice(both, 0, rows, 2 * rows);
    // Only a GRU that resets after its product needs the bias of h apart.
    if (!layer.linearBeforeReset)
      bias = graph.add(bias, biasH);
  }
  Value projected =
      graph.reshape(graph.multiply(x, getPart(layer.w, d), bias), {steps, batch, rows});
  r = getPart(layer.r, d);
  p = layer.p && isPresent(layer.p) ? getPart(layer.p, d) : Value();
  auto getState = [&](Value initial) {
    return isPresent(initial) ? getPart(initial, d, layer.batchMajor ? 1 : 0)
                              : graph.makeFilled(0, {batch, hidden});
  };
  SmallVector<Value> tensors = {getState(layer.initialH)};
  if (layer.gates == 4)
    tensors.push_back(getState(layer.initialC));
  unsigned states = tensors.size();
  tensors.push_back(projected);
  if (mask)
    tensors.push_back(mask);
  unsigned scanned = tensors.size() - states;

  bool collects = !op->getResult(0).use_empty();
  SmallVector<Type> types(states + collects, UnrankedTensorType::get(graph.elementType));
  SmallVector<int64_t> inputAxes(scanned, 0), directions(scanned, layer.isReverse(d)),
      outputAxes(collects, 0), outputDirections(collects, layer.isReverse(d));
  auto scan = ScanOp::create(graph.builder, graph.loc, types, tensors, scanned, inputAxes,
                             directions, outputAxes, outputDirections);
  {
    OpBuilder::InsertionGuard guard(graph.builder);
    Block &body = scan.getBody().emplaceBlock();
    for (Value tensor : tensors)
      body.addArgument(UnrankedTensorType::get(getElementType(tensor)), graph.loc);
    graph.builder.setInsertionPointToEnd(&body);
    States before{body.getArgument(0), states > 1 ? Value(body.getArgument(1)) : Value()};
    Value xNow = body.getArgument(states);
    States after = layer.gates == 4   ? stepLstm(d, xNow, before)
                   : layer.gates == 3 ? stepGru(d, xNow, before)
                                      : stepRnn(d, xNow, before);
    Value y = after.h;
    if (mask) {
      Value isRunning = body.getArgument(states + 1);
      y = graph.where(isRunning, after.h, graph.makeFilled(0));
      after.h = graph.where(isRunning, after.h, before.h);
      if (after.c)
        after.c = graph.where(isRunning, after.c, before.c);
    }
    SmallVector<Value> yielded = {after.h};
    if (after.c)
      yielded.push_back(after.c);
    if (collects)
      yielded.push_back(y);
    YieldOp::create(graph.builder, graph.loc, yielded);
  }
  int64_t stateAxis = layer.batchMajor ? 1 : 0;
  SmallVector<int64_t> stateShape = {batch, hidden}, yShape = {steps, 1, batch, hidden};
  stateShape.insert(stateShape.begin() + stateAxis, 1);
  hs.push_back(graph.reshape(scan.getResult(0), stateShape));
  if (states > 1)
    cs.push_back(graph.reshape(scan.getResult(1), stateShape));
  if (collects)
    ys.push_back(graph.reshape(scan.getResult(states), yShape));
}

void LayerExpansion::expand() {
  auto shape = cast<RankedTensorType>(layer.x.getType()).getShape();
  steps = shape[layer.batchMajor ? 1 : 0];
  batch = shape[layer.batchMajor ? 0 : 1];
  inputs = shape[2];
  Value x = layer.batchMajor ? graph.transpose(layer.x, {1, 0, 2}) : layer.x;
  x = graph.reshape(x, {steps * batch, inputs});
  Value mask;
  if (isPresent(layer.sequenceLens)) {
    SmallVector<int32_t> numbers = llvm::to_vector(llvm::seq<int32_t>(0, steps));
    auto type = RankedTensorType::get({steps, 1, 1}, graph.builder.getI32Type());
    Value count = ConstantOp::create(
        graph.builder, graph.loc,
        makeConstant(type, ArrayRef(reinterpret_cast<const char *>(numbers.data()), steps * 4)));
    Value lens = ReshapeOp::create(
        graph.builder, graph.loc, Type(UnrankedTensorType::get(graph.builder.getI32Type())),
        layer.sequenceLens, graph.makeIntegers({1, batch, 1}), graph.builder.getBoolAttr(true));
    mask = graph.compare<LessOp>(count, lens);
  }
  for (int64_t d = 0; d < layer.directions; ++d)
    expandDirection(d, x, mask);
  int64_t stateAxis = layer.batchMajor ? 1 : 0;
  if (!ys.empty()) {
    Value y = graph.concat(ys, 1);
    op->getResult(0).replaceAllUsesWith(layer.batchMajor ? graph.transpose(y, {2, 0, 1, 3}) : y);
  }
  op->getResult(1).replaceAllUsesWith(graph.concat(hs, stateAxis));
  if (!cs.empty())
    op->getResult(2).replaceAllUsesWith(graph.concat(cs, stateAxis));
}

bool fovea::expandRecurrence(Operation *op) {
  std::optional<RecurrentLayer> layer = getRecurrentLayer(op);
  auto isStatic = [](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return isa<NoneType>(type) || (tensor && tensor.hasStaticShape());
  };
  auto type = layer ? dyn_cast<RankedTensorType>(layer->x.getType()) : RankedTensorType();
  if (!type || type.getNumElements() == 0 || !llvm::all_of(op->getOperandTypes(), isStatic))
    return false;
  LayerExpansion(op, *layer).expand();
  return true;
}
