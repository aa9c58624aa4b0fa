// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape inference and verifiers of OnnxControlOps.td. Results follow from what the bodies yield, so
// the bodies come first.

#include "dialects/onnx/OnnxControlOps.h"
#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/Extents.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxControlOps.cpp.inc"

void OnnxDialect::addControlOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/OnnxControlOps.cpp.inc"
      >();
}

using Types = SmallVectorImpl<Type>;

Type onnx::joinTypes(Type a, Type b) {
  auto first = dyn_cast<RankedTensorType>(a), second = dyn_cast<RankedTensorType>(b);
  if (a == b)
    return a;
  if (!first || !second || first.getRank() != second.getRank())
    return UnrankedTensorType::get(cast<TensorType>(a).getElementType());
  SmallVector<int64_t> shape(first.getShape());
  for (auto [extent, other] : llvm::zip_equal(shape, second.getShape()))
    if (extent != other)
      extent = ShapedType::kDynamic;
  return RankedTensorType::get(shape, first.getElementType());
}

/// What the only block of `region` yields.
static ValueRange getYielded(Region &region) {
  return region.front().getTerminator()->getOperands();
}

static LogicalResult checkYield(Operation *op, Region &region, size_t count, StringRef what) {
  if (!isa<YieldOp>(region.front().back()))
    return op->emitOpError() << what << " must end with onnx.Yield";
  if (getYielded(region).size() != count)
    return op->emitOpError() << what << " yields " << getYielded(region).size() << " values, but "
                             << count << " are needed";
  return success();
}

static LogicalResult checkElementType(Operation *op, Type a, Type b, const Twine &what) {
  if (getElementTypeOrSelf(a) == getElementTypeOrSelf(b))
    return success();
  return op->emitOpError() << what << " has elements of type " << getElementTypeOrSelf(b)
                           << ", expected " << getElementTypeOrSelf(a);
}

/// A scalar or a vector of one element, as far as the type tells.
static LogicalResult checkScalar(Operation *op, Value value, StringRef what) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || (type.getRank() <= 1 && (!type.hasStaticShape() || type.getNumElements() == 1)))
    return success();
  return op->emitOpError() << what << " must be one value, but is " << type;
}

//===----------------------------------------------------------------------===//
// If
//===----------------------------------------------------------------------===//

LogicalResult IfOp::verifyRegions() {
  for (auto [region, name] :
       {std::pair(&getThenBranch(), "then_branch"), std::pair(&getElseBranch(), "else_branch")}) {
    if (failed(checkYield(*this, *region, getNumResults(), name)))
      return failure();
    if (region->getNumArguments() != 0)
      return emitOpError(name) << " may not take arguments";
    for (auto [i, result, value] : llvm::enumerate(getResultTypes(), getYielded(*region)))
      if (failed(checkElementType(*this, result, value.getType(),
                                  Twine(name) + " output " + Twine(i))))
        return failure();
  }
  return checkScalar(*this, getCondition(), "the condition");
}

LogicalResult IfOp::inferShapes(Types &types) {
  auto isStatic = [](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor && tensor.hasStaticShape();
  };
  for (auto [i, a, b] : llvm::enumerate(getYielded(getThenBranch()), getYielded(getElseBranch()))) {
    if (a.getType() != b.getType() && isStatic(a.getType()) && isStatic(b.getType()))
      return emitOpError("output #")
             << i << " is " << a.getType() << " in one branch and " << b.getType()
             << " in the other; they may differ only when the condition is constant";
    types.push_back(joinTypes(a.getType(), b.getType()));
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Loop
//===----------------------------------------------------------------------===//

LogicalResult LoopOp::verifyRegions() {
  unsigned carried = getNumCarried();
  if (getNumResults() < carried)
    return emitOpError("carries ")
           << carried << " values but has " << getNumResults() << " results";
  if (failed(checkYield(*this, getBody(), getNumResults() + 1, "the body")))
    return failure();
  if (getBodyBlock().getNumArguments() != carried + 2)
    return emitOpError("the body takes ")
           << getBodyBlock().getNumArguments() << " arguments, but " << carried + 2
           << " are given: the iteration, the condition and the carried values";
  ValueRange yielded = getYielded(getBody());
  Type i64 = IntegerType::get(getContext(), 64), i1 = IntegerType::get(getContext(), 1);
  if (failed(
          checkElementType(*this, i64, getBodyBlock().getArgument(0).getType(), "the iteration")) ||
      failed(checkElementType(*this, i1, getBodyBlock().getArgument(1).getType(),
                              "the body's condition")) ||
      failed(checkElementType(*this, i1, yielded[0].getType(), "the next condition")))
    return failure();
  for (unsigned i = 0; i < getNumResults(); ++i) {
    Type type = getResult(i).getType();
    std::string name = "value #" + std::to_string(i);
    if (failed(checkElementType(*this, type, yielded[i + 1].getType(), Twine("yielded ") + name)) ||
        (i < carried &&
         (failed(
              checkElementType(*this, type, getInitial()[i].getType(), Twine("initial ") + name)) ||
          failed(checkElementType(*this, type, getBodyBlock().getArgument(i + 2).getType(),
                                  Twine("carried ") + name)))))
      return failure();
  }
  if (failed(checkScalar(*this, getMaxTripCount(), "the trip count")) ||
      failed(checkScalar(*this, getCondition(), "the condition")))
    return failure();
  return success();
}

bool LoopOp::isCounted() {
  auto isTrue = [](Value value) {
    std::optional<double> constant = getConstantScalar(value);
    return constant && *constant != 0;
  };
  if (!isPresent(getMaxTripCount()) || (isPresent(getCondition()) && !isTrue(getCondition())))
    return false;
  Value next = getYielded(getBody())[0];
  return next == getBodyBlock().getArgument(1) || isTrue(next);
}

std::optional<int64_t> LoopOp::getTripCount() {
  if (std::optional<double> condition =
          isPresent(getCondition()) ? getConstantScalar(getCondition()) : std::nullopt;
      condition && *condition == 0)
    return 0;
  if (!isCounted())
    return std::nullopt;
  std::optional<SmallVector<int64_t>> count = getConstantIntegers(getMaxTripCount());
  if (!count || count->size() != 1)
    return std::nullopt;
  return std::max<int64_t>(count->front(), 0);
}

LogicalResult LoopOp::inferShapes(Types &types) {
  ValueRange yielded = getYielded(getBody()).drop_front();
  for (unsigned i = 0; i < getNumCarried(); ++i)
    types.push_back(joinTypes(getInitial()[i].getType(), yielded[i].getType()));
  int64_t count = getTripCount().value_or(ShapedType::kDynamic);
  for (Value value : yielded.drop_front(getNumCarried())) {
    Shape shape{count};
    std::optional<Shape> slice = getShape(value);
    if (!slice) {
      (void)appendUnranked(getElementType(value), types);
      continue;
    }
    llvm::append_range(shape, *slice);
    if (failed(appendRanked(*this, shape, getElementType(value), types)))
      return failure();
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Scan
//===----------------------------------------------------------------------===//

LogicalResult ScanOp::verify() {
  size_t scanned = getNumInputs();
  if (getNumInputs() < 1 || scanned > getTensors().size())
    return emitOpError("has num_inputs = ") << int64_t(getNumInputs()) << ", expected 1 to "
                                            << getTensors().size() << ", the number of operands";
  if (getNumResults() < getNumStates())
    return emitOpError("has ") << getNumStates() << " states but " << getNumResults() << " results";
  size_t outputs = getNumResults() - getNumStates();
  for (auto [name, given, wanted] :
       {std::tuple("input_axes", getInputAxes(), scanned),
        std::tuple("input_directions", getInputDirections(), scanned),
        std::tuple("output_axes", getOutputAxes(), outputs),
        std::tuple("output_directions", getOutputDirections(), outputs)})
    if (given.size() != wanted)
      return emitOpError() << name << " has " << given.size() << " elements, expected " << wanted;
  return success();
}

LogicalResult ScanOp::verifyRegions() {
  if (failed(checkYield(*this, getBody(), getNumResults(), "the body")))
    return failure();
  if (getBodyBlock().getNumArguments() != getTensors().size())
    return emitOpError("the body takes ") << getBodyBlock().getNumArguments() << " arguments, but "
                                          << getTensors().size() << " are given";
  for (auto [i, tensor, argument] : llvm::enumerate(getTensors(), getBodyBlock().getArguments()))
    if (failed(checkElementType(*this, tensor.getType(), argument.getType(),
                                "argument #" + Twine(i) + " of the body")))
      return failure();
  for (auto [i, result, value] : llvm::enumerate(getResultTypes(), getYielded(getBody())))
    if (failed(checkElementType(*this, result, value.getType(), "yielded value #" + Twine(i))))
      return failure();
  for (unsigned i = 0; i < getNumStates(); ++i)
    if (failed(checkElementType(*this, getTensors()[i].getType(), getResult(i).getType(),
                                "result #" + Twine(i))))
      return failure();
  return success();
}

/// How many slices the scanned tensors have, as far as it is known.
static FailureOr<int64_t> getScanLength(ScanOp op) {
  int64_t length = ShapedType::kDynamic;
  for (auto [tensor, axis] :
       llvm::zip_equal(op.getTensors().drop_front(op.getNumStates()), op.getInputAxes())) {
    std::optional<Shape> shape = getShape(tensor);
    if (!shape)
      continue;
    FailureOr<int64_t> resolved = resolveAxis(op, axis, shape->size(), "input axis");
    if (failed(resolved))
      return failure();
    int64_t extent = (*shape)[*resolved];
    if (isDynamic(extent))
      continue;
    if (!isDynamic(length) && length != extent)
      return op.emitOpError("scans tensors of different lengths, ") << length << " and " << extent;
    length = extent;
  }
  return length;
}

LogicalResult ScanOp::inferShapes(Types &types) {
  FailureOr<int64_t> length = getScanLength(*this);
  if (failed(length))
    return failure();
  ValueRange yielded = getYielded(getBody());
  for (unsigned i = 0; i < getNumStates(); ++i)
    types.push_back(joinTypes(getTensors()[i].getType(), yielded[i].getType()));
  for (auto [value, axis] : llvm::zip_equal(yielded.drop_front(getNumStates()), getOutputAxes())) {
    std::optional<Shape> shape = getShape(value);
    if (!shape) {
      (void)appendUnranked(getElementType(value), types);
      continue;
    }
    FailureOr<int64_t> resolved = resolveAxis(*this, axis, shape->size() + 1, "output axis");
    if (failed(resolved))
      return failure();
    shape->insert(shape->begin() + *resolved, *length);
    if (failed(appendRanked(*this, *shape, getElementType(value), types)))
      return failure();
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Arguments of bodies
//===----------------------------------------------------------------------===//

/// The type of one slice of `tensor`.
static FailureOr<Type> getSliceType(ScanOp op, Value tensor, int64_t axis) {
  std::optional<Shape> shape = getShape(tensor);
  if (!shape)
    return Type(UnrankedTensorType::get(getElementType(tensor)));
  FailureOr<int64_t> resolved = resolveAxis(op, axis, shape->size(), "input axis");
  if (failed(resolved))
    return failure();
  shape->erase(shape->begin() + *resolved);
  return Type(RankedTensorType::get(*shape, getElementType(tensor)));
}

LogicalResult onnx::refineRegionArguments(Operation *op) {
  if (auto loop = dyn_cast<LoopOp>(op)) {
    Block &body = loop.getBodyBlock();
    for (auto [argument, kind] :
         {std::pair(body.getArgument(0), 64), std::pair(body.getArgument(1), 1)})
      if (!isa<RankedTensorType>(argument.getType()))
        argument.setType(RankedTensorType::get({}, IntegerType::get(op->getContext(), kind)));
    for (auto [argument, value] :
         llvm::zip_equal(body.getArguments().drop_front(2), loop.getInitial()))
      argument.setType(value.getType());
  } else if (auto scan = dyn_cast<ScanOp>(op)) {
    Block &body = scan.getBodyBlock();
    for (auto [i, argument, value] : llvm::enumerate(body.getArguments(), scan.getTensors())) {
      if (i < scan.getNumStates()) {
        argument.setType(value.getType());
        continue;
      }
      FailureOr<Type> type =
          getSliceType(scan, value, scan.getInputAxes()[i - scan.getNumStates()]);
      if (failed(type))
        return failure();
      argument.setType(*type);
    }
  }
  return success();
}
