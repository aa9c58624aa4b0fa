// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From tensors to Halide expressions. A `Translator` belongs to one stage (one Halide pipeline):
// `at(value, indices)` is the element of a tensor of the kernel as an expression; elementwise ops,
// reshapes, slices and pads are composed into it, what lies in memory is loaded through one flat
// one-dimensional parameter per buffer.
//
// Scalars: f16 and bf16 values are carried as f32 that is rounded where the model rounds, `index`
// is Int(32), i1 is Bool (one byte in memory). Errors are thrown as `Refusal` and become
// diagnostics at the border (Compile.cpp).

#ifndef FOVEA_COMPILER_CODEGEN_HALIDE_TRANSLATE_H
#define FOVEA_COMPILER_CODEGEN_HALIDE_TRANSLATE_H

#include "compiler/codegen/Kernel.h"
#include "compiler/codegen/halide/Indices.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include <functional>
#include <map>

namespace fovea::codegen::halide {

using Indices = llvm::SmallVector<mlir::AffineExpr>;
using IndicesRef = llvm::ArrayRef<mlir::AffineExpr>;

/// Why a kernel cannot be translated, and the op at fault.
struct Refusal {
  mlir::Operation *op;
  std::string message;
};

/// A schedule that does not fit its kernel: somebody's mistake, not a limit of Halide.
struct ScheduleFault {
  std::string message;
};

/// A piece of memory that stages share: an argument, a result or scratch memory of the kernel.
struct Buffer {
  enum Kind { Argument, Result, Scratch } kind;
  unsigned index;
  int64_t bytes;
};

/// Where a tensor lies: the flat element address is `map` of its indices, unless it is stored as
/// `panels`.
struct Storage {
  unsigned buffer = 0;
  mlir::AffineMap map;
  kernel::PanelsAttr panels;
};

/// Where the flat index of a panel-encoded matrix is split into panel and column: see
/// `Translator::panelColumn`.
struct PanelColumn {
  unsigned group;
  Halide::Expr panel, column;
};

/// The row-major flat address of a tensor of this shape.
mlir::AffineMap rowMajor(llvm::ArrayRef<int64_t> shape, mlir::MLIRContext *context);

/// The type of a scalar in an expression, and of an element in memory. Refuses what neither can
/// hold.
Halide::Type scalarType(mlir::Type type, mlir::Operation *user);
Halide::Type storageType(mlir::Type type, mlir::Operation *user);
/// An element in memory as a scalar, and back.
Halide::Expr fromStorage(Halide::Expr element, mlir::Type type);
Halide::Expr toStorage(Halide::Expr scalar, mlir::Type type);
/// `value` rounded to what a scalar of `type` can hold.
Halide::Expr roundTo(Halide::Expr value, mlir::Type type);
/// A float or integer attribute as a scalar.
Halide::Expr constantExpr(mlir::Attribute value, mlir::Operation *user);

class Translator {
public:
  /// `prefix` starts the name of everything that Halide sees; it is unique in the process.
  Translator(std::string prefix, mlir::MLIRContext *context,
             const llvm::DenseMap<mlir::Value, Storage> &storage)
      : prefix(std::move(prefix)), space(context), storage(storage) {}

  /// The element of `value` at `indices` (one per tensor dimension, expressions of `space`).
  Halide::Expr at(mlir::Value value, IndicesRef indices);
  /// Result `result` of an elementwise generic at these values of its loops.
  Halide::Expr atLoops(mlir::linalg::GenericOp op, unsigned result, IndicesRef loops);
  /// The loops of `op` at which element `indices` of result `result` is computed; reductions are
  /// left null.
  Indices loopsAt(mlir::linalg::GenericOp op, unsigned result, IndicesRef indices);
  /// What a reduction adds to its accumulator in one iteration: `contribution` of its body at all
  /// its loops.
  Halide::Expr evaluate(mlir::linalg::GenericOp op, mlir::Value scalar, IndicesRef loops);
  /// The scalar value of a region with these values for its arguments.
  Halide::Expr region(mlir::Value yielded, std::map<void *, Halide::Expr> arguments);
  Halide::Expr load(mlir::Value value, IndicesRef indices);
  /// A flat address, with what divides in it tabulated.
  Halide::Expr addressExpr(mlir::AffineExpr address);

  /// Forgets evaluated expressions: call after bindings of the space have changed.
  void clear() { memo.clear(); }
  /// The parameters that have been loaded from, in order of first use.
  const std::vector<Halide::ImageParam> &getParams() const { return params; }
  llvm::ArrayRef<unsigned> getParamBuffers() const { return paramBuffers; }
  std::string name(llvm::StringRef part) const { return prefix + "_" + part.str(); }
  Halide::ImageParam param(unsigned buffer, Halide::Type type);

  std::string prefix;
  Space space;
  /// Values that are computed by a Func of this stage.
  llvm::DenseMap<mlir::Value, std::function<Halide::Expr(IndicesRef)>> computed;
  /// While set, every address that is loaded from is recorded.
  llvm::SmallVector<mlir::AffineExpr> *accesses = nullptr;
  /// While set, the part of an address that divides is what this makes of it.
  std::function<Halide::Expr(mlir::AffineExpr)> tabulate;
  /// While set, a panel matrix indexed by this group alone is addressed by panel and column.
  std::optional<PanelColumn> panelColumn;

private:
  using Scalars = std::map<void *, Halide::Expr>;
  Halide::Expr scalar(mlir::Value value, Scalars &scalars,
                      std::map<void *, mlir::AffineExpr> &affine, IndicesRef loops);
  Halide::Expr uncached(mlir::Value value, IndicesRef indices);
  Halide::Expr gather(mlir::Operation *op, Scalars &scalars,
                      std::map<void *, mlir::AffineExpr> &affine, IndicesRef loops);

  const llvm::DenseMap<mlir::Value, Storage> &storage;
  std::map<std::vector<const void *>, Halide::Expr> memo;
  std::vector<Halide::ImageParam> params;
  llvm::SmallVector<unsigned> paramBuffers;
};

/// One op of a body with these operands. Refuses ops outside the vocabulary. (Scalars.cpp)
Halide::Expr translateScalar(mlir::Operation *op, llvm::ArrayRef<Halide::Expr> operands);

} // namespace fovea::codegen::halide

#endif // FOVEA_COMPILER_CODEGEN_HALIDE_TRANSLATE_H
