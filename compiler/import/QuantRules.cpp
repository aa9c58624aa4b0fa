// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Casts and quantisation. The operators that compute on quantized tensors become products of the
// differences from their zero points, in i32, and what scales them.

#include "compiler/import/ImportFailure.h"
#include "compiler/import/Rules.h"
#include "compiler/import/TensorImport.h"
#include "compiler/import/WindowAttributes.h"
#include "dialects/onnx/ElementType.h"
#include "dialects/onnx/OnnxConvOps.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxMatrixOps.h"
#include "dialects/onnx/OnnxQuantOps.h"
#include "dialects/onnx/OnnxReduceOps.h"
#include "dialects/onnx/OnnxShapeOps.h"

using namespace mlir;
using namespace fovea;

/// The element type that attribute `name` gives, or null when it gives none.
static Type getTypeAttribute(NodeImporter &node, StringRef name) {
  int64_t dataType = node.getInt(name, 0);
  if (dataType != int32_t(dataType))
    failInput("attribute '" + name + "' is no element type");
  return dataType == 0 ? Type() : importElementType(node.builder.getContext(), int32_t(dataType));
}

static void importCastTo(NodeImporter &node, Type to) {
  if (!to)
    failInput("attribute 'to' is required, and absent");
  bool saturate = node.getBool("saturate", true);
  std::string roundMode = node.getString("round_mode", "up");
  if (roundMode != "up" && roundMode != "down" && roundMode != "nearest")
    failInput("attribute 'round_mode' must be \"up\", \"down\" or \"nearest\"");
  // The two speak of small floating-point types only.
  if (!onnx::isSmallFloat(to)) {
    saturate = true;
    roundMode = "up";
  }
  node.setResult(0, node.create<onnx::CastOp>(node.getUnranked(to), node.getOperand(0), to,
                                              saturate, roundMode));
}

static void importCast(NodeImporter &node) { importCastTo(node, getTypeAttribute(node, "to")); }

static void importCastLike(NodeImporter &node) {
  importCastTo(node, node.getElementType(node.getOperand(1)));
}

static void importBitCast(NodeImporter &node) {
  Type to = getTypeAttribute(node, "to");
  if (!to)
    failInput("attribute 'to' is required, and absent");
  Value x = node.getOperand(0);
  if (onnx::getDLPackType(to).bits != onnx::getDLPackType(node.getElementType(x)).bits)
    failInput("attribute 'to' names a type of another number of bits than the input's");
  node.setResult(0, node.create<onnx::BitCastOp>(node.getUnranked(to), x, to));
}

/// Attributes of QuantizeLinear and DequantizeLinear; a scale of one element has no axis.
struct Granularity {
  int64_t axis, blockSize;
};

static Granularity getGranularity(NodeImporter &node) {
  Granularity result = {node.getInt("axis", 1), node.getInt("block_size", 0)};
  if (result.blockSize < 0)
    failInput("attribute 'block_size' must not be negative");
  return result;
}

static Value createQuantize(NodeImporter &node, Value x, Value scale, Value zeroPoint, Type to,
                            Type precision, Granularity granularity, bool saturate) {
  return node.create<onnx::QuantizeLinearOp>(node.getUnranked(to), x, scale, zeroPoint,
                                             granularity.axis, granularity.blockSize, to, precision,
                                             saturate);
}

static void importQuantizeLinear(NodeImporter &node) {
  Value x = node.getOperand(0), scale = node.getOperand(1);
  Value zeroPoint = node.getOptionalOperand(2);
  Type to = getTypeAttribute(node, "output_dtype");
  if (node.hasOperand(2)) {
    Type given = node.getElementType(zeroPoint);
    if (to && to != given)
      failInput("attribute 'output_dtype' contradicts the type of the zero point");
    to = given;
  }
  if (!to)
    to = IntegerType::get(node.builder.getContext(), 8, IntegerType::Unsigned);
  Type precision = getTypeAttribute(node, "precision");
  if (!precision)
    precision = node.getElementType(scale);
  // Powers of two, and integers, divide nothing.
  if (!isa<FloatType>(precision) || onnx::isSmallFloat(precision))
    precision = node.builder.getF32Type();
  Granularity granularity = getGranularity(node);
  node.setResult(0, createQuantize(node, x, scale, zeroPoint, to, precision, granularity,
                                   node.getBool("saturate", true)));
}

static void importDequantizeLinear(NodeImporter &node) {
  Value x = node.getOperand(0), scale = node.getOperand(1);
  Type to = getTypeAttribute(node, "output_dtype");
  if (!to)
    to = node.getElementType(scale);
  if (onnx::isSmallFloat(to))
    failInput("attribute 'output_dtype' is required where the scale is a power of two");
  Granularity granularity = getGranularity(node);
  node.setResult(0, node.create<onnx::DequantizeLinearOp>(
                        node.getUnranked(to), x, scale, node.getOptionalOperand(2),
                        granularity.axis, granularity.blockSize, to));
}

/// A scalar f32.
static Value makeNumber(NodeImporter &node, float value) {
  auto type = RankedTensorType::get({}, node.builder.getF32Type());
  return node.makeConstant(DenseElementsAttr::get(type, value));
}

template <typename Op> static Value createBinary(NodeImporter &node, Value a, Value b) {
  return node.create<Op>(node.getTypeLike(a), a, b);
}

static Value createCast(NodeImporter &node, Value x, Type to) {
  return node.getElementType(x) == to ? x : node.create<onnx::CastOp>(node.getUnranked(to), x, to);
}

/// The least or greatest element, and zero.
template <typename Reduce, typename Limit>
static Value createExtremum(NodeImporter &node, Value x, Value zero) {
  Value extremum = node.create<Reduce>(node.getTypeLike(x), x, node.makeNone(), /*keepdims=*/false,
                                       /*noop_with_empty_axes=*/false);
  return node.create<Limit>(node.getTypeLike(x), ValueRange{extremum, zero});
}

static void importDynamicQuantizeLinear(NodeImporter &node) {
  Value x = node.getOperand(0), zero = makeNumber(node, 0);
  Value low = createExtremum<onnx::ReduceMinOp, onnx::MinOp>(node, x, zero);
  Value high = createExtremum<onnx::ReduceMaxOp, onnx::MaxOp>(node, x, zero);
  Value range = createBinary<onnx::SubOp>(node, high, low);
  // Any scale will do for a tensor of zeros, but zero.
  Value isZero =
      node.create<onnx::EqualOp>(node.getUnranked(node.builder.getI1Type()), range, zero);
  range = node.create<onnx::WhereOp>(node.getTypeLike(range), isZero, makeNumber(node, 1), range);
  Value scale = createBinary<onnx::DivOp>(node, range, makeNumber(node, 255));
  Type f32 = node.builder.getF32Type();
  Type ui8 = IntegerType::get(node.builder.getContext(), 8, IntegerType::Unsigned);
  Value negated = node.create<onnx::NegOp>(node.getTypeLike(low), low);
  Value zeroPoint =
      createQuantize(node, negated, scale, node.makeNone(), ui8, f32, {1, 0}, /*saturate=*/true);
  node.setResult(0, createQuantize(node, x, scale, zeroPoint, ui8, f32, {1, 0}, true));
  node.setResult(1, scale);
  node.setResult(2, zeroPoint);
}

/// A parameter of a tensor's rows, columns or channels as something that broadcasts: a vector gets
/// the trailing dimensions that it lacks, one element becomes a scalar.
static Value alignVector(NodeImporter &node, Value parameter, int64_t trailing) {
  auto type = dyn_cast<RankedTensorType>(parameter.getType());
  if (!type)
    failUnsupported("a zero point or scale has no known rank");
  if (type.getRank() == 1 && type.getDimSize(0) == 1)
    return node.create<onnx::SqueezeOp>(node.getTypeLike(parameter), parameter, node.makeNone());
  if (type.getRank() != 1 || trailing == 0)
    return parameter;
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(1, trailing + 1));
  return node.create<onnx::UnsqueezeOp>(node.getTypeLike(parameter), parameter,
                                        node.makeIndexConstant(axes));
}

/// x - zeroPoint, exact, in i32, or in f32 for small floating-point types.
static Value createDifference(NodeImporter &node, Value x, Value zeroPoint, int64_t trailing) {
  bool isFloat = isa<FloatType>(node.getElementType(x));
  Type wide = isFloat ? Type(node.builder.getF32Type()) : Type(node.builder.getI32Type());
  Value difference = createCast(node, x, wide);
  if (!zeroPoint)
    return difference;
  return createBinary<onnx::SubOp>(node, difference,
                                   alignVector(node, createCast(node, zeroPoint, wide), trailing));
}

static int64_t requireRank(NodeImporter &node, Value value) {
  std::optional<int64_t> rank = node.getRank(value);
  if (!rank)
    failUnsupported("the rank of an input is not known; export the model with shapes");
  return *rank;
}

/// The product of two quantized matrices. A vector of zero points is one per row of `a`, or per
/// column of `b`.
static Value createMatrixProduct(NodeImporter &node, Value a, Value aZeroPoint, Value b,
                                 Value bZeroPoint) {
  a = createDifference(node, a, aZeroPoint, requireRank(node, a) > 1 ? 1 : 0);
  b = createDifference(node, b, bZeroPoint, 0);
  return createBinary<onnx::MatMulOp>(node, a, b);
}

static Value getIfPresent(NodeImporter &node, unsigned index) {
  return node.hasOperand(index) ? node.getOperand(index) : Value();
}

static void importMatMulInteger(NodeImporter &node) {
  node.setResult(0, createMatrixProduct(node, node.getOperand(0), getIfPresent(node, 2),
                                        node.getOperand(1), getIfPresent(node, 3)));
}

/// saturate(round(product * factor / scale) + zeroPoint): the last two are the operands 6 and 7,
/// the quotient of the scales has their type.
static void finishQuantized(NodeImporter &node, Value product, Value factor) {
  Type f32 = node.builder.getF32Type();
  Value scale = alignVector(node, node.getOperand(6), 0), zeroPoint = node.getOperand(7);
  factor = createBinary<onnx::DivOp>(node, factor, scale);
  Value real = createBinary<onnx::MulOp>(node, createCast(node, product, f32),
                                         createCast(node, factor, f32));
  node.setResult(0, createQuantize(node, real, makeNumber(node, 1), zeroPoint,
                                   node.getElementType(zeroPoint), f32, {1, 0}, true));
}

static void importQLinearMatMul(NodeImporter &node) {
  Value a = node.getOperand(0), b = node.getOperand(3);
  Value product = createMatrixProduct(node, a, node.getOperand(2), b, node.getOperand(5));
  Value rows = alignVector(node, node.getOperand(1), requireRank(node, a) > 1 ? 1 : 0);
  Value factor = createBinary<onnx::MulOp>(node, rows, alignVector(node, node.getOperand(4), 0));
  finishQuantized(node, product, factor);
}

/// The convolution of two quantized tensors, the filters with a zero point of their own each.
static Value createIntegerConv(NodeImporter &node, Value x, Value xZeroPoint, Value w,
                               Value wZeroPoint, Value bias) {
  x = createDifference(node, x, xZeroPoint, 0);
  w = createDifference(node, w, wZeroPoint, requireRank(node, w) - 1);
  WindowAttributes windows = getWindowAttributes(node, getConvolutionRank(node, x, w));
  return node.create<onnx::ConvOp>(node.getTypeLike(x), x, w, bias ? bias : node.makeNone(),
                                   windows.strides, windows.dilations, windows.pads,
                                   getGroupAttribute(node), windows.autoPad);
}

static void importConvInteger(NodeImporter &node) {
  node.setResult(0, createIntegerConv(node, node.getOperand(0), getIfPresent(node, 2),
                                      node.getOperand(1), getIfPresent(node, 3), Value()));
}

static void importQLinearConv(NodeImporter &node) {
  Value w = node.getOperand(3);
  Value product = createIntegerConv(node, node.getOperand(0), node.getOperand(2), w,
                                    node.getOperand(5), getIfPresent(node, 8));
  // One scale per output channel stands before the spatial dimensions.
  Value filters = alignVector(node, node.getOperand(4), requireRank(node, w) - 2);
  Value scale = alignVector(node, node.getOperand(1), 0);
  finishQuantized(node, product, createBinary<onnx::MulOp>(node, scale, filters));
}

static const OperatorRule rules[] = {
    {"BitCast", 26, 1, 1, 1, importBitCast},
    {"Cast", 1, 1, 1, 1, importCast},
    {"CastLike", 15, 2, 2, 1, importCastLike},
    {"ConvInteger", 10, 2, 4, 1, importConvInteger},
    {"DequantizeLinear", 10, 2, 3, 1, importDequantizeLinear},
    {"DynamicQuantizeLinear", 11, 1, 1, 3, importDynamicQuantizeLinear},
    {"MatMulInteger", 10, 2, 4, 1, importMatMulInteger},
    {"QLinearConv", 10, 8, 9, 1, importQLinearConv},
    {"QLinearMatMul", 10, 8, 8, 1, importQLinearMatMul},
    {"QuantizeLinear", 10, 2, 3, 1, importQuantizeLinear},
};

ArrayRef<OperatorRule> fovea::getQuantRules() { return rules; }
