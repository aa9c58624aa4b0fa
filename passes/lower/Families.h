// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The families of lowerings, one file each.

#ifndef FOVEA_PASSES_LOWER_FAMILIES_H
#define FOVEA_PASSES_LOWER_FAMILIES_H

namespace fovea::lower {

struct PatternContext;

void populateCastPatterns(const PatternContext &context);
void populateConstantPatterns(const PatternContext &context);
void populateConvolutionPatterns(const PatternContext &context);
void populateDeformableConvolutionPatterns(const PatternContext &context);
void populateElementwisePatterns(const PatternContext &context);
void populateGatherPatterns(const PatternContext &context);
void populateLossPatterns(const PatternContext &context);
void populateMatrixPatterns(const PatternContext &context);
void populateMovementPatterns(const PatternContext &context);
void populateNormalizationPatterns(const PatternContext &context);
void populateOrderPatterns(const PatternContext &context);
void populatePadPatterns(const PatternContext &context);
void populatePoolingPatterns(const PatternContext &context);
void populateQuantizationPatterns(const PatternContext &context);
void populateRearrangementPatterns(const PatternContext &context);
void populateRecurrentPatterns(const PatternContext &context);
void populateReductionPatterns(const PatternContext &context);
void populateResamplingPatterns(const PatternContext &context);
void populateReshapePatterns(const PatternContext &context);
void populateRotaryEmbeddingPatterns(const PatternContext &context);
void populateSamplingPatterns(const PatternContext &context);
void populateScanPatterns(const PatternContext &context);
void populateScattersPatterns(const PatternContext &context);
void populateSelectionsPatterns(const PatternContext &context);
void populateSignalPatterns(const PatternContext &context);
void populateTransposedConvolutionPatterns(const PatternContext &context);
void populateUnaryPatterns(const PatternContext &context);

} // namespace fovea::lower

#endif // FOVEA_PASSES_LOWER_FAMILIES_H
