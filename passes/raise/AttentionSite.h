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
#include "passes/raise/IndexWalk.h"
#include "passes/raise/MaskFormula.h"
#include "passes/remarks/RemarkCodes.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace fovea::raise {

/// One operation between the scaled product and the Softmax. Operands are constant numbers or
/// tensors, read at the place of the score.
struct ScoreStep {
  enum class Kind { Add, Sub, SubtractFrom, Mul, Div, Min, Max, Select, Negate, Tanh, LeakyRelu };
  Kind kind;
  /// The second operand (the score is the first); for Select what stands where the score is hidden,
  /// null for minus infinity; null for Negate, Tanh and LeakyRelu, and for a Max with zero.
  View other;
  /// Select only: the bool tensor, and whether the score stays where it is true.
  View condition;
  bool keepWhereTrue = true;
  /// Add and Sub: only where every result is at least 0; null for everywhere.
  mlir::AffineMap where = {};
  /// LeakyRelu only: what a negative score is multiplied by.
  double slope = 0.0;
  /// Formulas over (b, h, i, j) to compute instead of reading `other` or `condition`; null to read.
  MaskNumberRef otherCode = nullptr;
  FormulaRef conditionCode = nullptr;
};

/// Constant numbers in a tensor of `shape`, read at `map`.
struct NumberTable {
  std::vector<float> numbers;
  llvm::SmallVector<int64_t> shape;
  mlir::AffineMap map;
};

/// A tensor that the attention writes: `shape` through `map`; reshaped to `split`, transposed by
/// `order` and reshaped again it is the model's value. No `order` when one reshape will do.
struct WrittenTensor {
  mlir::Value value;
  mlir::AffineMap map;
  llvm::SmallVector<int64_t> shape, split, order;

  explicit operator bool() const { return bool(value); }
};

/// An attention, matched. Maps are over (b, h, i, j, d, e).
struct AttentionSite {
  /// The Softmax or onnx.Attention that names the site.
  mlir::Operation *anchor = nullptr;
  View query, key, value;
  /// Where constant factors lie below layout changes of the query or the key: what is below, and
  /// the changes to repeat.
  mlir::Value queryBase, keyBase;
  llvm::SmallVector<mlir::Operation *> queryLayout, keyLayout;
  std::array<int64_t, 6> domain = {1, 1, 1, 1, 1, 1};

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
  /// The score of one key more, which no value belongs to, or none.
  View sink;
  /// What is added to the values, times numbers of its own, or none; the numbers are a tensor once
  /// the site is raised.
  View addedValue, addedScale;
  std::optional<NumberTable> addedScaleNumbers;

  /// The model's value that the output replaces, and, when they have further uses, the
  /// probabilities'.
  WrittenTensor output, probabilities;
  /// What the output is multiplied by: factors of the probabilities that are the same for every
  /// key, read at an index of the model's value.
  llvm::SmallVector<View> outputFactors;
  std::optional<NumberTable> outputScale, outputShift;
  /// The model's value that is to be replaced instead, where it is made from the output's by these
  /// layout ops, or, if there are none, by one reshape.
  mlir::Value sum;
  llvm::SmallVector<mlir::Operation *> sumLayout;
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

/// Whether probabilities, the result of a Softmax, flow into a matrix product through layout
/// changes and pointwise operations: only then the Softmax is counted as an attention site.
bool feedsProduct(mlir::Value probabilities);
inline bool feedsProduct(onnx::SoftmaxOp softmax) { return feedsProduct(softmax.getY()); }

/// Matches the attention around `softmax`; on failure `refusal` says what is in the way. Changes
/// nothing.
std::optional<AttentionSite> matchSoftmaxSite(onnx::SoftmaxOp softmax, Refusal &refusal);

/// Matches an attention op of the standard; on failure `refusal` says what is in the way. Changes
/// nothing.
std::optional<AttentionSite> matchAttentionOpSite(onnx::AttentionOp attention, Refusal &refusal);

} // namespace fovea::raise

#endif // FOVEA_PASSES_RAISE_ATTENTIONSITE_H
