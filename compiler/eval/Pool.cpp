// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Pooling.

#include "compiler/eval/Families.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::eval;

void eval::addPoolEvaluators(EvaluatorTable &table) {}
