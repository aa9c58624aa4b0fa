// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the standard's Attention meant in its releases: the text changed without a new opset, so
// that a model does not say which meaning its author used.

#ifndef FOVEA_COMPILER_IMPORT_ATTENTIONSEMANTICS_H
#define FOVEA_COMPILER_IMPORT_ATTENTIONSEMANTICS_H

#include "llvm/ADT/StringRef.h"

#include <optional>

namespace fovea {

/// Releases of the standard, each up to the next.
enum class AttentionSemantics {
  /// Operands of three dimensions are [batch, heads, sequence, size] in memory; key heads are
  /// repeated all in turn; causality begins at the first key, whatever the cache.
  Onnx118,
  /// Operands of three dimensions are [batch, sequence, heads, size]; each key head is repeated by
  /// itself; causality begins behind the cache.
  Onnx120,
  /// The soft cap comes before the mask, and outputs 1 and 2 of the scores are exchanged.
  Onnx122,
  /// Causality ends at the last key of an outer cache; rows that see nothing are zeros.
  Onnx123,
};

/// The semantics of a release: "1.18", "1.20", "1.22" or "1.23".
std::optional<AttentionSemantics> parseAttentionSemantics(llvm::StringRef release);
llvm::StringRef stringifyAttentionSemantics(AttentionSemantics semantics);

/// The attribute of a module that says which semantics its attentions had, when it is not the
/// newest.
inline constexpr llvm::StringLiteral attentionSemanticsAttr = "fovea.attention_semantics";

} // namespace fovea

#endif // FOVEA_COMPILER_IMPORT_ATTENTIONSEMANTICS_H
