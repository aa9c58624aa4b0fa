// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What `--tap` asks for, as text and as a struct.

#ifndef FOVEA_PASSES_RAISE_TAPREQUEST_H
#define FOVEA_PASSES_RAISE_TAPREQUEST_H

#include "dialects/attn/Decompose.h"
#include "llvm/Support/Error.h"

#include <string>

namespace fovea::raise {

/// The module's attribute that holds the requests, an array of their texts.
inline constexpr llvm::StringLiteral tapsAttr = "fovea.taps";
/// With requests, raising leaves the nodes of all sites in program order on the module, an array of
/// {node, reason}, the reason empty when the site was raised; and its number on each attn.attention
/// and on the Softmax of each site that stayed.
inline constexpr llvm::StringLiteral tapSitesAttr = "fovea.tap_sites";
inline constexpr llvm::StringLiteral tapSiteAttr = "fovea.tap_site";

/// First and last of consecutive heads or rows, both included.
struct TapSpan {
  /// The last row, whatever its number.
  static constexpr int64_t lastRow = -1;
  int64_t first, last;
};

struct TapRequest {
  /// The name of the output.
  std::string name;
  /// The number of a site in program order, or the name of its node.
  std::string layer;
  attn::ScoreStage stage;
  /// As asked for, in that order; empty for all.
  llvm::SmallVector<TapSpan> heads, rows;
};

/// Reads `NAME=layer:stage[,heads=LIST][,rows=LIST]`. The stage is `probs`, `scores` or `raw`; a
/// list holds numbers and ranges `2-5`, for rows also `cls`, the first, and `last`.
llvm::Expected<TapRequest> parseTapRequest(llvm::StringRef text);

} // namespace fovea::raise

#endif // FOVEA_PASSES_RAISE_TAPREQUEST_H
