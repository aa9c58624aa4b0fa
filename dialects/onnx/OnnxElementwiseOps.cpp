// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape inference and verifiers of OnnxElementwiseOps.td: shapes pass through or broadcast.

#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/Broadcast.h"
#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/Extents.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxElementwiseOps.cpp.inc"

void OnnxDialect::addElementwiseOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/OnnxElementwiseOps.cpp.inc"
      >();
}

using Types = SmallVectorImpl<Type>;

// An op whose result has the type of its operand x.
#define FOVEA_INFER_SAME(OP)                                                                       \
  LogicalResult OP::inferShapes(Types &types) {                                                    \
    return appendLike(*this, getX(), getElementType(getX()), types);                               \
  }
FOVEA_INFER_SAME(IdentityOp)
FOVEA_INFER_SAME(NegOp)
FOVEA_INFER_SAME(AbsOp)
FOVEA_INFER_SAME(ExpOp)
FOVEA_INFER_SAME(LogOp)
FOVEA_INFER_SAME(SqrtOp)
FOVEA_INFER_SAME(ReciprocalOp)
FOVEA_INFER_SAME(FloorOp)
FOVEA_INFER_SAME(CeilOp)
FOVEA_INFER_SAME(ErfOp)
FOVEA_INFER_SAME(TanhOp)
FOVEA_INFER_SAME(SigmoidOp)
FOVEA_INFER_SAME(ReluOp)
FOVEA_INFER_SAME(SinOp)
FOVEA_INFER_SAME(CosOp)
FOVEA_INFER_SAME(RoundOp)
FOVEA_INFER_SAME(SignOp)
FOVEA_INFER_SAME(TanOp)
FOVEA_INFER_SAME(AsinOp)
FOVEA_INFER_SAME(AcosOp)
FOVEA_INFER_SAME(AtanOp)
FOVEA_INFER_SAME(SinhOp)
FOVEA_INFER_SAME(CoshOp)
FOVEA_INFER_SAME(AsinhOp)
FOVEA_INFER_SAME(AcoshOp)
FOVEA_INFER_SAME(AtanhOp)
FOVEA_INFER_SAME(SoftplusOp)
FOVEA_INFER_SAME(MishOp)
FOVEA_INFER_SAME(LeakyReluOp)
FOVEA_INFER_SAME(EluOp)
FOVEA_INFER_SAME(HardSigmoidOp)
FOVEA_INFER_SAME(NotOp)
FOVEA_INFER_SAME(BitwiseNotOp)
FOVEA_INFER_SAME(GeluOp)
#undef FOVEA_INFER_SAME

// An op whose operands a and b broadcast, with elements of a's type.
#define FOVEA_INFER_BINARY(OP)                                                                     \
  LogicalResult OP::inferShapes(Types &types) {                                                    \
    return appendBroadcast(*this, getOperands(), {"a", "b"}, getElementType(getA()), types);       \
  }
FOVEA_INFER_BINARY(AddOp)
FOVEA_INFER_BINARY(SubOp)
FOVEA_INFER_BINARY(MulOp)
FOVEA_INFER_BINARY(DivOp)
FOVEA_INFER_BINARY(PowOp)
FOVEA_INFER_BINARY(ModOp)
FOVEA_INFER_BINARY(BitwiseAndOp)
FOVEA_INFER_BINARY(BitwiseOrOp)
FOVEA_INFER_BINARY(BitwiseXorOp)
FOVEA_INFER_BINARY(BitShiftOp)
#undef FOVEA_INFER_BINARY

// An op whose operands a and b broadcast to truth values.
#define FOVEA_INFER_TRUTH(OP)                                                                      \
  LogicalResult OP::inferShapes(Types &types) {                                                    \
    Type truth = IntegerType::get(getContext(), 1);                                                \
    return appendBroadcast(*this, getOperands(), {"a", "b"}, truth, types);                        \
  }
FOVEA_INFER_TRUTH(AndOp)
FOVEA_INFER_TRUTH(OrOp)
FOVEA_INFER_TRUTH(XorOp)
FOVEA_INFER_TRUTH(EqualOp)
FOVEA_INFER_TRUTH(LessOp)
FOVEA_INFER_TRUTH(LessOrEqualOp)
FOVEA_INFER_TRUTH(GreaterOp)
FOVEA_INFER_TRUTH(GreaterOrEqualOp)
#undef FOVEA_INFER_TRUTH

#define FOVEA_VERIFY_SAME_ELEMENTS(OP)                                                             \
  LogicalResult OP::verify() { return verifySameElementType(*this, getOperands(), {"a", "b"}); }
FOVEA_VERIFY_SAME_ELEMENTS(AddOp)
FOVEA_VERIFY_SAME_ELEMENTS(SubOp)
FOVEA_VERIFY_SAME_ELEMENTS(MulOp)
FOVEA_VERIFY_SAME_ELEMENTS(DivOp)
FOVEA_VERIFY_SAME_ELEMENTS(ModOp)
FOVEA_VERIFY_SAME_ELEMENTS(BitwiseAndOp)
FOVEA_VERIFY_SAME_ELEMENTS(BitwiseOrOp)
FOVEA_VERIFY_SAME_ELEMENTS(BitwiseXorOp)
FOVEA_VERIFY_SAME_ELEMENTS(BitShiftOp)
FOVEA_VERIFY_SAME_ELEMENTS(EqualOp)
FOVEA_VERIFY_SAME_ELEMENTS(LessOp)
FOVEA_VERIFY_SAME_ELEMENTS(LessOrEqualOp)
FOVEA_VERIFY_SAME_ELEMENTS(GreaterOp)
FOVEA_VERIFY_SAME_ELEMENTS(GreaterOrEqualOp)
#undef FOVEA_VERIFY_SAME_ELEMENTS

// The exponent may have a type of its own.
LogicalResult PowOp::verify() { return success(); }

LogicalResult IsNaNOp::inferShapes(Types &types) {
  return appendLike(*this, getX(), IntegerType::get(getContext(), 1), types);
}

LogicalResult IsInfOp::inferShapes(Types &types) {
  return appendLike(*this, getX(), IntegerType::get(getContext(), 1), types);
}

LogicalResult GeluOp::verify() {
  if (getApproximate() != "none" && getApproximate() != "tanh")
    return emitOpError("has approximate = \"")
           << getApproximate() << "\", expected \"none\" or \"tanh\"";
  return success();
}

LogicalResult CastOp::inferShapes(Types &types) {
  return appendLike(*this, getX(), getTo(), types);
}

LogicalResult CastOp::verify() {
  if (getTo() != getElementType(getY()))
    return emitOpError("casts to ")
           << getTo() << " but its result has elements of type " << getElementType(getY());
  if (!llvm::is_contained({"up", "down", "nearest"}, getRoundMode()))
    return emitOpError("has round_mode = \"")
           << getRoundMode() << "\", expected \"up\", \"down\" or \"nearest\"";
  return success();
}

LogicalResult ClipOp::inferShapes(Types &types) {
  return appendLike(*this, getX(), getElementType(getX()), types);
}

LogicalResult ClipOp::verify() {
  for (auto [name, bound] : {std::pair("low", getLow()), std::pair("high", getHigh())}) {
    if (!isPresent(bound))
      continue;
    if (failed(verifySameElementType(*this, {getX(), bound}, {"x", name})))
      return failure();
    std::optional<Shape> shape = getShape(bound);
    if (shape &&
        llvm::any_of(*shape, [](int64_t extent) { return extent != 1 && !isDynamic(extent); }))
      return emitOpError("operand ")
             << name << " has extents " << formatShape(*shape) << ", expected one element";
  }
  return success();
}

LogicalResult DropoutOp::inferShapes(Types &types) {
  if (failed(appendLike(*this, getX(), getElementType(getX()), types)))
    return failure();
  if (!getMask())
    return success();
  return appendLike(*this, getX(), IntegerType::get(getContext(), 1), types);
}

std::optional<bool> DropoutOp::isIdentity() {
  auto get = [](Value operand, double otherwise) {
    return isPresent(operand) ? getConstantScalar(operand) : std::optional<double>(otherwise);
  };
  std::optional<double> training = get(getTrainingMode(), 0), ratio = get(getRatio(), 0.5);
  if (training == 0.0 || ratio == 0.0)
    return true;
  return training && ratio ? std::optional<bool>(false) : std::nullopt;
}

LogicalResult DropoutOp::verify() {
  if (failed(verifyOneElement(*this, "ratio", getRatio())))
    return failure();
  return verifyOneElement(*this, "training_mode", getTrainingMode());
}

// Min and Max: any number of operands, at least one.
static LogicalResult inferVariadic(Operation *op, Types &types) {
  return appendBroadcast(op, op->getOperands(), {}, getElementType(op->getOperand(0)), types);
}

static LogicalResult verifyVariadic(Operation *op) {
  if (op->getNumOperands() == 0)
    return op->emitOpError("expects at least one input");
  return verifySameElementType(op, op->getOperands(), {});
}

LogicalResult MinOp::inferShapes(Types &types) { return inferVariadic(*this, types); }
LogicalResult MaxOp::inferShapes(Types &types) { return inferVariadic(*this, types); }
LogicalResult MinOp::verify() { return verifyVariadic(*this); }
LogicalResult MaxOp::verify() { return verifyVariadic(*this); }

LogicalResult WhereOp::inferShapes(Types &types) {
  return appendBroadcast(*this, getOperands(), {"condition", "x", "y"}, getElementType(getX()),
                         types);
}

LogicalResult WhereOp::verify() {
  return verifySameElementType(*this, {getX(), getY()}, {"x", "y"});
}
