// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape inference and verifiers of OnnxConvOps.td; `auto_pad` becomes explicit padding here.

#include "dialects/onnx/OnnxConvOps.h"
#include "dialects/onnx/Broadcast.h"
#include "dialects/onnx/Extents.h"
#include "dialects/onnx/Windows.h"

#include "mlir/IR/Builders.h"
#include "llvm/Support/CheckedArithmetic.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxConvOps.cpp.inc"

void OnnxDialect::addConvOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/OnnxConvOps.cpp.inc"
      >();
}

/// An error unless the bias has one element per filter.
static LogicalResult checkBias(Operation *op, Value bias, int64_t filters) {
  if (!isPresent(bias))
    return success();
  std::optional<Shape> shape = getShape(bias);
  if (shape && (shape->size() != 1 ||
                (!isDynamic(shape->front()) && !isDynamic(filters) && shape->front() != filters)))
    return op->emitOpError("operand bias has extents ")
           << formatShape(*shape) << ", expected " << formatShape({filters})
           << ": an element for each filter";
  return success();
}

/// An error unless x and w, where they are known, have a batch or filters, channels and `spatial`
/// dimensions.
static LogicalResult checkRanks(Operation *op, const std::optional<Shape> &x,
                                const std::optional<Shape> &w, int64_t spatial) {
  for (const auto &[name, shape] : {std::pair("x", x), std::pair("w", w)})
    if (shape && int64_t(shape->size()) != spatial + 2)
      return op->emitOpError("operand ")
             << name << " has extents " << formatShape(*shape) << ", expected " << spatial + 2
             << " dimensions for strides of length " << spatial;
  return success();
}

/// An error unless the groups of w read all channels of x.
static LogicalResult checkChannels(Operation *op, const Shape &x, const Shape &w, int64_t groups) {
  std::optional<int64_t> channels = multiplyExtents({w[1], groups});
  if (isDynamic(x[1]) || isDynamic(w[1]) || channels == x[1])
    return success();
  return op->emitOpError("operand x ")
         << formatShape(x) << " has " << x[1] << " channels but operand w " << formatShape(w)
         << " reads " << w[1] << " in each of " << groups << " groups";
}

LogicalResult ConvOp::inferShapes(SmallVectorImpl<Type> &types) {
  Type elementType = getElementType(getX());
  int64_t spatial = getStrides().size();
  std::optional<Shape> x = getShape(getX()), w = getShape(getW());
  if (failed(checkRanks(*this, x, w, spatial)))
    return failure();
  Shape result(spatial + 2, ShapedType::kDynamic);
  if (x)
    result[0] = (*x)[0];
  if (w)
    result[1] = (*w)[0];
  if (x && w && failed(checkChannels(*this, *x, *w, getGroup())))
    return failure();
  if (w && !isDynamic((*w)[0]) && (*w)[0] % getGroup() != 0)
    return emitOpError("operand w ") << formatShape(*w) << " has " << (*w)[0]
                                     << " filters, not a multiple of " << getGroup() << " groups";
  if (failed(checkBias(*this, getBias(), result[1])))
    return failure();
  if (!x || !w)
    return appendRanked(*this, result, elementType, types);
  FailureOr<WindowResult> windows = slideWindows(
      *this, getWindows(*this), ArrayRef(*x).drop_front(2), ArrayRef(*w).drop_front(2));
  if (failed(windows))
    return failure();
  llvm::copy(windows->extents, result.begin() + 2);
  resolveAutoPad(*this, *windows);
  return appendRanked(*this, result, elementType, types);
}

LogicalResult ConvOp::verify() {
  if (failed(verifyWindows(*this, getWindows(*this))))
    return failure();
  if (getGroup() <= 0)
    return emitOpError("has group ") << getGroup() << ", expected a positive number";
  SmallVector<Value> operands = {getX(), getW()};
  if (isPresent(getBias()))
    operands.push_back(getBias());
  return verifySameElementType(*this, operands, {"x", "w", "bias"});
}

/// The result's extent along one spatial dimension; padding is resolved. Nothing on overflow.
static std::optional<int64_t> getTransposedExtent(ConvTransposeOp op, size_t dim, int64_t extent,
                                                  int64_t kernel, int64_t &begin, int64_t &end,
                                                  int64_t &extra) {
  int64_t stride = op.getStrides()[dim];
  std::optional<int64_t> span = getWindowSpan(kernel, op.getDilations()[dim]);
  std::optional<int64_t> total =
      span ? llvm::checkedMulAdd(extent - 1, stride, *span) : std::nullopt;
  if (total)
    total = llvm::checkedAdd(*total, extra);
  bool isSame = op.getAutoPad().starts_with("SAME");
  if (!total || (!isSame && !op.getOutputShape())) {
    std::optional<int64_t> pads = llvm::checkedAdd(begin, end);
    return total && pads ? llvm::checkedSub(*total, *pads) : std::nullopt;
  }
  std::optional<int64_t> wanted =
      op.getOutputShape() ? (*op.getOutputShape())[dim] : llvm::checkedMul(extent, stride);
  std::optional<int64_t> padding = wanted ? llvm::checkedSub(*total, *wanted) : std::nullopt;
  if (!padding)
    return std::nullopt;
  // What is missing is added behind the last element.
  extra += std::max<int64_t>(-*padding, 0);
  int64_t pads = std::max<int64_t>(*padding, 0), small = pads / 2;
  begin = op.getAutoPad() == "SAME_UPPER" ? small : pads - small;
  end = pads - begin;
  return wanted;
}

LogicalResult ConvTransposeOp::inferShapes(SmallVectorImpl<Type> &types) {
  Type elementType = getElementType(getX());
  int64_t spatial = getStrides().size();
  std::optional<Shape> x = getShape(getX()), w = getShape(getW());
  if (failed(checkRanks(*this, x, w, spatial)))
    return failure();
  Shape result(spatial + 2, ShapedType::kDynamic);
  if (x)
    result[0] = (*x)[0];
  if (w && !isDynamic((*w)[1])) {
    std::optional<int64_t> filters = llvm::checkedMul<int64_t>((*w)[1], getGroup());
    if (!filters)
      return emitOpError("has too many filters: ") << (*w)[1] << " in " << getGroup() << " groups";
    result[1] = *filters;
  }
  if (x && w && !isDynamic((*x)[1]) && !isDynamic((*w)[0]) &&
      ((*x)[1] != (*w)[0] || (*w)[0] % getGroup() != 0))
    return emitOpError("operand x ") << formatShape(*x) << " and operand w " << formatShape(*w)
                                     << " must have as many channels as one another, a multiple of "
                                     << getGroup() << " groups";
  if (failed(checkBias(*this, getBias(), result[1])))
    return failure();
  SmallVector<int64_t> pads(getPads()), extra(getOutputPadding());
  bool resolved = x && w;
  for (int64_t i = 0; i < spatial; ++i) {
    int64_t extent = x ? (*x)[i + 2] : ShapedType::kDynamic;
    int64_t kernel = w ? (*w)[i + 2] : ShapedType::kDynamic;
    if (isDynamic(extent) || isDynamic(kernel)) {
      resolved = false;
      if (getOutputShape())
        result[i + 2] = (*getOutputShape())[i];
      continue;
    }
    if (kernel == 0 || extent == 0)
      return emitOpError("has nothing to convolve along spatial dimension ")
             << i << " of operand x " << formatShape(*x) << " and operand w " << formatShape(*w);
    std::optional<int64_t> size =
        getTransposedExtent(*this, i, extent, kernel, pads[i], pads[spatial + i], extra[i]);
    if (!size)
      return emitOpError("would make spatial dimension ")
             << i << " of the result too large for any memory";
    if (*size < 0)
      return emitOpError("padding of spatial dimension ")
             << i << " leaves nothing of the result of operand x " << formatShape(*x);
    result[i + 2] = *size;
  }
  if (resolved && (getAutoPad() != "NOTSET" || getOutputShape())) {
    setPads(pads);
    setOutputPadding(extra);
    setAutoPad("NOTSET");
    removeOutputShapeAttr();
  }
  return appendRanked(*this, result, elementType, types);
}

LogicalResult ConvTransposeOp::verify() {
  if (failed(verifyWindows(*this, getWindows(*this))))
    return failure();
  size_t spatial = getStrides().size();
  auto isNegative = [](int64_t value) { return value < 0; };
  if (getOutputPadding().size() != spatial || llvm::any_of(getOutputPadding(), isNegative))
    return emitOpError("expects an output_padding for each of ")
           << spatial << " spatial dimensions, none negative";
  if (getOutputShape() &&
      (getOutputShape()->size() != spatial || llvm::any_of(*getOutputShape(), isNegative)))
    return emitOpError("expects an output_shape of ")
           << spatial << " spatial dimensions, none negative";
  if (getGroup() <= 0)
    return emitOpError("has group ") << getGroup() << ", expected a positive number";
  SmallVector<Value> operands = {getX(), getW()};
  if (isPresent(getBias()))
    operands.push_back(getBias());
  return verifySameElementType(*this, operands, {"x", "w", "bias"});
}

LogicalResult DeformConvOp::inferShapes(SmallVectorImpl<Type> &types) {
  Type elementType = getElementType(getX());
  std::optional<Shape> x = getShape(getX()), w = getShape(getW());
  if (!x || !w)
    return appendRanked(*this, Shape(4, ShapedType::kDynamic), elementType, types);
  if (x->size() != 4 || w->size() != 4)
    return emitOpError("operand x has extents ")
           << formatShape(*x) << " and operand w " << formatShape(*w)
           << ", expected four dimensions each";
  if (failed(checkChannels(*this, *x, *w, getGroup())))
    return failure();
  if (!isDynamic((*x)[1]) && (*x)[1] % getOffsetGroup() != 0)
    return emitOpError("operand x ")
           << formatShape(*x) << " has " << (*x)[1] << " channels, not a multiple of "
           << getOffsetGroup() << " offset groups";
  if (!isDynamic((*w)[0]) && (*w)[0] % getGroup() != 0)
    return emitOpError("operand w ") << formatShape(*w) << " has " << (*w)[0]
                                     << " filters, not a multiple of " << getGroup() << " groups";
  if (failed(checkBias(*this, getBias(), (*w)[0])))
    return failure();
  Windows windows = {getStrides(), getDilations(), getPads(), "NOTSET"};
  FailureOr<WindowResult> slid =
      slideWindows(*this, windows, ArrayRef(*x).drop_front(2), ArrayRef(*w).drop_front(2));
  if (failed(slid))
    return failure();
  Shape result = {(*x)[0], (*w)[0], slid->extents[0], slid->extents[1]};
  for (auto [name, operand, each] :
       {std::tuple("offset", Value(getOffset()), 2), std::tuple("mask", Value(getMask()), 1)}) {
    std::optional<Shape> shape = isPresent(operand) ? getShape(operand) : std::nullopt;
    if (!shape)
      continue;
    std::optional<int64_t> taps = multiplyExtents({getOffsetGroup(), (*w)[2], (*w)[3], each});
    if (!taps)
      return emitOpError("has ") << getOffsetGroup() << " offset groups for operand w "
                                 << formatShape(*w) << ", more than fits any memory";
    Shape wanted = {result[0], *taps, result[2], result[3]};
    bool fits = shape->size() == 4 && llvm::all_of(llvm::zip(*shape, wanted), [](auto pair) {
                  auto [given, extent] = pair;
                  return isDynamic(given) || isDynamic(extent) || given == extent;
                });
    if (!fits)
      return emitOpError("operand ") << name << " has extents " << formatShape(*shape)
                                     << ", expected " << formatShape(wanted);
  }
  return appendRanked(*this, result, elementType, types);
}

LogicalResult DeformConvOp::verify() {
  if (failed(verifyWindows(*this, {getStrides(), getDilations(), getPads(), "NOTSET"})))
    return failure();
  if (getStrides().size() != 2)
    return emitOpError("has ") << getStrides().size()
                               << " spatial dimensions, expected two: only images are supported";
  if (getGroup() <= 0 || getOffsetGroup() <= 0)
    return emitOpError("has group ") << getGroup() << " and offset_group " << getOffsetGroup()
                                     << ", expected positive numbers";
  SmallVector<Value> operands = {getX(), getW(), getOffset()};
  SmallVector<StringRef> names = {"x", "w", "offset"};
  for (auto [name, operand] :
       {std::pair("bias", Value(getBias())), std::pair("mask", Value(getMask()))})
    if (isPresent(operand)) {
      operands.push_back(operand);
      names.push_back(name);
    }
  return verifySameElementType(*this, operands, names);
}
