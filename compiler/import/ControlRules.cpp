// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Control flow, sequences and optionals.

#include "compiler/import/Rules.h"

using namespace mlir;
using namespace fovea;

ArrayRef<OperatorRule> fovea::getControlRules() { return {}; }
