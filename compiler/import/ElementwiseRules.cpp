// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operators that work element by element.

#include "compiler/import/ImportFailure.h"
#include "compiler/import/Rules.h"
#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/ElementType.h"

#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxShapeOps.h"

using namespace mlir;
using namespace fovea;

template <typename Op> static void importUnary(NodeImporter &node) {
  Value x = node.getOperand(0);
  node.setResult(0, node.create<Op>(node.getTypeLike(x), x));
}

static Value castTo(NodeImporter &node, Value x, Type elementType) {
  return node.create<onnx::CastOp>(node.getUnranked(elementType), x, elementType);
}

/// The integers' fractions are cut off.
static void importErf(NodeImporter &node) {
  Value x = node.getOperand(0);
  Type type = node.getElementType(x);
  if (!isa<IntegerType>(type))
    return importUnary<onnx::ErfOp>(node);
  x = castTo(node, x, node.builder.getF64Type());
  node.setResult(0, castTo(node, node.create<onnx::ErfOp>(node.getTypeLike(x), x), type));
}

/// The operand of a question about infinity and NaN, which f32 keeps.
static Value getQuestioned(NodeImporter &node) {
  Value x = node.getOperand(0);
  return onnx::isSmallFloat(node.getElementType(x)) ? castTo(node, x, node.builder.getF32Type())
                                                    : x;
}

static void importIsNaN(NodeImporter &node) {
  node.setResult(0, node.create<onnx::IsNaNOp>(node.getUnranked(node.builder.getI1Type()),
                                               getQuestioned(node)));
}

template <typename Op> static void importUnaryPredicate(NodeImporter &node) {
  node.setResult(0,
                 node.create<Op>(node.getUnranked(node.builder.getI1Type()), node.getOperand(0)));
}

/// The second operand of an operator of two. Up to opset 6, `broadcast` had its dimensions begin at
/// `axis` of the first: ones behind them align both at the right.
static Value getSecondOperand(NodeImporter &node, Value a) {
  Value b = node.getOperand(1);
  if (node.opset >= 7 || !node.getBool("broadcast", false) || !node.hasAttribute("axis"))
    return b;
  int64_t axis = node.getInt("axis", 0);
  std::optional<int64_t> rankA = node.getRank(a), rankB = node.getRank(b);
  if (!rankA || !rankB)
    failUnsupported("attribute 'axis' needs operands of known rank");
  if (axis < 0)
    axis += *rankA;
  if (axis < 0 || axis > *rankA - *rankB)
    failInput("attribute 'axis' is outside of the dimensions of the first operand");
  SmallVector<int64_t> ones = llvm::to_vector(llvm::seq(*rankB, *rankA - axis));
  if (ones.empty())
    return b;
  return node.create<onnx::UnsqueezeOp>(node.getTypeLike(b), b, node.makeIndexConstant(ones));
}

template <typename Op> static void importBinary(NodeImporter &node) {
  Value a = node.getOperand(0);
  node.setResult(0, node.create<Op>(node.getTypeLike(a), a, getSecondOperand(node, a)));
}

template <typename Op> static void importComparison(NodeImporter &node) {
  Value a = node.getOperand(0);
  node.setResult(
      0, node.create<Op>(node.getUnranked(node.builder.getI1Type()), a, getSecondOperand(node, a)));
}

template <typename Op> static void importVariadic(NodeImporter &node) {
  ArrayRef<Value> operands = node.getAllOperands();
  node.setResult(0, node.create<Op>(node.getTypeLike(operands.front()), ValueRange(operands)));
}

static void importMod(NodeImporter &node) {
  Value a = node.getOperand(0), b = node.getOperand(1);
  bool fmod = node.getBool("fmod", false);
  if (!fmod && node.opset < 28 && isa<FloatType>(node.getElementType(a)))
    failInput("fmod must be 1 for floating-point operands before opset 28");
  node.setResult(0, node.create<onnx::ModOp>(node.getTypeLike(a), a, b, fmod));
}

template <typename Op> static void importWithAlpha(NodeImporter &node, float otherwise) {
  Value x = node.getOperand(0);
  node.setResult(
      0, node.create<Op>(node.getTypeLike(x), x, llvm::APFloat(node.getFloat("alpha", otherwise))));
}

static void importLeakyRelu(NodeImporter &node) { importWithAlpha<onnx::LeakyReluOp>(node, 0.01f); }

static void importElu(NodeImporter &node) { importWithAlpha<onnx::EluOp>(node, 1); }

static void importHardSigmoid(NodeImporter &node) {
  Value x = node.getOperand(0);
  node.setResult(0, node.create<onnx::HardSigmoidOp>(node.getTypeLike(x), x,
                                                     llvm::APFloat(node.getFloat("alpha", 0.2f)),
                                                     llvm::APFloat(node.getFloat("beta", 0.5f))));
}

static void importIsInf(NodeImporter &node) {
  bool negative = node.getBool("detect_negative", true);
  bool positive = node.getBool("detect_positive", true);
  node.setResult(0, node.create<onnx::IsInfOp>(node.getUnranked(node.builder.getI1Type()),
                                               getQuestioned(node), negative, positive));
}

static void importBitShift(NodeImporter &node) {
  std::string direction = node.getString("direction", "");
  if (direction != "LEFT" && direction != "RIGHT")
    failInput("attribute 'direction' must be LEFT or RIGHT");
  Value a = node.getOperand(0), b = node.getOperand(1);
  node.setResult(0, node.create<onnx::BitShiftOp>(node.getTypeLike(a), a, b, direction == "LEFT"));
}

/// Up to opset 10 the bounds were attributes.
static void importClip(NodeImporter &node) {
  Value x = node.getOperand(0);
  auto getBound = [&](StringRef name, unsigned index) {
    if (node.opset >= 11)
      return node.getOptionalOperand(index);
    if (!node.hasAttribute(name))
      return node.makeNone();
    return node.makeNumber(node.getFloat(name, 0), node.getElementType(x));
  };
  Value low = getBound("min", 1), high = getBound("max", 2);
  node.setResult(0, node.create<onnx::ClipOp>(node.getTypeLike(x), x, low, high));
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
  if (node.opset < 7 && !node.getBool("is_test", false))
    failUnsupported(
        "dropout in training mode is not supported; export the model in evaluation mode");
  Value ratio;
  if (node.opset < 12) {
    float value = node.getFloat("ratio", 0.5f);
    auto type = RankedTensorType::get({}, node.builder.getF32Type());
    ratio = node.makeConstant(DenseElementsAttr::get(type, value));
  } else {
    ratio = node.getOptionalOperand(1);
  }
  Type maskType = node.wantsOutput(1) ? node.getUnranked(node.builder.getI1Type()) : Type();
  auto op = onnx::DropoutOp::create(node.builder, node.loc, node.getTypeLike(x), maskType, x, ratio,
                                    node.getOptionalOperand(2));
  if (op.isIdentity() == false)
    failUnsupported(
        "dropout in training mode is not supported; export the model in evaluation mode");
  node.refineTypes(op);
  node.setResults(op->getResults());
}

static void importWhere(NodeImporter &node) {
  Value condition = node.getOperand(0), x = node.getOperand(1), y = node.getOperand(2);
  node.setResult(0, node.create<onnx::WhereOp>(node.getTypeLike(x), condition, x, y));
}

static constexpr unsigned unbounded = ~0u;

static const OperatorRule rules[] = {
    {"Abs", 1, 1, 1, 1, importUnary<onnx::AbsOp>},
    {"Acos", 7, 1, 1, 1, importUnary<onnx::AcosOp>},
    {"Acosh", 9, 1, 1, 1, importUnary<onnx::AcoshOp>},
    {"Add", 1, 2, 2, 1, importBinary<onnx::AddOp>},
    {"And", 1, 2, 2, 1, importComparison<onnx::AndOp>},
    {"Asin", 7, 1, 1, 1, importUnary<onnx::AsinOp>},
    {"Asinh", 9, 1, 1, 1, importUnary<onnx::AsinhOp>},
    {"Atan", 7, 1, 1, 1, importUnary<onnx::AtanOp>},
    {"Atanh", 9, 1, 1, 1, importUnary<onnx::AtanhOp>},
    {"BitShift", 11, 2, 2, 1, importBitShift},
    {"BitwiseAnd", 18, 2, 2, 1, importBinary<onnx::BitwiseAndOp>},
    {"BitwiseNot", 18, 1, 1, 1, importUnary<onnx::BitwiseNotOp>},
    {"BitwiseOr", 18, 2, 2, 1, importBinary<onnx::BitwiseOrOp>},
    {"BitwiseXor", 18, 2, 2, 1, importBinary<onnx::BitwiseXorOp>},
    {"Ceil", 1, 1, 1, 1, importUnary<onnx::CeilOp>},
    {"Clip", 1, 1, 3, 1, importClip},
    {"Cos", 7, 1, 1, 1, importUnary<onnx::CosOp>},
    {"Cosh", 9, 1, 1, 1, importUnary<onnx::CoshOp>},
    {"Div", 1, 2, 2, 1, importBinary<onnx::DivOp>},
    {"Dropout", 1, 1, 3, 2, importDropout},
    {"Elu", 1, 1, 1, 1, importElu},
    {"Equal", 1, 2, 2, 1, importComparison<onnx::EqualOp>},
    {"Erf", 9, 1, 1, 1, importErf},
    {"Exp", 1, 1, 1, 1, importUnary<onnx::ExpOp>},
    {"Floor", 1, 1, 1, 1, importUnary<onnx::FloorOp>},
    {"Gelu", 20, 1, 1, 1, importGelu},
    {"Greater", 1, 2, 2, 1, importComparison<onnx::GreaterOp>},
    {"GreaterOrEqual", 12, 2, 2, 1, importComparison<onnx::GreaterOrEqualOp>},
    {"HardSigmoid", 1, 1, 1, 1, importHardSigmoid},
    {"Identity", 1, 1, 1, 1, importUnary<onnx::IdentityOp>},
    {"IsInf", 10, 1, 1, 1, importIsInf},
    {"IsNaN", 9, 1, 1, 1, importIsNaN},
    {"LeakyRelu", 1, 1, 1, 1, importLeakyRelu},
    {"Less", 1, 2, 2, 1, importComparison<onnx::LessOp>},
    {"LessOrEqual", 12, 2, 2, 1, importComparison<onnx::LessOrEqualOp>},
    {"Log", 1, 1, 1, 1, importUnary<onnx::LogOp>},
    {"Max", 1, 1, unbounded, 1, importVariadic<onnx::MaxOp>},
    {"Min", 1, 1, unbounded, 1, importVariadic<onnx::MinOp>},
    {"Mish", 18, 1, 1, 1, importUnary<onnx::MishOp>},
    {"Mod", 10, 2, 2, 1, importMod},
    {"Mul", 1, 2, 2, 1, importBinary<onnx::MulOp>},
    {"Neg", 1, 1, 1, 1, importUnary<onnx::NegOp>},
    {"Not", 1, 1, 1, 1, importUnaryPredicate<onnx::NotOp>},
    {"Or", 1, 2, 2, 1, importComparison<onnx::OrOp>},
    {"Pow", 1, 2, 2, 1, importBinary<onnx::PowOp>},
    {"Reciprocal", 1, 1, 1, 1, importUnary<onnx::ReciprocalOp>},
    {"Relu", 1, 1, 1, 1, importUnary<onnx::ReluOp>},
    {"Round", 11, 1, 1, 1, importUnary<onnx::RoundOp>},
    {"Sigmoid", 1, 1, 1, 1, importUnary<onnx::SigmoidOp>},
    {"Sign", 9, 1, 1, 1, importUnary<onnx::SignOp>},
    {"Sin", 7, 1, 1, 1, importUnary<onnx::SinOp>},
    {"Sinh", 9, 1, 1, 1, importUnary<onnx::SinhOp>},
    {"Softplus", 1, 1, 1, 1, importUnary<onnx::SoftplusOp>},
    {"Sqrt", 1, 1, 1, 1, importUnary<onnx::SqrtOp>},
    {"Sub", 1, 2, 2, 1, importBinary<onnx::SubOp>},
    {"Tan", 7, 1, 1, 1, importUnary<onnx::TanOp>},
    {"Tanh", 1, 1, 1, 1, importUnary<onnx::TanhOp>},
    {"Where", 9, 3, 3, 1, importWhere},
    {"Xor", 1, 2, 2, 1, importComparison<onnx::XorOp>},
};

ArrayRef<OperatorRule> fovea::getElementwiseRules() { return rules; }
