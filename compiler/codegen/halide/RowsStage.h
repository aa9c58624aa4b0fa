// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reductions over rows as one stage: what RowsAnalysis.cpp finds and Rows.cpp defines and
// schedules.

#ifndef FOVEA_COMPILER_CODEGEN_HALIDE_ROWSSTAGE_H
#define FOVEA_COMPILER_CODEGEN_HALIDE_ROWSSTAGE_H

#include "compiler/codegen/halide/Plan.h"

#include "llvm/ADT/MapVector.h"

namespace fovea::codegen::halide {

/// A reduction of the stage: its loops in terms of the stage's, its sums as dimensions of their
/// own.
struct Part {
  mlir::linalg::GenericOp op;
  Reduction reduction;
  Indices indices; // of its result
  Indices loops;
  llvm::SmallVector<unsigned> dims;   // of the sums, longer than 1
  llvm::SmallVector<unsigned> groups; // of the sums, outermost first
};

/// An elementwise value that several ops of the stage read, perhaps worth a buffer of one row.
struct Kept {
  mlir::linalg::GenericOp op;
  llvm::SmallVector<Indices> reads;
  llvm::SmallVector<unsigned> columnDims; // tensor dimensions that are not the row
  int64_t columns = 1;
};

class RowsStage {
public:
  RowsStage(Plan &plan, const Domain &domain, llvm::ArrayRef<mlir::linalg::GenericOp> reductions)
      : plan(plan), domain(domain), reductions(reductions),
        translator(plan.stagePrefix(), domain.op->getContext(), plan.getStorage()),
        space(translator.space), vec(plan.getTarget().vectorWidth()) {}
  bool emit();

private:
  bool analyse();
  bool groupLoops(unsigned own);
  Halide::Expr visit(mlir::linalg::GenericOp op, IndicesRef indices);
  void findKept();
  bool decideKept(Kept &value);
  bool sumsRunAcross();
  Halide::Expr columnOf(const Kept &value, IndicesRef indices);
  void define(const Kept &value, unsigned number);
  void define(Part &part, unsigned number);
  Halide::Func defineLanes(Part &part, const std::string &name, Halide::Expr init, int64_t length,
                           int32_t lanes);
  Halide::Func halve(Part &part, Halide::Func from, int32_t lanes, const std::string &name);
  Halide::RDom sumDomain(const Part &part, int32_t inner, const std::string &name);
  Halide::Expr element(const Part &part, Halide::Expr position);
  Halide::Expr combined(const Part &part, Halide::Expr a, Halide::Expr b);
  void schedule(Halide::Func out, std::vector<Halide::Var> columns);

  Plan &plan;
  const Domain &domain;
  llvm::ArrayRef<mlir::linalg::GenericOp> reductions;
  Translator translator;
  Space &space;
  const int32_t vec;
  Indices loops;
  llvm::SmallVector<mlir::AffineExpr> accesses;
  llvm::MapVector<mlir::Operation *, Part> parts;
  llvm::MapVector<mlir::Operation *, Kept> kept;
  llvm::SmallVector<unsigned> groups;    // of the result's loops, innermost first
  llvm::SmallVector<unsigned> rowGroups; // those that reductions depend on
  std::vector<Halide::Var> rowVars;
  std::vector<Halide::Func> rowFuncs; // everything that is computed once per row
  bool across = false;                // a row per lane
  bool consistent = true;
};

/// Whether the op's body holds an elementary function.
bool isExpensive(mlir::linalg::GenericOp op);

} // namespace fovea::codegen::halide

#endif // FOVEA_COMPILER_CODEGEN_HALIDE_ROWSSTAGE_H
