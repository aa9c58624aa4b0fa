// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the files of the attention family share: small ops, and the rules of their own files.

#ifndef FOVEA_COMPILER_IMPORT_ATTENTIONRULES_H
#define FOVEA_COMPILER_IMPORT_ATTENTIONRULES_H

#include "compiler/import/AttentionSemantics.h"
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

/// An attribute that, when it is given, is at least 1; 0 otherwise.
int64_t getHeadCount(NodeImporter &node, llvm::StringRef name);
/// [batch, sequence, heads * size] as [batch, heads, sequence, size]; what has four dimensions
/// stays.
mlir::Value splitHeads(NodeImporter &node, mlir::Value x, int64_t heads);

/// How a rotary embedding turns pairs of elements.
struct Rotation {
  int64_t heads;
  /// So many elements of each head turn; all for 0.
  int64_t size;
  /// Whether the two of a pair are neighbours, instead of half of the elements apart.
  bool interleaved;
};
Rotation readRotation(NodeImporter &node);
/// Turns x [batch, heads, sequence, size], or [batch, sequence, heads * size], by the angles [batch
/// or 1, sequence, pairs].
mlir::Value makeRotation(NodeImporter &node, mlir::Value x, mlir::Value cosine, mlir::Value sine,
                         const Rotation &rotation);

void importFlexAttention(NodeImporter &node);
/// Attention by an earlier meaning than the newest.
void importOldAttention(NodeImporter &node, AttentionSemantics semantics);
void importLinearAttention(NodeImporter &node);

} // namespace fovea

#endif // FOVEA_COMPILER_IMPORT_ATTENTIONRULES_H
