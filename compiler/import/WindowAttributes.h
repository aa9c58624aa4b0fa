// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The attributes that every op with sliding windows has.

#ifndef FOVEA_COMPILER_IMPORT_WINDOWATTRIBUTES_H
#define FOVEA_COMPILER_IMPORT_WINDOWATTRIBUTES_H

#include "compiler/import/NodeImporter.h"

#include <string>

namespace fovea {

/// Written out for every spatial dimension; `pads` has the begins, then the ends.
struct WindowAttributes {
  llvm::SmallVector<int64_t> strides, dilations, pads;
  std::string autoPad;
};

/// The list attribute `name` with one entry per spatial dimension (`repeat` of them), each at least
/// `least`; `least` everywhere by default. Throws ImportFailure.
llvm::SmallVector<int64_t> getSpatialAttribute(NodeImporter &node, llvm::StringRef name,
                                               int64_t spatialRank, int64_t repeat, int64_t least);

/// The attributes strides, dilations, pads and auto_pad. Throws ImportFailure.
WindowAttributes getWindowAttributes(NodeImporter &node, int64_t spatialRank);

/// The number of spatial dimensions of a convolution, from whatever says it. Checks `kernel_shape`
/// against the filters `w`. Throws ImportFailure.
int64_t getConvolutionRank(NodeImporter &node, mlir::Value x, mlir::Value w);

/// The attribute `group`. Throws ImportFailure.
int64_t getGroupAttribute(NodeImporter &node);

} // namespace fovea

#endif // FOVEA_COMPILER_IMPORT_WINDOWATTRIBUTES_H
