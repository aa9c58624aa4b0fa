// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two products over the same probabilities whose results the model adds: values of the keys, and
// values that depend on the query as well (relative positions). Together they are one product with
// the sum of both.

#ifndef FOVEA_PASSES_RAISE_RELATIVEVALUES_H
#define FOVEA_PASSES_RAISE_RELATIVEVALUES_H

#include "passes/raise/ProbabilityPath.h"

namespace fovea::raise {

/// `primary` with the product of `secondary` as relative values, where a value behind the first
/// product is the sum of both, each possibly times constants per channel and plus such constants,
/// and nothing else on the two ways reads the probabilities.
std::optional<ProbabilityPath> joinRelativeValues(const ProbabilityPath &primary,
                                                  const ProbabilityPath &secondary);

} // namespace fovea::raise

#endif // FOVEA_PASSES_RAISE_RELATIVEVALUES_H
