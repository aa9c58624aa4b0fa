// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What resampling reads for every position along one dimension: the first element, and the weights
// of it and its neighbours. Tables of constants where everything is known at compile time,
// otherwise computed in the program; both by the same formulas.

#ifndef FOVEA_PASSES_LOWER_RESAMPLETABLES_H
#define FOVEA_PASSES_LOWER_RESAMPLETABLES_H

#include "passes/lower/Generics.h"

#include <optional>

namespace fovea::lower {

enum class CoordinateRule {
  AlignCorners,
  Asymmetric,
  CropAndResize,
  HalfPixel,
  HalfPixelSymmetric,
  PytorchHalfPixel,
  HalfPixelForNearest
};
enum class NearestRule { PreferFloor, PreferCeil, Floor, Ceil };
enum class Filter { Nearest, Linear, Cubic };

/// What holds for every dimension of one Resize.
struct ResampleRule {
  Filter filter;
  CoordinateRule coordinate;
  NearestRule nearest;
  double cubic;
  bool antialias, excludeOutside;
};

/// A number that is known, or the scalar f64 tensor that holds it at run time.
struct Parameter {
  std::optional<double> known;
  mlir::Value tensor;
};

/// One dimension of extent `from` becoming `to`. `begin` and `end` are those of the region of
/// interest.
struct AxisResample {
  int64_t dim, from, to;
  Parameter scale, begin, end;
  /// Whether the result's length is `to`, or scale * from, which need not be whole.
  bool isWhole;

  bool isKnown() const { return scale.known && begin.known && end.known; }
};

/// Position o reads `taps` elements from starts[o] on, clamped to the dimension.
struct ResampleTables {
  /// tensor<to x i32>, and its elements when known.
  mlir::Value starts;
  llvm::SmallVector<int32_t> knownStarts;
  /// tensor<to x taps> of the type asked for; null when the only tap has weight one.
  mlir::Value weights;
  /// tensor<to x i1>: whether the coordinate lies in the dimension; null when nobody asks.
  mlir::Value inside;
  int64_t taps = 1;
  /// Whether the dimension stays as it is, as far as known.
  bool isIdentity = false;
};

ResampleTables makeResampleTables(mlir::OpBuilder &builder, mlir::Location loc,
                                  const ResampleRule &rule, const AxisResample &axis,
                                  mlir::Type weightType);

} // namespace fovea::lower

#endif // FOVEA_PASSES_LOWER_RESAMPLETABLES_H
