// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape inference and verifiers of the ops of OnnxShapeOps.td that extend, regroup or reverse: Pad,
// CenterCropPad, DepthToSpace, SpaceToDepth, Col2Im, EyeLike, ReverseSequence.

#include "dialects/onnx/Broadcast.h"
#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/Extents.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "dialects/onnx/PartialValues.h"

#include "llvm/Support/CheckedArithmetic.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

using Types = SmallVectorImpl<Type>;

//===----------------------------------------------------------------------===//
// Pad and CenterCropPad
//===----------------------------------------------------------------------===//

LogicalResult PadOp::inferShapes(Types &types) {
  Type elementType = getElementType(getX());
  std::optional<Shape> x = getShape(getX());
  if (!x)
    return appendUnranked(elementType, types);
  Shape result(x->size(), ShapedType::kDynamic);
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, x->size()));
  if (isPresent(getAxes())) {
    std::optional<SmallVector<int64_t>> given = getConstantIntegers(getAxes());
    if (!given)
      return appendRanked(*this, result, elementType, types);
    if (failed(resolveAxes(*this, *given, x->size())))
      return failure();
    axes = *given;
  }
  std::optional<PartialIntegers> pads = getPartialIntegers(getPads());
  if (pads && pads->size() != 2 * axes.size())
    return emitOpError("has ") << pads->size() << " pads for " << axes.size() << " axes, expected "
                               << 2 * axes.size();
  if (pads)
    result = *x;
  for (size_t i = 0; pads && i < axes.size(); ++i) {
    int64_t axis = axes[i] < 0 ? axes[i] + x->size() : axes[i];
    std::optional<int64_t> before = (*pads)[i], after = (*pads)[axes.size() + i];
    int64_t extent = (*x)[axis];
    result[axis] = ShapedType::kDynamic;
    if (!before || !after || isDynamic(extent))
      continue;
    std::optional<int64_t> sum = llvm::checkedAdd(extent, *before);
    sum = sum ? llvm::checkedAdd(*sum, *after) : std::nullopt;
    if (!sum || *sum < 0)
      return emitOpError("pads dimension ")
             << axis << " of extent " << extent << " by " << *before << " and " << *after
             << (sum ? ", which leaves less than nothing" : ", more than fits any memory");
    if (getMode() != "constant" && extent == 0 && *sum > 0)
      return emitOpError("has nothing to fill dimension ") << axis << " of extent 0 with";
    result[axis] = *sum;
  }
  return appendRanked(*this, result, elementType, types);
}

LogicalResult PadOp::verify() {
  if (failed(verifyWord(*this, "mode", getMode(), {"constant", "reflect", "edge", "wrap"})) ||
      failed(verifyOneElement(*this, "value", getValue())))
    return failure();
  return isPresent(getValue()) ? verifySameElementType(*this, {getX(), getValue()}, {"x", "value"})
                               : success();
}

LogicalResult CenterCropPadOp::inferShapes(Types &types) {
  Type elementType = getElementType(getX());
  std::optional<Shape> x = onnx::getShape(getX());
  if (!x)
    return appendUnranked(elementType, types);
  SmallVector<int64_t> axes = getAxes() ? SmallVector<int64_t>(*getAxes())
                                        : llvm::to_vector(llvm::seq<int64_t>(0, x->size()));
  if (failed(resolveAxes(*this, axes, x->size())))
    return failure();
  std::optional<PartialIntegers> shape = getPartialIntegers(getShape());
  if (shape && shape->size() != axes.size())
    return emitOpError("operand shape has ")
           << shape->size() << " extents for " << axes.size() << " axes";
  Shape result = *x;
  for (auto [i, named] : llvm::enumerate(axes)) {
    std::optional<int64_t> extent = shape ? (*shape)[i] : std::nullopt;
    if (extent && *extent < 0)
      return emitOpError("asks for an extent of ") << *extent << ", expected 0 or more";
    result[named < 0 ? named + x->size() : named] = extent.value_or(ShapedType::kDynamic);
  }
  return appendRanked(*this, result, elementType, types);
}

//===----------------------------------------------------------------------===//
// Blocks of channels, squares and columns
//===----------------------------------------------------------------------===//

/// The extents of an image [N, C, H, W], or nothing known; an error for another rank.
static FailureOr<Shape> getImage(Operation *op, Value x) {
  Shape shape = getShape(x).value_or(Shape(4, ShapedType::kDynamic));
  if (shape.size() != 4)
    return op->emitOpError("operand x has extents ")
           << formatShape(shape) << ", expected [batch, channels, height, width]";
  return shape;
}

/// `extent * factor`, where it is known.
static FailureOr<int64_t> grow(Operation *op, StringRef what, int64_t extent, int64_t factor) {
  std::optional<int64_t> product = multiplyExtents({extent, factor});
  if (!product)
    return op->emitOpError("has ") << what << " of extent " << extent << ", which times " << factor
                                   << " is more than fits any memory";
  return *product;
}

/// `extent / divisor`, where it is known.
static FailureOr<int64_t> shrink(Operation *op, StringRef what, int64_t extent, int64_t divisor) {
  if (isDynamic(extent))
    return extent;
  if (extent % divisor != 0)
    return op->emitOpError("has ")
           << what << " of extent " << extent << ", no multiple of " << divisor;
  return extent / divisor;
}

static LogicalResult verifyBlock(Operation *op, int64_t blocksize) {
  if (blocksize < 1 || blocksize > (1 << 20))
    return op->emitOpError("has a block size of ") << blocksize << ", expected 1 to 2^20";
  return success();
}

LogicalResult DepthToSpaceOp::inferShapes(Types &types) {
  FailureOr<Shape> x = getImage(*this, getX());
  int64_t block = getBlocksize();
  if (failed(x))
    return failure();
  FailureOr<int64_t> channels = shrink(*this, "channels", (*x)[1], block * block),
                     height = grow(*this, "a height", (*x)[2], block),
                     width = grow(*this, "a width", (*x)[3], block);
  if (failed(channels) || failed(height) || failed(width))
    return failure();
  return appendRanked(*this, {(*x)[0], *channels, *height, *width}, getElementType(getX()), types);
}

LogicalResult DepthToSpaceOp::verify() {
  return success(succeeded(verifyWord(*this, "mode", getMode(), {"DCR", "CRD"})) &&
                 succeeded(verifyBlock(*this, getBlocksize())));
}

LogicalResult SpaceToDepthOp::inferShapes(Types &types) {
  FailureOr<Shape> x = getImage(*this, getX());
  int64_t block = getBlocksize();
  if (failed(x))
    return failure();
  FailureOr<int64_t> channels = grow(*this, "channels", (*x)[1], block * block),
                     height = shrink(*this, "a height", (*x)[2], block),
                     width = shrink(*this, "a width", (*x)[3], block);
  if (failed(channels) || failed(height) || failed(width))
    return failure();
  return appendRanked(*this, {(*x)[0], *channels, *height, *width}, getElementType(getX()), types);
}

LogicalResult SpaceToDepthOp::verify() {
  return success(succeeded(verifyWord(*this, "mode", getMode(), {"DCR", "CRD"})) &&
                 succeeded(verifyBlock(*this, getBlocksize())));
}

/// Places of a block of `block` elements `dilation` apart, `stride` between places, on an axis.
static std::optional<int64_t> countPlaces(int64_t extent, int64_t block, int64_t dilation,
                                          int64_t stride, int64_t pads) {
  std::optional<int64_t> span = llvm::checkedMulAdd<int64_t>(dilation, block - 1, 1);
  std::optional<int64_t> padded = llvm::checkedAdd(extent, pads);
  if (!span || !padded)
    return std::nullopt;
  return *padded < *span ? 0 : (*padded - *span) / stride + 1;
}

LogicalResult Col2ImOp::inferShapes(Types &types) {
  Type elementType = getElementType(getX());
  std::optional<Shape> x = getShape(getX());
  std::optional<PartialIntegers> image = getPartialIntegers(getImageShape()),
                                 block = getPartialIntegers(getBlockShape());
  if (x && x->size() != 3)
    return emitOpError("operand x has extents ")
           << formatShape(*x) << ", expected [batch, channels * block, blocks]";
  if (!image)
    return appendUnranked(elementType, types);
  int64_t rank = image->size();
  bool fits = (!block || int64_t(block->size()) == rank) &&
              int64_t(getDilations().size()) == rank && int64_t(getStrides().size()) == rank &&
              int64_t(getPads().size()) == 2 * rank;
  if (!fits)
    return emitOpError("has an image of ")
           << rank
           << " dimensions; expected as many in block_shape, dilations and strides, and twice as "
              "many pads";
  Shape result = {x ? (*x)[0] : ShapedType::kDynamic, ShapedType::kDynamic};
  std::optional<int64_t> area = 1, places = 1;
  for (int64_t i = 0; i < rank; ++i) {
    std::optional<int64_t> extent = (*image)[i], size = block ? (*block)[i] : std::nullopt;
    if (getDilations()[i] < 1 || getStrides()[i] < 1 || getPads()[i] < 0 ||
        getPads()[rank + i] < 0 || extent.value_or(0) < 0 || size.value_or(1) < 1)
      return emitOpError(
                 "expects positive blocks, dilations and strides, and extents and pads of 0 "
                 "or more, but not so along dimension ")
             << i << " of the image";
    result.push_back(extent.value_or(ShapedType::kDynamic));
    area = area ? multiplyExtents({*area, size.value_or(ShapedType::kDynamic)}) : std::nullopt;
    std::optional<int64_t> pads = llvm::checkedAdd(getPads()[i], getPads()[rank + i]);
    std::optional<int64_t> here = ShapedType::kDynamic;
    if (extent && size && pads)
      here = countPlaces(*extent, *size, getDilations()[i], getStrides()[i], *pads);
    places = places && here ? multiplyExtents({*places, *here}) : std::nullopt;
  }
  if (!area || !places)
    return emitOpError("has more blocks than fit any memory");
  if (x && !isDynamic((*x)[1]) && !isDynamic(*area)) {
    FailureOr<int64_t> channels = shrink(*this, "columns", (*x)[1], *area);
    if (failed(channels))
      return failure();
    result[1] = *channels;
  }
  if (x && !isDynamic((*x)[2]) && !isDynamic(*places) && (*x)[2] != *places)
    return emitOpError("operand x ") << formatShape(*x) << " has " << (*x)[2]
                                     << " columns, but the block has " << *places << " places";
  return appendRanked(*this, result, elementType, types);
}

//===----------------------------------------------------------------------===//
// EyeLike, ReverseSequence
//===----------------------------------------------------------------------===//

LogicalResult EyeLikeOp::inferShapes(Types &types) {
  std::optional<Shape> shape = getShape(getX());
  if (shape && shape->size() != 2)
    return emitOpError("operand x has extents ") << formatShape(*shape) << ", expected a matrix";
  if (getTo() != getElementType(getY()))
    return emitOpError("makes elements of type ")
           << getTo() << " but its result has elements of type " << getElementType(getY());
  return appendLike(*this, getX(), getTo(), types);
}

LogicalResult ReverseSequenceOp::inferShapes(Types &types) {
  std::optional<Shape> x = getShape(getX()), lengths = getShape(getLengths());
  if (x) {
    FailureOr<int64_t> batch = resolveAxis(*this, getBatchAxis(), x->size(), "batch axis"),
                       time = resolveAxis(*this, getTimeAxis(), x->size(), "time axis");
    if (failed(batch) || failed(time))
      return failure();
    if (*batch == *time)
      return emitOpError("has the same axis for batch and time");
    if (lengths &&
        (lengths->size() != 1 || (!isDynamic(lengths->front()) && !isDynamic((*x)[*batch]) &&
                                  lengths->front() != (*x)[*batch])))
      return emitOpError("operand lengths ") << formatShape(*lengths) << " does not fit dimension "
                                             << *batch << " of operand x " << formatShape(*x);
  }
  return appendLike(*this, getX(), getElementType(getX()), types);
}
