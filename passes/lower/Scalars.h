// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scalar arithmetic for the bodies of generics, with the standard's semantics: NaN wins in minima
// and maxima, integers divide toward zero, and no input is undefined behaviour.

#ifndef FOVEA_PASSES_LOWER_SCALARS_H
#define FOVEA_PASSES_LOWER_SCALARS_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Builders.h"

namespace fovea::lower {

/// Builds ops at one place. Integer values are signless; functions that depend on the sign take
/// `isUnsigned`.
class Scalars {
public:
  Scalars(mlir::OpBuilder &builder, mlir::Location loc) : builder(builder), loc(loc) {}

  template <typename Op, typename... Args> mlir::Value create(Args &&...args) {
    return Op::create(builder, loc, std::forward<Args>(args)...);
  }

  mlir::MLIRContext *getContext() const { return builder.getContext(); }

  /// A float, integer or index constant; an integer gets the truncated value.
  mlir::Value number(mlir::Type type, double value);
  mlir::Value constant(mlir::TypedAttr value);
  mlir::Value loopIndex(int64_t dimension);

  mlir::Value add(mlir::Value a, mlir::Value b);
  mlir::Value subtract(mlir::Value a, mlir::Value b);
  mlir::Value multiply(mlir::Value a, mlir::Value b);
  mlir::Value divide(mlir::Value a, mlir::Value b, bool isUnsigned);
  mlir::Value maximum(mlir::Value a, mlir::Value b, bool isUnsigned);
  mlir::Value minimum(mlir::Value a, mlir::Value b, bool isUnsigned);
  /// Remainder with the dividend's sign, or with the divisor's when `floor`. A zero integer divisor
  /// gives 0.
  mlir::Value remainder(mlir::Value a, mlir::Value b, bool floor, bool isUnsigned);
  mlir::Value select(mlir::Value condition, mlir::Value yes, mlir::Value no);
  /// Compares by a signed predicate, or its unsigned or floating counterpart. NaN is unequal to all
  /// and orders with none.
  mlir::Value compare(mlir::arith::CmpIPredicate predicate, mlir::Value a, mlir::Value b,
                      bool isUnsigned);

  /// The value in the type that sums and transcendental functions use: f32 for f16 and bf16.
  mlir::Value widen(mlir::Value value);
  /// Conversion as the standard's Cast: to bool by comparing with 0; a float beyond an integer's
  /// range gives its nearest end, and NaN gives 0.
  mlir::Value convert(mlir::Value value, mlir::Type type, bool fromUnsigned = false,
                      bool toUnsigned = false);
  /// An f64 as an f32 that remembers whether it is inexact: then its last bit is set. Rounding it
  /// further gives what rounding the f64 would.
  mlir::Value narrowToOdd(mlir::Value value);
  /// A position on a dimension of `extent` from an integer that counts from the end when negative;
  /// always in bounds.
  mlir::Value boundedIndex(mlir::Value value, int64_t extent);

protected:
  mlir::OpBuilder &builder;
  mlir::Location loc;

private:
  mlir::Value floatToInteger(mlir::Value value, mlir::IntegerType type, bool toUnsigned);
};

/// f32 for f16 and bf16, otherwise the type itself.
mlir::Type getWideType(mlir::Type type);

/// The number `value` of a float or integer type.
mlir::TypedAttr getNumberAttr(mlir::Type type, double value);

/// Least or greatest value of a type, infinities for floats.
mlir::TypedAttr getLowestAttr(mlir::Type type, bool isUnsigned);
mlir::TypedAttr getHighestAttr(mlir::Type type, bool isUnsigned);

} // namespace fovea::lower

#endif // FOVEA_PASSES_LOWER_SCALARS_H
