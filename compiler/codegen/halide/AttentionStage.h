// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attention as one stage: what Attention.cpp defines and AttentionSchedule.cpp schedules.

#ifndef FOVEA_COMPILER_CODEGEN_HALIDE_ATTENTIONSTAGE_H
#define FOVEA_COMPILER_CODEGEN_HALIDE_ATTENTIONSTAGE_H

#include "compiler/codegen/halide/Plan.h"

namespace fovea::codegen::halide {

/// The keys that one set of the mask shows to a strip: firstKey(yb, h, b) <= key <= lastKey(yb, h,
/// b).
struct VisibleKeys {
  std::optional<Halide::Func> firstKey, lastKey;
};

class AttentionStage {
public:
  AttentionStage(Plan &plan, attn::AttentionOp op, const Domain &domain)
      : plan(plan), op(op), domain(domain),
        translator(plan.stagePrefix(), op.getContext(), plan.getStorage()),
        space(translator.space) {}
  void emit();

private:
  using Dim = attn::AttentionOp::Dim;
  void makeSpace();
  void chooseTile();
  Halide::Expr read(mlir::Value value, mlir::AffineMap map);
  void bind(Dim dim, Halide::Expr value);
  Halide::Expr tabulate(mlir::AffineExpr part);
  Halide::Expr yielded(mlir::Value number, Halide::Expr product, Halide::Expr key);
  Halide::Expr score(Halide::Expr product, Halide::Expr key, bool mayPassEnd);
  Halide::Expr seen(Halide::Expr key);
  void defineVisibleKeys();
  void trimKeys(Halide::RDom &domain, Halide::Expr block, int32_t width);
  std::vector<Halide::Expr> strip(std::initializer_list<Halide::Expr> inner);
  std::vector<Halide::Var> stripVars(std::initializer_list<Halide::Var> inner);
  mlir::AffineExpr keyAddress();
  Halide::Expr keyElement(Halide::Expr key);
  Halide::Func definePack(bool tail);
  void defineScores();
  Halide::Func overLanes(Halide::Func lanes, const std::string &name,
                         std::function<Halide::Expr(Halide::Expr, Halide::Expr)> combine);
  void defineSoftmax();
  void defineOutput();
  bool isScatter() const { return outLoops.front().is_rvar; }
  void scheduleOutput();
  void schedulePacks();
  void scheduleScores();
  void scheduleSoftmax();

  Plan &plan;
  attn::AttentionOp op;
  const Domain &domain;
  Translator translator;
  Space &space;
  Indices dims;                                     // of the op's domain
  llvm::SmallVector<std::optional<unsigned>> group; // of each dimension; none when its extent is 1
  int32_t queries = 1, keys = 1, depth = 1, width = 1;
  int32_t vec = 16, rows = 6, tileRows = 6, panel = 64, tile = 64;
  int32_t wholePanels = 0, tailVectors = 0, paddedKeys = 0;
  bool plain = true;    // the score region does nothing
  bool indexed = false; // the score region looks at b, h, i or j

  Halide::Var x{"x"}, i{"i"}, h{"h"}, b{"b"}, yi{"yi"}, yb{"yb"}, j{"j"}, ji{"ji"}, jo{"jo"},
      d{"d"}, v{"v"};
  Halide::Var tileRow{"tr"};
  /// Of `out`: columns, rows, heads, batch; of a scatter: column and row in the tile, tiles,
  /// strips, heads, batch.
  std::vector<Halide::VarOrRVar> outLoops;
  std::optional<Halide::VarOrRVar> stripLoop, task;
  Halide::Func scores, top, powers, inverse, weighted, result, out;
  std::vector<VisibleKeys> visibleKeys;
  std::optional<Halide::Func> keyRows; // K as rows, where its own lie apart unevenly
  std::vector<std::pair<mlir::AffineExpr, Halide::Func>> tables;
  std::vector<Halide::Func> packs, products; // whole panels, then the tail
  std::vector<Halide::RVar> scoreTiles, scorePanels;
  std::vector<Halide::Func> laneFuncs, treeFuncs;
  std::vector<Halide::RVar> laneSteps;
  Halide::RVar powerLane, powerStep, regionLane, regionStep, weightedKey, productDepth;
};

} // namespace fovea::codegen::halide

#endif // FOVEA_COMPILER_CODEGEN_HALIDE_ATTENTIONSTAGE_H
