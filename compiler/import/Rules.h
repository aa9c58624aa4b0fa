// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The tables of rules, one file per family of operators.

#ifndef FOVEA_COMPILER_IMPORT_RULES_H
#define FOVEA_COMPILER_IMPORT_RULES_H

#include "compiler/import/NodeImporter.h"

namespace fovea {

llvm::ArrayRef<OperatorRule> getAttentionRules();
llvm::ArrayRef<OperatorRule> getContribAttentionRules();
llvm::ArrayRef<OperatorRule> getContribRules();
llvm::ArrayRef<OperatorRule> getControlRules();
llvm::ArrayRef<OperatorRule> getConvRules();
llvm::ArrayRef<OperatorRule> getElementwiseRules();
llvm::ArrayRef<OperatorRule> getFunctionRules();
llvm::ArrayRef<OperatorRule> getLossRules();
llvm::ArrayRef<OperatorRule> getMatrixRules();
llvm::ArrayRef<OperatorRule> getNormRules();
llvm::ArrayRef<OperatorRule> getPoolRules();
llvm::ArrayRef<OperatorRule> getQuantRules();
llvm::ArrayRef<OperatorRule> getRecurrentRules();
llvm::ArrayRef<OperatorRule> getReduceRules();
llvm::ArrayRef<OperatorRule> getResampleRules();
llvm::ArrayRef<OperatorRule> getScatterRules();
llvm::ArrayRef<OperatorRule> getSelectRules();
llvm::ArrayRef<OperatorRule> getSequenceRules();
llvm::ArrayRef<OperatorRule> getShapeRules();
llvm::ArrayRef<OperatorRule> getSignalRules();

/// The opset up to 6 that defined an operator as the rules read it; 1 for those that did not change
/// until then. Rules know the forms since opset 6.
int64_t getLastEarlyChange(llvm::StringRef name);

} // namespace fovea

#endif // FOVEA_COMPILER_IMPORT_RULES_H
