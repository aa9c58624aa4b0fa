// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ScatterND that writes a box of a tensor, as slices that are assigned to are exported.

#ifndef FOVEA_PASSES_RAISE_SCATTERBOX_H
#define FOVEA_PASSES_RAISE_SCATTERBOX_H

#include "dialects/onnx/OnnxScatterOps.h"
#include "llvm/ADT/SmallVector.h"

#include <optional>

namespace fovea::raise {

/// Where the box begins that a ScatterND writes, an index for each dimension, if it is one.
std::optional<llvm::SmallVector<int64_t>> findBox(onnx::ScatterNDOp scatter);

/// Whether everything that is computed from `value` is computed from the result of `last`.
bool endsIn(mlir::Value value, mlir::Operation *last);

} // namespace fovea::raise

#endif // FOVEA_PASSES_RAISE_SCATTERBOX_H
