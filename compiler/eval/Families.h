// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The evaluator's families, one file each. Operands and result types agree with shape inference
// when these are called, so that only values remain to be checked. Optional operands are empty
// Tensors.

#ifndef FOVEA_COMPILER_EVAL_FAMILIES_H
#define FOVEA_COMPILER_EVAL_FAMILIES_H

#include "compiler/eval/Tensor.h"
#include "mlir/IR/Operation.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

namespace fovea::eval {

using Results = mlir::FailureOr<llvm::SmallVector<Tensor>>;
using Types = llvm::ArrayRef<mlir::RankedTensorType>;

using Evaluator = Results (*)(mlir::Operation *op, llvm::ArrayRef<Tensor> operands, Types types);

/// Which function computes an op, by the op's name.
class EvaluatorTable {
public:
  template <typename... Ops> void add(Evaluator evaluator) {
    (table.try_emplace(Ops::getOperationName(), evaluator), ...);
  }
  /// Likewise for ops whose results are splats when all operands are.
  template <typename... Ops> void addElementwise(Evaluator evaluator) {
    add<Ops...>(evaluator);
    (splatKeepers.insert(Ops::getOperationName()), ...);
  }
  /// Null for an op that no family computes.
  Evaluator lookup(llvm::StringRef name) const { return table.lookup(name); }
  bool keepsSplats(llvm::StringRef name) const { return splatKeepers.contains(name); }

private:
  llvm::StringMap<Evaluator> table;
  llvm::StringSet<> splatKeepers;
};

void addAttentionEvaluators(EvaluatorTable &table);
void addConvEvaluators(EvaluatorTable &table);
void addEinsumEvaluators(EvaluatorTable &table);
void addElementwiseEvaluators(EvaluatorTable &table);
void addGatherEvaluators(EvaluatorTable &table);
void addLossEvaluators(EvaluatorTable &table);
void addMatrixEvaluators(EvaluatorTable &table);
void addNormEvaluators(EvaluatorTable &table);
void addPoolEvaluators(EvaluatorTable &table);
void addQuantEvaluators(EvaluatorTable &table);
void addRearrangementEvaluators(EvaluatorTable &table);
void addRecurrentEvaluators(EvaluatorTable &table);
void addReduceEvaluators(EvaluatorTable &table);
void addResampleEvaluators(EvaluatorTable &table);
void addSamplingEvaluators(EvaluatorTable &table);
void addScatterEvaluators(EvaluatorTable &table);
void addSelectEvaluators(EvaluatorTable &table);
void addShapeEvaluators(EvaluatorTable &table);
void addSignalEvaluators(EvaluatorTable &table);
void addUnaryEvaluators(EvaluatorTable &table);

/// What elements are converted to for products computed in Number, which is double, or uint64_t for
/// integers: they wrap around as those of the result do.
template <typename Number>
using Loaded = std::conditional_t<std::is_same_v<Number, double>, double, int64_t>;

/// c [m, n] += a [m, k] * b [k, n], all row-major. Number is double or uint64_t.
template <typename Number>
void multiplyMatrices(int64_t m, int64_t n, int64_t k, const Number *a, const Number *b, Number *c);

/// Softmax of `count` numbers in place, `stride` apart. A row of only -inf becomes NaN as the
/// formula says.
void softmaxInPlace(double *row, int64_t count, int64_t stride);

} // namespace fovea::eval

#endif // FOVEA_COMPILER_EVAL_FAMILIES_H
