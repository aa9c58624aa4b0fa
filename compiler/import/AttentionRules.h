// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the files of the attention family share: small ops, and the rules of their own files.

#ifndef FOVEA_COMPILER_IMPORT_ATTENTIONRULES_H
#define FOVEA_COMPILER_IMPORT_ATTENTIONRULES_H

#include "compiler/import/NodeImporter.h"

#include <limits>

namespace fovea {

inline constexpr int64_t toTheEnd = std::numeric_limits<int64_t>::max();

mlir::IntegerAttr makeNumber(NodeImporter &node, int64_t value);
/// A Reshape where 0 keeps an extent and -1 takes what is left.
mlir::Value makeReshape(NodeImporter &node, mlir::Value x, llvm::ArrayRef<int64_t> shape);
mlir::Value makeConcat(NodeImporter &node, llvm::ArrayRef<mlir::Value> parts, int64_t axis);
mlir::Value makeSlice(NodeImporter &node, mlir::Value x, int64_t axis, int64_t start, int64_t end);
mlir::Value makeTranspose(NodeImporter &node, mlir::Value x, llvm::ArrayRef<int64_t> permutation);
mlir::Value makeCast(NodeImporter &node, mlir::Value x, mlir::Type elementType);
/// The number of elements along `axis`, as [1].
mlir::Value makeExtent(NodeImporter &node, mlir::Value x, int64_t axis);
/// 1 / sqrt of a number of elements, as [1] of f32.
mlir::Value makeInverseRoot(NodeImporter &node, mlir::Value extent);
/// A floating-point number as a scalar.
mlir::Value makeScalar(NodeImporter &node, double number, mlir::Type elementType);

void importFlexAttention(NodeImporter &node);
void importLinearAttention(NodeImporter &node);

} // namespace fovea

#endif // FOVEA_COMPILER_IMPORT_ATTENTIONRULES_H
