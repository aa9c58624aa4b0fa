// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tensors of the evaluator in .npy files.

#ifndef FOVEA_COMPILER_EVAL_NPYTENSOR_H
#define FOVEA_COMPILER_EVAL_NPYTENSOR_H

#include "compiler/eval/Tensor.h"

#include "llvm/Support/Error.h"

namespace fovea::eval {

/// The array at `path` as a tensor of such elements; the error names the file.
llvm::Expected<mlir::ElementsAttr> readTensor(llvm::StringRef path, mlir::Type elementType);

/// Writes a tensor to `path`. The error names the file, or the type that .npy does not know.
llvm::Error writeTensor(llvm::StringRef path, mlir::ElementsAttr attr);

} // namespace fovea::eval

#endif // FOVEA_COMPILER_EVAL_NPYTENSOR_H
