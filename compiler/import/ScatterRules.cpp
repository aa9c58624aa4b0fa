// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scattering.

#include "compiler/import/Rules.h"

using namespace mlir;
using namespace fovea;

ArrayRef<OperatorRule> fovea::getScatterRules() { return {}; }
