// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operators that order, select or accumulate along an axis.

#include "compiler/import/Rules.h"

using namespace mlir;
using namespace fovea;

ArrayRef<OperatorRule> fovea::getSelectRules() { return {}; }
