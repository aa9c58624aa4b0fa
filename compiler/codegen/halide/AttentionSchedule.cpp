// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Schedule of attention: which loops of a strip are registers, lanes and tasks. Tile shapes are
// chosen in Attention.cpp.

#include "compiler/codegen/halide/AttentionStage.h"

using namespace mlir;
namespace H = Halide;
using H::Expr;

namespace fovea::codegen::halide {

static void vectorizeColumns(H::Stage stage, H::VarOrRVar x, int32_t width, int32_t vec) {
  if (width < vec) {
    stage.vectorize(x);
    return;
  }
  stage.vectorize(x, vec, H::TailStrategy::GuardWithIf).unroll(x);
}

void AttentionStage::scheduleOutput() {
  const int64_t heads = op.getDomain()[Dim::B] * op.getDomain()[Dim::H];
  const int32_t stripCount = llvm::divideCeil(queries, rows);
  const bool parallel = heads * queries * keys * (depth + width) > (1 << 19);
  int32_t perTask = stripCount;
  int64_t wanted = plan.schedule("attention", "tasks", 8);
  if (parallel && heads < wanted)
    perTask = llvm::divideCeil(stripCount, llvm::divideCeil(wanted, heads));
  // The loops of a scatter stay in their order, which is the one wanted.
  H::Stage stage = isScatter() ? out.update().allow_race_conditions() : H::Stage(out);
  auto newLoop = [&](const char *name) {
    return isScatter() ? H::VarOrRVar(H::RVar(name)) : H::VarOrRVar(H::Var(name));
  };
  H::VarOrRVar column = outLoops[0], row = newLoop("yi"), tileColumn = newLoop("tc"),
               strip = newLoop("yb"), strips = newLoop("strips"), heads1 = newLoop("heads"),
               all = newLoop("all");
  auto tail = [&](bool exact) {
    return exact && !isScatter() ? H::TailStrategy::RoundUp : H::TailStrategy::GuardWithIf;
  };
  if (isScatter()) {
    row = outLoops[1];
    tileColumn = outLoops[2];
    strip = outLoops[3];
  } else {
    stage.split(outLoops[1], strip, row, rows, tail(queries % rows == 0))
        .split(column, tileColumn, column, tile, tail(width % tile == 0));
  }
  stage.split(strip, strips, strip, perTask, tail(stripCount % perTask == 0));
  H::VarOrRVar head = outLoops[outLoops.size() - 2], batch = outLoops.back();
  if (!isScatter())
    stage.reorder({column, row, tileColumn, strip, strips, head, batch});
  vectorizeColumns(stage, column, tile, vec);
  stage.unroll(row);
  stage.fuse(strips, head, heads1).fuse(heads1, batch, all);
  if (parallel)
    stage.parallel(all);
  task = all;
  stripLoop = strip;
  if (rows == tileRows) {
    weighted.compute_at(H::LoopLevel(out, tileColumn));
  } else {
    result.compute_at(H::LoopLevel(out, tileColumn))
        .bound_extent(x, tile)
        .bound_extent(yi, rows)
        .bound_extent(yb, 1);
    vectorizeColumns(result, x, tile, vec);
    result.split(yi, tileRow, yi, tileRows, H::TailStrategy::RoundUp)
        .reorder({x, yi, tileRow, yb, h, b})
        .unroll(yi);
    weighted.compute_at(result, tileRow);
  }
  weighted.bound_extent(x, tile).bound_extent(yi, tileRows).bound_extent(yb, 1);
  vectorizeColumns(weighted, x, tile, vec);
  weighted.unroll(yi);
  weighted.update().reorder(x, yi, weightedKey);
  vectorizeColumns(weighted.update(), x, tile, vec);
  weighted.update().unroll(yi);
}

void AttentionStage::schedulePacks() {
  // Keys that are contiguous are copied; else squares are transposed in registers.
  AffineExpr address = keyAddress();
  const bool contiguous =
      address && group[Dim::J] && space.coefficient(address, *group[Dim::J]) == 1;
  // A mask trims what a strip reads; memory is for all keys, so that its size is constant.
  if (keyRows)
    keyRows->compute_at(H::LoopLevel(out, *task))
        .bound(j, 0, keys)
        .vectorize(d, vec, H::TailStrategy::GuardWithIf);
  for (auto [number, pack] : llvm::enumerate(packs)) {
    bool tail = number + 1 == packs.size() && tailVectors;
    pack.compute_at(H::LoopLevel(out, *task))
        .bound_extent(ji, tail ? tailVectors * vec : panel)
        .bound(jo, tail ? wholePanels : 0, tail ? 1 : wholePanels);
    if (contiguous || depth < vec) {
      pack.vectorize(ji, vec);
      continue;
    }
    H::Var lane("lane"), row("row"), block("block");
    pack.split(ji, ji, lane, vec).split(d, block, row, vec, H::TailStrategy::GuardWithIf);
    pack.reorder({lane, row, block, ji, jo}).vectorize(lane);
    if (depth % vec == 0)
      pack.unroll(row);
  }
}

void AttentionStage::scheduleScores() {
  const int64_t bytes = int64_t(rows) * paddedKeys * 4;
  for (H::Func *func : {&scores, &powers}) {
    func->compute_at(H::LoopLevel(out, *stripLoop))
        .bound_extent(j, paddedKeys)
        .bound_extent(yi, rows)
        .bound_extent(yb, 1);
    func->store_in(bytes <= 64 * 1024 ? H::MemoryType::Stack : H::MemoryType::Heap);
    // Rows at multiples of 1 KiB fight for the same lines of the first-level cache.
    if (paddedKeys % 256 == 0)
      func->align_storage(j, paddedKeys + 16);
  }
  for (size_t number = 0; number < products.size(); ++number) {
    H::Var so("so"), si("si");
    H::Stage stage = scores.update(number).allow_race_conditions();
    stage.split(yi, so, si, tileRows, H::TailStrategy::RoundUp);
    stage.reorder({scoreTiles[number], si, so, scorePanels[number]});
    stage.vectorize(scoreTiles[number], vec).unroll(scoreTiles[number]).unroll(si);
    H::Func product = products[number];
    bool tail = number + 1 == products.size() && tailVectors;
    product.compute_at(scores, so)
        .bound_extent(ji, tail ? tailVectors * vec : panel)
        .bound_extent(yi, tileRows)
        .bound_extent(yb, 1);
    product.vectorize(ji, vec).unroll(ji).unroll(yi);
    std::vector<H::VarOrRVar> order = {ji, yi};
    product.update()
        .reorder(ji, yi, H::RVar(product.rvars(0)[0]))
        .vectorize(ji, vec)
        .unroll(ji)
        .unroll(yi);
  }
}

void AttentionStage::scheduleSoftmax() {
  if (indexed)
    scores.update(scores.num_update_definitions() - 1)
        .allow_race_conditions()
        .reorder({regionLane, regionStep, yi})
        .vectorize(regionLane);
  for (size_t number = 0; number < laneFuncs.size(); ++number) {
    H::Func func = laneFuncs[number];
    func.compute_at(H::LoopLevel(out, *stripLoop))
        .bound_extent(v, vec)
        .bound_extent(yi, rows)
        .bound_extent(yb, 1)
        .vectorize(v)
        .unroll(yi);
    func.update().reorder(v, yi, laneSteps[number]).vectorize(v).unroll(yi);
  }
  for (H::Func func : treeFuncs)
    func.compute_at(H::LoopLevel(out, *stripLoop))
        .bound_extent(yi, rows)
        .bound_extent(yb, 1)
        .vectorize(v)
        .unroll(yi);
  for (VisibleKeys &bounds : visibleKeys)
    for (std::optional<H::Func> *func : {&bounds.firstKey, &bounds.lastKey})
      if (*func)
        (*func)
            ->compute_at(H::LoopLevel(out, *stripLoop))
            .bound_extent(yb, 1)
            .bound_extent(h, 1)
            .bound_extent(b, 1);
  for (H::Func *func : {&top, &inverse})
    func->compute_at(H::LoopLevel(out, *stripLoop))
        .bound_extent(yi, rows)
        .bound_extent(yb, 1)
        .unroll(yi);
  powers.update().allow_race_conditions().reorder({powerLane, powerStep, yi}).vectorize(powerLane);
  if (rows % 2 == 0)
    powers.update().unroll(yi, 2);
}

} // namespace fovea::codegen::halide
