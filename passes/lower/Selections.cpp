// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ops that order, select or accumulate along an axis.

#include "passes/lower/Families.h"
#include "passes/lower/OnnxPattern.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

void lower::populateSelectionsPatterns(const PatternContext &context) {}
