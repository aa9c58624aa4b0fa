// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A product as one stage: what Gemm.cpp defines and GemmSchedule.cpp schedules.

#ifndef FOVEA_COMPILER_CODEGEN_HALIDE_GEMMSTAGE_H
#define FOVEA_COMPILER_CODEGEN_HALIDE_GEMMSTAGE_H

#include "compiler/codegen/halide/Plan.h"

namespace fovea::codegen::halide {

/// The loops of a product by what they index: rows (left operand), columns (right operand), both,
/// or the sum.
struct Roles {
  int left = 0, right = 1; // operand numbers: `right` is walked by the vectors
  std::optional<unsigned> row, column;
  llvm::SmallVector<unsigned> outer, sum; // sum: outermost first
};
class ContractionStage {
public:
  ContractionStage(Plan &plan, const Domain &domain, mlir::linalg::GenericOp product)
      : plan(plan), domain(domain), product(product),
        translator(plan.stagePrefix(), product.getContext(), plan.getStorage()),
        space(translator.space) {}
  bool emit();

private:
  bool analyse();
  bool assignRoles();
  mlir::AffineExpr addressOf(unsigned operand, bool &panels);
  Halide::Expr operandExpr(unsigned operand);
  bool isInitZero();
  bool isPerChannel();
  void chooseTile();
  bool mustPack();
  Halide::Func packRight();
  void bindColumn(Halide::Expr panel, Halide::Expr inside);

  /// A sum, or a sum of sums: the terms of one block, the loop over blocks, and for every loop of
  /// the sum its index in both. In a block the blocks' indices are `blockVars`.
  struct SumBlocks {
    Halide::RDom inner;
    std::optional<Halide::RDom> blocks;
    std::vector<Halide::Var> blockVars;
    std::vector<Halide::Expr> terms;
  };
  SumBlocks cutSum(const std::vector<Halide::Range> &ranges) const;
  void schedule(Halide::Func out, Halide::Func acc, std::optional<Halide::Func> part,
                const SumBlocks &sums, std::optional<Halide::Func> pack);

  Plan &plan;
  const Domain &domain;
  mlir::linalg::GenericOp product;
  Translator translator;
  Space &space;
  Indices loops, productLoops;
  llvm::SmallVector<mlir::AffineExpr> accesses;
  llvm::SmallVector<unsigned> parallelGroups, sumGroups;
  Roles roles;
  int64_t rows = 1, columns = 1, depth = 1, batch = 1;
  bool rowsAround = false; // whether the left operand has rows beyond those of the tiles
  int32_t mr = 6, nr = 64, vec = 16,
          width = 0; // width: of the argument's panels, 0 when it has none
  // Of the result: column, row, the others outermost last. Of the accumulator: column in the panel,
  // row, panel, others.
  Halide::Var x{"x"}, y{"y"}, xi{"xi"}, xo{"xo"}, yi{"yi"}, yo{"yo"}, yb{"yb"};
  std::vector<Halide::Var> outerVars, packVars; // packVars: those that the right operand depends on
};

} // namespace fovea::codegen::halide

#endif // FOVEA_COMPILER_CODEGEN_HALIDE_GEMMSTAGE_H
