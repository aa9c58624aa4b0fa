// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape inference and verifiers of OnnxConvOps.td; `auto_pad` becomes explicit padding here.

#include "dialects/onnx/OnnxConvOps.h"
#include "dialects/onnx/Broadcast.h"
#include "dialects/onnx/Extents.h"
#include "dialects/onnx/Windows.h"

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

LogicalResult ConvOp::inferShapes(SmallVectorImpl<Type> &types) {
  Type elementType = getElementType(getX());
  int64_t spatial = getStrides().size();
  std::optional<Shape> x = getShape(getX()), w = getShape(getW());
  for (auto [name, shape] : {std::pair("x", x), std::pair("w", w)})
    if (shape && int64_t(shape->size()) != spatial + 2)
      return emitOpError("operand ")
             << name << " has extents " << formatShape(*shape) << ", expected " << spatial + 2
             << " dimensions for strides of length " << spatial;
  Shape result(spatial + 2, ShapedType::kDynamic);
  if (x)
    result[0] = (*x)[0];
  if (w)
    result[1] = (*w)[0];
  if (x && w && !isDynamic((*x)[1]) && !isDynamic((*w)[1])) {
    std::optional<int64_t> channels = llvm::checkedMul<int64_t>((*w)[1], getGroup());
    if (!channels || (*x)[1] != *channels)
      return emitOpError("operand x ") << formatShape(*x) << " has " << (*x)[1]
                                       << " channels but operand w " << formatShape(*w) << " reads "
                                       << (*w)[1] << " in each of " << getGroup() << " groups";
  }
  if (w && !isDynamic((*w)[0]) && (*w)[0] % getGroup() != 0)
    return emitOpError("operand w ") << formatShape(*w) << " has " << (*w)[0]
                                     << " filters, not a multiple of " << getGroup() << " groups";
  if (isPresent(getBias()))
    if (std::optional<Shape> bias = getShape(getBias()))
      if (bias->size() != 1 ||
          (!isDynamic(bias->front()) && !isDynamic(result[1]) && bias->front() != result[1]))
        return emitOpError("operand bias ")
               << formatShape(*bias) << " does not match the filters of operand w "
               << (w ? formatShape(*w) : "of unknown extents");
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
