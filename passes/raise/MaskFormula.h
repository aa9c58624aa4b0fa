// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a mask's tensor holds, as formulas over (b, h, i, j): conditions on indices, elements of
// tensors that are data, and their combinations.

#ifndef FOVEA_PASSES_RAISE_MASKFORMULA_H
#define FOVEA_PASSES_RAISE_MASKFORMULA_H

#include "dialects/attn/Mask.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/Value.h"

#include "llvm/ADT/STLFunctionalExtras.h"

#include <memory>
#include <optional>

namespace fovea::raise {

/// An element of a tensor that is not known at compile time; `map` goes from (b, h, i, j) to its
/// indices.
struct DataElement {
  mlir::Value tensor;
  mlir::AffineMap map;
};

/// An integer: an expression of the indices plus multiples of integer elements.
struct IndexNumber {
  mlir::AffineExpr expr;
  llvm::SmallVector<std::pair<DataElement, int64_t>, 1> data = {};

  bool isConstant() const { return data.empty() && mlir::isa<mlir::AffineConstantExpr>(expr); }
};

struct Formula;
using FormulaRef = std::shared_ptr<const Formula>;

/// A truth value; negations stand at its leaves.
struct Formula {
  enum class Kind { True, False, Condition, Data, And, Or };
  Kind kind = Kind::True;
  /// Condition: `number >= 0`, or `number == 0`.
  IndexNumber number = {};
  bool isEquality = false;
  /// Data: a bool element, or its negation.
  DataElement element = {};
  bool isNegated = false;
  /// And, Or.
  FormulaRef left = {}, right = {};
};

FormulaRef makeTruth(bool truth);
FormulaRef makeCondition(IndexNumber number, bool isEquality);
FormulaRef makeData(DataElement element);
FormulaRef makeAnd(FormulaRef a, FormulaRef b);
FormulaRef makeOr(FormulaRef a, FormulaRef b);
FormulaRef makeNot(const FormulaRef &formula);

/// The condition that a mask states, with (b, h, i, j) replaced by `dims`.
FormulaRef makeFormula(attn::MaskAttr mask, llvm::ArrayRef<mlir::AffineExpr> dims);

/// Whether the formula has a condition on indices.
bool hasIndices(const FormulaRef &formula);

/// The number of divisions in the formula's conditions.
unsigned countDivisions(const FormulaRef &formula);

/// The mask of a formula without data; null when it has data, or takes too many sets.
attn::MaskAttr getMask(const FormulaRef &formula, mlir::MLIRContext *context);

/// `formula` as a mask and a rest, both of which must hold: the conjuncts that are conditions on
/// indices alone, and the others.
struct SplitFormula {
  attn::MaskAttr mask;
  FormulaRef rest;
};
SplitFormula splitFormula(const FormulaRef &formula, mlir::MLIRContext *context);

struct MaskNumber;
using MaskNumberRef = std::shared_ptr<const MaskNumber>;

/// A number of a mask or bias.
struct MaskNumber {
  enum class Kind { Constant, Index, Choice, Data, Sum };
  Kind kind = Kind::Constant;
  double constant = 0.0;
  IndexNumber index = {};
  /// Choice: `left` where the condition holds, `right` elsewhere.
  FormulaRef condition = {};
  /// Choice, Sum.
  MaskNumberRef left = {}, right = {};
  /// Data.
  DataElement element = {};
};

MaskNumberRef makeConstant(double number);
MaskNumberRef makeIndex(IndexNumber number);
MaskNumberRef makeChoice(FormulaRef condition, MaskNumberRef left, MaskNumberRef right);
MaskNumberRef makeData(DataElement element, bool isInteger);
MaskNumberRef makeSum(MaskNumberRef left, MaskNumberRef right);

bool hasIndices(const MaskNumberRef &number);

/// Whether the element is one of a matrix of queries and keys.
bool isMatrixElement(llvm::ArrayRef<mlir::AffineExpr> indices);
/// Whether an element of such a matrix is data of the formula or number.
bool readsMatrix(const FormulaRef &formula);
bool readsMatrix(const MaskNumberRef &number);

unsigned countDivisions(const MaskNumberRef &number);

/// Where a number made of constants and choices satisfies `holds`; null for other numbers.
FormulaRef getTruth(const MaskNumberRef &number, llvm::function_ref<bool(double)> holds);

/// The number with every constant in it mapped; null when something else is in it.
MaskNumberRef mapConstants(const MaskNumberRef &number, llvm::function_ref<double(double)> map);

/// The least and greatest constant of a number made of constants and choices.
std::optional<std::pair<double, double>> getConstantRange(const MaskNumberRef &number);

} // namespace fovea::raise

#endif // FOVEA_PASSES_RAISE_MASKFORMULA_H
