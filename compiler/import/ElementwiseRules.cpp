// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operators that work element by element.

#include "compiler/import/ImportFailure.h"
#include "compiler/import/Rules.h"
#include "dialects/onnx/ConstantData.h"

#include "dialects/onnx/OnnxElementwiseOps.h"

using namespace mlir;
using namespace fovea;

template <typename Op> static void importUnary(NodeImporter &node) {
  Value x = node.getOperand(0);
  node.setResult(0, node.create<Op>(node.getTypeLike(x), x));
}

template <typename Op> static void importUnaryPredicate(NodeImporter &node) {
  node.setResult(0,
                 node.create<Op>(node.getUnranked(node.builder.getI1Type()), node.getOperand(0)));
}

template <typename Op> static void importBinary(NodeImporter &node) {
  Value a = node.getOperand(0), b = node.getOperand(1);
  node.setResult(0, node.create<Op>(node.getTypeLike(a), a, b));
}

template <typename Op> static void importComparison(NodeImporter &node) {
  node.setResult(0, node.create<Op>(node.getUnranked(node.builder.getI1Type()), node.getOperand(0),
                                    node.getOperand(1)));
}

template <typename Op> static void importVariadic(NodeImporter &node) {
  ArrayRef<Value> operands = node.getAllOperands();
  node.setResult(0, node.create<Op>(node.getTypeLike(operands.front()), ValueRange(operands)));
}

static void importMod(NodeImporter &node) {
  Value a = node.getOperand(0), b = node.getOperand(1);
  bool fmod = node.getBool("fmod", false);
  if (!fmod && isa<FloatType>(node.getElementType(a)))
    failInput("fmod must be 1 for floating-point operands");
  node.setResult(0, node.create<onnx::ModOp>(node.getTypeLike(a), a, b, fmod));
}

static void importCast(NodeImporter &node) {
  int64_t dataType = node.getRequiredInt("to");
  if (dataType != int32_t(dataType))
    failInput("attribute 'to' is no element type");
  Type to = importElementType(node.builder.getContext(), int32_t(dataType));
  // These two speak of 8-bit floating-point types only.
  node.getInt("saturate", 1);
  node.getString("round_mode", "up");
  node.setResult(0, node.create<onnx::CastOp>(node.getUnranked(to), node.getOperand(0), to));
}

static void importClip(NodeImporter &node) {
  Value x = node.getOperand(0);
  node.setResult(0, node.create<onnx::ClipOp>(node.getTypeLike(x), x, node.getOptionalOperand(1),
                                              node.getOptionalOperand(2)));
}

static void importGelu(NodeImporter &node) {
  std::string approximate = node.getString("approximate", "none");
  if (approximate != "none" && approximate != "tanh")
    failInput("attribute 'approximate' must be \"none\" or \"tanh\"");
  Value x = node.getOperand(0);
  node.setResult(0, node.create<onnx::GeluOp>(node.getTypeLike(x), x, approximate));
}

static void importDropout(NodeImporter &node) {
  Value x = node.getOperand(0);
  node.getInt("seed", 0);
  Value ratio;
  if (node.opset < 12) {
    float value = node.getFloat("ratio", 0.5f);
    auto type = RankedTensorType::get({}, node.builder.getF32Type());
    ratio = node.makeConstant(DenseElementsAttr::get(type, value));
  } else {
    ratio = node.getOptionalOperand(1);
  }
  if (node.hasOperand(2) && onnx::getConstantScalar(node.getOperand(2)).value_or(1) != 0)
    failUnsupported(
        "dropout in training mode is not supported; export the model in evaluation mode");
  Type maskType = node.wantsOutput(1) ? node.getUnranked(node.builder.getI1Type()) : Type();
  auto op = onnx::DropoutOp::create(node.builder, node.loc, node.getTypeLike(x), maskType, x, ratio,
                                    node.getOptionalOperand(2));
  node.refineTypes(op);
  node.setResults(op->getResults());
}

static void importWhere(NodeImporter &node) {
  Value condition = node.getOperand(0), x = node.getOperand(1), y = node.getOperand(2);
  node.setResult(0, node.create<onnx::WhereOp>(node.getTypeLike(x), condition, x, y));
}

static constexpr unsigned unbounded = ~0u;

static const OperatorRule rules[] = {
    {"Identity", 1, 1, 1, 1, importUnary<onnx::IdentityOp>},
    {"Neg", 1, 1, 1, 1, importUnary<onnx::NegOp>},
    {"Abs", 1, 1, 1, 1, importUnary<onnx::AbsOp>},
    {"Exp", 1, 1, 1, 1, importUnary<onnx::ExpOp>},
    {"Log", 1, 1, 1, 1, importUnary<onnx::LogOp>},
    {"Sqrt", 1, 1, 1, 1, importUnary<onnx::SqrtOp>},
    {"Reciprocal", 1, 1, 1, 1, importUnary<onnx::ReciprocalOp>},
    {"Floor", 1, 1, 1, 1, importUnary<onnx::FloorOp>},
    {"Ceil", 1, 1, 1, 1, importUnary<onnx::CeilOp>},
    {"Erf", 9, 1, 1, 1, importUnary<onnx::ErfOp>},
    {"Tanh", 1, 1, 1, 1, importUnary<onnx::TanhOp>},
    {"Sigmoid", 1, 1, 1, 1, importUnary<onnx::SigmoidOp>},
    {"Relu", 1, 1, 1, 1, importUnary<onnx::ReluOp>},
    {"Sin", 7, 1, 1, 1, importUnary<onnx::SinOp>},
    {"Cos", 7, 1, 1, 1, importUnary<onnx::CosOp>},
    {"Not", 1, 1, 1, 1, importUnaryPredicate<onnx::NotOp>},
    {"IsNaN", 9, 1, 1, 1, importUnaryPredicate<onnx::IsNaNOp>},
    {"Gelu", 20, 1, 1, 1, importGelu},
    {"Cast", 1, 1, 1, 1, importCast},
    {"Clip", 1, 1, 3, 1, importClip},
    {"Dropout", 1, 1, 3, 2, importDropout},
    {"Add", 1, 2, 2, 1, importBinary<onnx::AddOp>},
    {"Sub", 1, 2, 2, 1, importBinary<onnx::SubOp>},
    {"Mul", 1, 2, 2, 1, importBinary<onnx::MulOp>},
    {"Div", 1, 2, 2, 1, importBinary<onnx::DivOp>},
    {"Pow", 1, 2, 2, 1, importBinary<onnx::PowOp>},
    {"Mod", 10, 2, 2, 1, importMod},
    {"And", 1, 2, 2, 1, importComparison<onnx::AndOp>},
    {"Or", 1, 2, 2, 1, importComparison<onnx::OrOp>},
    {"Equal", 1, 2, 2, 1, importComparison<onnx::EqualOp>},
    {"Less", 1, 2, 2, 1, importComparison<onnx::LessOp>},
    {"LessOrEqual", 12, 2, 2, 1, importComparison<onnx::LessOrEqualOp>},
    {"Greater", 1, 2, 2, 1, importComparison<onnx::GreaterOp>},
    {"GreaterOrEqual", 12, 2, 2, 1, importComparison<onnx::GreaterOrEqualOp>},
    {"Min", 1, 1, unbounded, 1, importVariadic<onnx::MinOp>},
    {"Max", 1, 1, unbounded, 1, importVariadic<onnx::MaxOp>},
    {"Where", 9, 3, 3, 1, importWhere},
};

ArrayRef<OperatorRule> fovea::getElementwiseRules() { return rules; }
