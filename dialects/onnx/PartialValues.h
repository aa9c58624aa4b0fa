// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is known of the integers in a small tensor, such as a shape of which one extent is dynamic.

#ifndef FOVEA_DIALECTS_ONNX_PARTIALVALUES_H
#define FOVEA_DIALECTS_ONNX_PARTIALVALUES_H

#include "mlir/IR/Value.h"

#include "llvm/ADT/SmallVector.h"

#include <optional>

namespace fovea::onnx {

/// Each element when it is known.
using PartialIntegers = llvm::SmallVector<std::optional<int64_t>>;

/// The elements of a vector or scalar of integers, looked up through constants, Shape and the ops
/// that move extents about (Gather, Slice, Concat, Unsqueeze, Squeeze, Reshape, Cast, Identity).
/// Nothing when even the length is unknown or above 64.
std::optional<PartialIntegers> getPartialIntegers(mlir::Value value);

/// `to - from` of two integers that are each computed from one value by adding constants, such as
/// i + 1 and i; nothing when that does not show.
std::optional<int64_t> getConstantDistance(mlir::Value from, mlir::Value to);

} // namespace fovea::onnx

#endif // FOVEA_DIALECTS_ONNX_PARTIALVALUES_H
