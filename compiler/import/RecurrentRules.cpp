// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Recurrent layers.

#include "compiler/import/Rules.h"

using namespace mlir;
using namespace fovea;

ArrayRef<OperatorRule> fovea::getRecurrentRules() { return {}; }
