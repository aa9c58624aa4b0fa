// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ops that order, select or accumulate along an axis.

#include "compiler/eval/Families.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::eval;

void eval::addSelectEvaluators(EvaluatorTable &table) {}
