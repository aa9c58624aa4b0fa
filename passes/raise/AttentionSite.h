// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attention sites: what the matchers find around a Softmax or an onnx.Attention, before anything is
// changed.

#ifndef FOVEA_PASSES_RAISE_ATTENTIONSITE_H
#define FOVEA_PASSES_RAISE_ATTENTIONSITE_H

#include "dialects/attn/Attn.h"
#include "dialects/onnx/OnnxAttentionOps.h"
#include "dialects/onnx/OnnxNormOps.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/Value.h"
#include "passes/raise/MaskFormula.h"
#include "passes/remarks/RemarkCodes.h"

#include <array>
#include <optional>
#include <string>

namespace fovea::raise {

/// One operation between the scaled product and the Softmax. `other` is a constant number or a
/// tensor that broadcasts against the scores.
struct ScoreStep {
  enum class Kind { Add, Sub, Mul, Div, Select, Tanh };
  Kind kind;
  /// The second operand (the score is the first); for Select what stands where the score is hidden,
  /// null for minus infinity; null for Tanh.
  mlir::Value other;
  /// Select only: the bool tensor, and whether the score stays where it is true.
  mlir::Value condition;
  bool keepWhereTrue = true;
  /// Formulas over (b, h, i, j) to compute instead of reading `other` or `condition`; null to read.
  MaskNumberRef otherCode = nullptr;
  FormulaRef conditionCode = nullptr;
  /// The scores' dimensions in front of (i, j) at this step, when a Reshape stands between it and
  /// the Softmax; other steps have those of the site.
  std::optional<llvm::SmallVector<int64_t>> leadingShape = std::nullopt;
};

/// An attention, matched. Maps are over (b, h, i, j, d, e).
struct AttentionSite {
  /// The Softmax or onnx.Attention that names the site.
  mlir::Operation *anchor = nullptr;
  mlir::Value query, key, value;
  /// Where constant factors lie below layout changes of the query or the key: what is below, and
  /// the changes to repeat.
  mlir::Value queryBase, keyBase;
  llvm::SmallVector<mlir::Operation *> queryLayout, keyLayout;
  mlir::AffineMap queryMap, keyMap, valueMap, outputMap;
  std::array<int64_t, 6> domain = {1, 1, 1, 1, 1, 1};
  /// The extents that the scores broadcast over in front of (i, j).
  llvm::SmallVector<int64_t> leadingShape;
  /// Set when leading dimensions are merged: the output has the shape [b, h, i, e] and is reshaped
  /// to the model's.
  bool mergesLeading = false;

  double scale = 1.0;
  attn::ScalePlacement placement = attn::ScalePlacement::Scores;
  /// The scaled product becomes softCap * tanh(product / softCap) in front of the steps, unless
  /// zero.
  double softCap = 0.0;
  /// Nearest the product first.
  llvm::SmallVector<ScoreStep> steps;
  /// What is hidden by structure.
  attn::MaskAttr mask;
  /// What else there is to say of masks, in words.
  llvm::SmallVector<std::string> maskNotes;
  attn::MaskedRows maskedRows = attn::MaskedRows::NaN;

  /// The model's value that the output replaces, and, when they have further uses, the
  /// probabilities' (or null).
  mlir::Value output, probabilities;

  /// How each of the dimensions `shape`, some division of batch and heads, is read off b and h.
  llvm::SmallVector<mlir::AffineExpr> getLeadingIndex(llvm::ArrayRef<int64_t> shape) const;

  /// The map by which a tensor that broadcasts against the scores is read, or null when its shape
  /// does not broadcast. The scores have the dimensions `leading` in front of (i, j).
  mlir::AffineMap getScoresMap(mlir::RankedTensorType type, llvm::ArrayRef<int64_t> leading) const;

  /// The dimensions in front of (i, j) at a step.
  llvm::ArrayRef<int64_t> getLeadingShape(const ScoreStep &step) const {
    return step.leadingShape ? *step.leadingShape : leadingShape;
  }
};

/// Why a site stays as it is: the code, the first op in the way, and what is wrong with it there.
struct Refusal {
  std::optional<RemarkCode> code;
  mlir::Operation *blocking = nullptr;
  std::string reason;
};

/// The op that makes `value`, or `reader` for a graph input: what a refusal blames.
inline mlir::Operation *getBlamed(mlir::Value value, mlir::Operation *reader) {
  mlir::Operation *op = value.getDefiningOp();
  return op ? op : reader;
}

/// Whether the result of `softmax` flows into a matrix product through layout changes and pointwise
/// operations: only then the Softmax is counted as an attention site.
bool feedsProduct(onnx::SoftmaxOp softmax);

/// Matches the attention around `softmax`; on failure `refusal` says what is in the way. Changes
/// nothing.
std::optional<AttentionSite> matchSoftmaxSite(onnx::SoftmaxOp softmax, Refusal &refusal);

/// Matches an attention op of the standard; on failure `refusal` says what is in the way. Changes
/// nothing.
std::optional<AttentionSite> matchAttentionOpSite(onnx::AttentionOp attention, Refusal &refusal);

} // namespace fovea::raise

#endif // FOVEA_PASSES_RAISE_ATTENTIONSITE_H
