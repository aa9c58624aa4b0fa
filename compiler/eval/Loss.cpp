// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loss functions.

#include "compiler/eval/Families.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::eval;

void eval::addLossEvaluators(EvaluatorTable &table) {}
