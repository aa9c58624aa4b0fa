// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape inference and verifiers of OnnxResampleOps.td.

#include "dialects/onnx/OnnxResampleOps.h"

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/Extents.h"
#include "dialects/onnx/OnnxSignalOps.h"
#include "dialects/onnx/PartialValues.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringExtras.h"

#include <cmath>

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxResampleOps.cpp.inc"

void OnnxDialect::addResampleOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/OnnxResampleOps.cpp.inc"
      >();
  // Signals are sampled too.
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/OnnxSignalOps.cpp.inc"
      >();
}

SmallVector<int64_t> onnx::getResizeAxes(ResizeOp op, int64_t rank) {
  if (!op.getAxes())
    return llvm::to_vector(llvm::seq<int64_t>(0, rank));
  return llvm::map_to_vector(*op.getAxes(),
                             [=](int64_t axis) { return axis < 0 ? axis + rank : axis; });
}

/// An extent that was computed, or an error when it is none.
static FailureOr<int64_t> checkExtent(ResizeOp op, double extent, int64_t dim) {
  // A tensor beyond this is refused by its size.
  if (extent >= 0 && extent < double(int64_t(1) << 62))
    return int64_t(extent);
  return op.emitOpError("would give dimension ")
         << dim << " an extent of " << extent << ", expected 0 or more, and less than 2^62";
}

/// Extents along `axes` that constant scales make. `result` has x's extents.
static LogicalResult applyScales(ResizeOp op, ArrayRef<int64_t> axes, Shape &result) {
  std::optional<SmallVector<double>> scales = getConstantNumbers(op.getScales()), roi;
  bool isCrop = op.getCoordinateTransformationMode() == "tf_crop_and_resize";
  if (isCrop)
    roi = getConstantNumbers(op.getRoi());
  for (auto [i, dim] : llvm::enumerate(axes)) {
    if (scales && !((*scales)[i] > 0 && std::isfinite((*scales)[i])))
      return op.emitOpError("has the scale ") << (*scales)[i] << ", expected a positive number";
    if (isDynamic(result[dim]))
      continue;
    if (!scales || (isCrop && !roi)) {
      result[dim] = ShapedType::kDynamic;
      continue;
    }
    float extent = float(result[dim]);
    if (isCrop)
      extent *= float((*roi)[axes.size() + i]) - float((*roi)[i]);
    FailureOr<int64_t> scaled = checkExtent(op, std::floor(extent * float((*scales)[i])), dim);
    if (failed(scaled))
      return failure();
    result[dim] = *scaled;
  }
  return success();
}

/// Extents along `axes` that sizes make, as far as they are known. `result` has x's extents.
static LogicalResult applySizes(ResizeOp op, ArrayRef<int64_t> axes, Shape &result) {
  std::optional<PartialIntegers> sizes = getPartialIntegers(op.getSizes());
  double scale = 0;
  bool isStretched = op.getKeepAspectRatioPolicy() == "stretch";
  bool isKnown = sizes && sizes->size() == axes.size();
  for (size_t i = 0; isKnown && i < axes.size(); ++i) {
    std::optional<int64_t> size = (*sizes)[i];
    if (size && *size < 0)
      return op.emitOpError("has the size ") << *size << ", expected one that is not negative";
    if (isStretched) {
      result[axes[i]] = size.value_or(ShapedType::kDynamic);
      continue;
    }
    int64_t extent = result[axes[i]];
    if (!size || isDynamic(extent) || extent == 0) {
      isKnown = false;
      break;
    }
    double wanted = double(*size) / double(extent);
    bool isLeast = op.getKeepAspectRatioPolicy() == "not_larger";
    scale = i == 0 ? wanted : isLeast ? std::min(scale, wanted) : std::max(scale, wanted);
  }
  for (int64_t dim : axes) {
    if (!isKnown) {
      result[dim] = ShapedType::kDynamic;
    } else if (!isStretched) {
      FailureOr<int64_t> extent =
          checkExtent(op, std::floor(scale * double(result[dim]) + 0.5), dim);
      if (failed(extent))
        return failure();
      result[dim] = *extent;
    }
  }
  return success();
}

LogicalResult ResizeOp::inferShapes(SmallVectorImpl<Type> &types) {
  Type elementType = getElementType(getX());
  std::optional<Shape> shape = getShape(getX());
  if (!shape)
    return appendUnranked(elementType, types);
  int64_t rank = shape->size();
  if (getAxes() && failed(resolveAxes(*this, *getAxes(), rank)))
    return failure();
  SmallVector<int64_t> axes = getResizeAxes(*this, rank);
  bool isCrop = getCoordinateTransformationMode() == "tf_crop_and_resize";
  for (auto [name, operand, each] :
       {std::tuple("scales", getScales(), size_t(1)), std::tuple("sizes", getSizes(), size_t(1)),
        std::tuple("roi", getRoi(), size_t(2))}) {
    if (!isPresent(operand) || (name == StringRef("roi") && !isCrop))
      continue;
    std::optional<Shape> given = getShape(operand);
    std::optional<int64_t> count = getIndexCount(operand);
    if (given && (given->size() > 1 || (count && *count != int64_t(each * axes.size()))))
      return emitOpError("operand ")
             << name << " has extents " << formatShape(*given) << ", expected ["
             << each * axes.size() << "] for " << axes.size() << " axes";
  }
  Shape from = *shape;
  if (failed(isPresent(getScales()) ? applyScales(*this, axes, *shape)
                                    : applySizes(*this, axes, *shape)))
    return failure();
  for (auto [before, after] : llvm::zip_equal(from, *shape))
    if (before == 0 && !isDynamic(after) && after != 0)
      return emitOpError("operand x ")
             << formatShape(from) << " has nothing to resize to " << formatShape(*shape);
  return appendRanked(*this, *shape, elementType, types);
}

LogicalResult ResizeOp::verify() {
  auto check = [&](StringRef name, StringRef value, ArrayRef<StringRef> known) -> LogicalResult {
    if (llvm::is_contained(known, value))
      return success();
    return emitOpError("has ") << name << " \"" << value << "\", expected one of "
                               << llvm::join(known, ", ");
  };
  if (failed(check("mode", getMode(), {"nearest", "linear", "cubic"})) ||
      failed(check("coordinate_transformation_mode", getCoordinateTransformationMode(),
                   {"align_corners", "asymmetric", "half_pixel", "half_pixel_symmetric",
                    "pytorch_half_pixel", "tf_crop_and_resize", "tf_half_pixel_for_nn"})) ||
      failed(check("nearest_mode", getNearestMode(),
                   {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"})) ||
      failed(check("keep_aspect_ratio_policy", getKeepAspectRatioPolicy(),
                   {"stretch", "not_larger", "not_smaller"})))
    return failure();
  if (isPresent(getScales()) == isPresent(getSizes()))
    return emitOpError("expects either scales or sizes");
  if (getAntialias() && getMode() == "nearest")
    return emitOpError("cannot antialias in mode \"nearest\"");
  if (getCoordinateTransformationMode() == "tf_crop_and_resize" && !isPresent(getRoi()))
    return emitOpError("expects a roi for coordinate_transformation_mode \"tf_crop_and_resize\"");
  if (!std::isfinite(getCubicCoeffA().convertToFloat()))
    return emitOpError("has cubic_coeff_a ")
           << getCubicCoeffA().convertToFloat() << ", expected a finite number";
  if (getMode() != "nearest" && getElementType(getX()).isInteger(1))
    return emitOpError("cannot interpolate bools, only mode \"nearest\" can");
  return success();
}

LogicalResult AffineGridOp::inferShapes(SmallVectorImpl<Type> &types) {
  Type elementType = getElementType(getTheta());
  std::optional<Shape> theta = getShape(getTheta());
  std::optional<int64_t> count = getIndexCount(getSize());
  if (count && *count != 4 && *count != 5)
    return emitOpError("operand size has ") << *count << " entries, expected 4 or 5";
  if (theta && theta->size() != 3)
    return emitOpError("operand theta has extents ")
           << formatShape(*theta) << ", expected a matrix for each image";
  if (!count && (!theta || isDynamic((*theta)[1])))
    return appendUnranked(elementType, types);
  int64_t dims = count ? *count - 2 : (*theta)[1];
  if (dims != 2 && dims != 3)
    return emitOpError("operand theta has extents ")
           << formatShape(*theta) << ", expected matrices of 2 x 3 or 3 x 4";
  if (theta)
    for (int64_t i : {1, 2})
      if (!isDynamic((*theta)[i]) && (*theta)[i] != dims + i - 1)
        return emitOpError("operand theta has extents ")
               << formatShape(*theta) << ", expected matrices of " << dims << " x " << dims + 1;
  Shape result(dims + 2, ShapedType::kDynamic);
  if (theta)
    result[0] = (*theta)[0];
  result.back() = dims;
  if (std::optional<PartialIntegers> size = getPartialIntegers(getSize()))
    for (int64_t dim = 0; dim < dims && int64_t(size->size()) == dims + 2; ++dim)
      if (std::optional<int64_t> extent = (*size)[2 + dim]) {
        if (*extent < 0)
          return emitOpError("has the size ") << *extent << ", expected one that is not negative";
        result[1 + dim] = *extent;
      }
  return appendRanked(*this, result, elementType, types);
}

LogicalResult GridSampleOp::inferShapes(SmallVectorImpl<Type> &types) {
  Type elementType = getElementType(getX());
  std::optional<Shape> x = getShape(getX()), grid = getShape(getGrid());
  if (!x || !grid)
    return appendUnranked(elementType, types);
  int64_t dims = int64_t(x->size()) - 2;
  if (dims < 1 || grid->size() != x->size() || (!isDynamic(grid->back()) && grid->back() != dims))
    return emitOpError("operand x ")
           << formatShape(*x) << " and operand grid " << formatShape(*grid)
           << " must have as many dimensions, the last of grid a "
              "coordinate for each spatial one";
  if (!isDynamic(x->front()) && !isDynamic(grid->front()) && x->front() != grid->front())
    return emitOpError("operand x ") << formatShape(*x) << " and operand grid "
                                     << formatShape(*grid) << " differ in their batch";
  Shape result = *x;
  if (isDynamic(result[0]))
    result[0] = grid->front();
  for (int64_t dim = 0; dim < dims; ++dim) {
    if ((*x)[2 + dim] == 0)
      return emitOpError("operand x ") << formatShape(*x) << " has nothing to sample";
    result[2 + dim] = (*grid)[1 + dim];
  }
  return appendRanked(*this, result, elementType, types);
}

LogicalResult GridSampleOp::verify() {
  if (!llvm::is_contained({"nearest", "linear", "cubic"}, getMode()))
    return emitOpError("has mode \"") << getMode() << "\", expected nearest, linear or cubic";
  if (!llvm::is_contained({"zeros", "border", "reflection"}, getPaddingMode()))
    return emitOpError("has padding_mode \"")
           << getPaddingMode() << "\", expected zeros, border or reflection";
  if (getMode() != "nearest" && !isa<FloatType>(getElementType(getX())))
    return emitOpError("can interpolate floats only, other numbers need mode \"nearest\"");
  return success();
}

LogicalResult RoiAlignOp::inferShapes(SmallVectorImpl<Type> &types) {
  std::optional<Shape> x = getShape(getX()), rois = getShape(getRois()),
                       batch = getShape(getBatchIndices());
  if (x && (x->size() != 4 || (*x)[2] == 0 || (*x)[3] == 0 || (*x)[0] == 0))
    return emitOpError("operand x has extents ")
           << formatShape(*x) << ", expected batch, channels, height and width, none empty";
  if (rois && (rois->size() != 2 || (!isDynamic((*rois)[1]) && (*rois)[1] != 4)))
    return emitOpError("operand rois has extents ")
           << formatShape(*rois) << ", expected four coordinates for each region";
  if (batch && batch->size() != 1)
    return emitOpError("operand batch_indices has extents ")
           << formatShape(*batch) << ", expected one index for each region";
  if (rois && batch && !isDynamic((*rois)[0]) && !isDynamic((*batch)[0]) &&
      (*rois)[0] != (*batch)[0])
    return emitOpError("has ") << (*rois)[0] << " regions but " << (*batch)[0] << " batch indices";
  int64_t regions = rois ? (*rois)[0] : ShapedType::kDynamic;
  if (isDynamic(regions) && batch)
    regions = (*batch)[0];
  return appendRanked(
      *this, {regions, x ? (*x)[1] : ShapedType::kDynamic, getOutputHeight(), getOutputWidth()},
      getElementType(getX()), types);
}

LogicalResult RoiAlignOp::verify() {
  if (getMode() != "avg" && getMode() != "max")
    return emitOpError("has mode \"") << getMode() << "\", expected avg or max";
  if (getOutputHeight() <= 0 || getOutputWidth() <= 0 || getSamplingRatio() < 0)
    return emitOpError("expects a positive output size, and a sampling_ratio that is not negative");
  if (getSamplingRatio() > 1 << 16)
    return emitOpError("has sampling_ratio ") << getSamplingRatio() << ", expected at most 65536";
  return success();
}
