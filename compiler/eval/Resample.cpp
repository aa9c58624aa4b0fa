// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Resizing and sampling.

#include "compiler/eval/Families.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::eval;

void eval::addResampleEvaluators(EvaluatorTable &table) {}
