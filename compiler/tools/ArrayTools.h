// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What fovea-run does with arrays besides reading and writing them: random contents, and
// comparison.
#ifndef FOVEA_COMPILER_TOOLS_ARRAYTOOLS_H
#define FOVEA_COMPILER_TOOLS_ARRAYTOOLS_H

#include "compiler/tools/NpyFile.h"

#include <random>

namespace fovea {

/// Fills `array` from `generator`, the same on every machine: floating-point numbers are uniform
/// in [-1, 1), integers and booleans are 0 or 1, so that they are valid indices and masks.
void fillRandom(Array &array, std::mt19937_64 &generator);

/// How far an array is from its reference. Differences are taken where both are finite.
struct Comparison {
  double maxAbs = 0.0;         ///< the largest |y - reference|
  double maxRel = 0.0;         ///< maxAbs / max |reference|; infinite when only the latter is 0
  uint64_t outOfTolerance = 0; ///< elements with |y - reference| > atol + rtol * max |reference|
  uint64_t notFinite = 0;      ///< elements where one is not finite and the other is not the same
  uint64_t worst = 0;          ///< flat index of the first element not finite, else of maxAbs
  double value = 0.0;          ///< the element there
  double reference = 0.0;      ///< its reference

  bool ok() const { return outOfTolerance == 0 && notFinite == 0; }
};

/// Compares two arrays of the same element type and shape.
Comparison compare(const Array &array, const Array &reference, double rtol, double atol);

} // namespace fovea

#endif // FOVEA_COMPILER_TOOLS_ARRAYTOOLS_H
