// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Resizing and sampling.

#include "passes/lower/Families.h"
#include "passes/lower/OnnxPattern.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

void lower::populateResamplingPatterns(const PatternContext &context) {}
