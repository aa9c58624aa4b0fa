// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Quantisation.

#include "compiler/import/Rules.h"

using namespace mlir;
using namespace fovea;

ArrayRef<OperatorRule> fovea::getQuantRules() { return {}; }
