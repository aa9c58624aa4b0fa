// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scattering.

#include "compiler/eval/Families.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::eval;

void eval::addScatterEvaluators(EvaluatorTable &table) {}
