// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape inference and verifiers of OnnxConvOps.td; `auto_pad` becomes explicit padding here.

#include "dialects/onnx/OnnxConvOps.h"
#include "dialects/onnx/Broadcast.h"
#include "dialects/onnx/Extents.h"

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

/// The extent a dilated kernel spans, nothing on overflow.
static std::optional<int64_t> getSpan(int64_t kernel, int64_t dilation) {
  std::optional<int64_t> reach = llvm::checkedMul(kernel - 1, dilation);
  return reach ? llvm::checkedAdd<int64_t>(*reach, 1) : std::nullopt;
}

/// Begin and end padding of one dimension that `auto_pad` asks for, nothing on overflow.
static std::optional<std::pair<int64_t, int64_t>> resolvePadding(StringRef mode, int64_t extent,
                                                                 int64_t span, int64_t stride) {
  if (mode == "VALID")
    return std::pair<int64_t, int64_t>(0, 0);
  // SAME: as many results as strides fit, the odd element goes to the named side.
  int64_t results = extent / stride + (extent % stride != 0);
  std::optional<int64_t> reach = llvm::checkedMulAdd(results - 1, stride, span - extent);
  if (!reach)
    return std::nullopt;
  int64_t total = std::max<int64_t>(*reach, 0);
  int64_t small = total / 2, large = total - small;
  return mode == "SAME_UPPER" ? std::pair(small, large) : std::pair(large, small);
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
  SmallVector<int64_t> pads(getPads());
  bool padded = getAutoPad() == "NOTSET";
  bool resolved = true;
  for (int64_t i = 0; i < spatial; ++i) {
    int64_t extent = (*x)[i + 2], kernel = (*w)[i + 2], stride = getStrides()[i];
    if (isDynamic(extent) || isDynamic(kernel)) {
      resolved = false;
      continue;
    }
    if (kernel == 0)
      return emitOpError("operand w ") << formatShape(*w) << " has an empty kernel";
    std::optional<int64_t> span = getSpan(kernel, getDilations()[i]);
    std::optional<int64_t> total;
    if (span && !padded)
      if (auto pair = resolvePadding(getAutoPad(), extent, *span, stride))
        std::tie(pads[i], pads[spatial + i]) = *pair;
    if (span)
      total = llvm::checkedAdd(pads[i], pads[spatial + i]);
    if (total)
      total = llvm::checkedAdd(*total, extent);
    if (!total || *total < *span)
      return emitOpError("kernel extent ")
             << kernel << " with dilation " << getDilations()[i]
             << " does not fit in the padded extent of spatial dimension " << i << " of operand x "
             << formatShape(*x);
    result[i + 2] = (*total - *span) / stride + 1;
  }
  if (!padded && resolved) {
    setPads(pads);
    setAutoPad("NOTSET");
  }
  return appendRanked(*this, result, elementType, types);
}

LogicalResult ConvOp::verify() {
  size_t spatial = getStrides().size();
  if (spatial == 0)
    return emitOpError("expects at least one spatial dimension");
  if (getDilations().size() != spatial || getPads().size() != 2 * spatial)
    return emitOpError("has ") << spatial << " strides, " << getDilations().size()
                               << " dilations and " << getPads().size()
                               << " pads; expected as many dilations and twice as many pads";
  auto positive = [](int64_t value) { return value > 0; };
  if (!llvm::all_of(getStrides(), positive) || !llvm::all_of(getDilations(), positive))
    return emitOpError("expects positive strides and dilations");
  if (!llvm::all_of(getPads(), [](int64_t value) { return value >= 0; }))
    return emitOpError("expects pads that are not negative");
  if (getGroup() <= 0)
    return emitOpError("has group ") << getGroup() << ", expected a positive number";
  if (!llvm::is_contained({"NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"}, getAutoPad()))
    return emitOpError("has auto_pad \"")
           << getAutoPad() << "\", expected NOTSET, VALID, SAME_UPPER or SAME_LOWER";
  SmallVector<Value> operands = {getX(), getW()};
  if (isPresent(getBias()))
    operands.push_back(getBias());
  return verifySameElementType(*this, operands, {"x", "w", "bias"});
}
