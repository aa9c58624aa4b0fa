// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Schedule of a product: how its sum is cut, and which loops are registers, lanes, blocks and
// tasks.

#include "compiler/codegen/halide/GemmStage.h"

using namespace mlir;
namespace H = Halide;

namespace fovea::codegen::halide {

/// Products added one after another before their sum joins the others. The error of a sum grows
/// with its length, and that of a sum of sums with the longer of the two.
/// A tile of a few vectors leaves the time for more blocks, and a few results leave nothing to
/// even out their errors.
static constexpr int64_t longestSum = 256, longestSumOfSmallTile = 32, smallTile = 4;
/// Elements of weights that half of a second-level cache holds.
static constexpr int64_t streamedWeights = 1 << 17;
/// Cuts a sum over `ranges`, innermost first, into blocks of at most `longestSum` terms: some of
/// the inner loops, and a divisor of the next. A sum that nothing divides stays whole.
ContractionStage::SumBlocks ContractionStage::cutSum(const std::vector<H::Range> &ranges) const {
  const int64_t longest = mr * nr <= smallTile * vec ? longestSumOfSmallTile : longestSum;
  SumBlocks sums;
  int64_t terms = 1, cut = 1;
  size_t number = 0;
  auto extent = [&](size_t n) { return *H::Internal::as_const_int(ranges[n].extent); };
  for (; number < ranges.size() && terms * extent(number) <= longest; ++number)
    terms *= extent(number);
  if (number < ranges.size())
    for (int64_t divisor = 1; terms * divisor <= longest; ++divisor)
      if (extent(number) % divisor == 0)
        cut = divisor;
  if (number == ranges.size() || terms * cut < longest / 8) {
    sums.inner = H::RDom(ranges, "k");
    for (size_t n = 0; n < ranges.size(); ++n)
      sums.terms.push_back(sums.inner[n]);
    return sums;
  }
  std::vector<H::Range> inner(ranges.begin(), ranges.begin() + number), blocks;
  inner.emplace_back(0, int32_t(cut));
  blocks.emplace_back(0, int32_t(extent(number) / cut));
  blocks.insert(blocks.end(), ranges.begin() + number + 1, ranges.end());
  sums.inner = H::RDom(inner, "k");
  sums.blocks = H::RDom(blocks, "kb");
  for (size_t n = 0; n < number; ++n)
    sums.terms.push_back(sums.inner[n]);
  for (size_t n = 0; n < blocks.size(); ++n)
    sums.blockVars.emplace_back("kb" + std::to_string(n));
  sums.terms.push_back(sums.blockVars[0] * int32_t(cut) + sums.inner[number]);
  sums.terms.insert(sums.terms.end(), sums.blockVars.begin() + 1, sums.blockVars.end());
  return sums;
}

void ContractionStage::schedule(H::Func out, H::Func acc, std::optional<H::Func> part,
                                const SumBlocks &sums, std::optional<H::Func> pack) {
  const int64_t panels = llvm::divideCeil(columns, nr), wanted = plan.schedule("gemm", "tasks", 8),
                tiles = panels * batch;
  int64_t block =
      plan.schedule("gemm", "mb", plan.schedule("conv", "mb", rows > 4096 ? 1536 : rows));
  const bool parallel = rows * columns * depth * batch > (1 << 19);
  if (parallel && tiles * int64_t(llvm::divideCeil(rows, block)) < wanted)
    block = llvm::divideCeil(rows, llvm::divideCeil(wanted, tiles));
  block = llvm::alignTo(block, mr);
  const bool blocked = block < rows;

  auto tail = [](bool exact) {
    return exact ? H::TailStrategy::RoundUp : H::TailStrategy::GuardWithIf;
  };
  out.split(x, xo, xi, nr, tail(columns % nr == 0));
  if (blocked)
    out.split(y, yb, y, int32_t(block), tail(rows % block == 0));
  out.split(y, yo, yi, mr, tail(rows % mr == 0));
  // Panels that serve a whole batch are packed once: the batch goes inside them, or they are packed
  // before everything.
  const bool shared = pack && packVars.empty() && batch > 1;
  // Weights that a core's cache cannot hold are read once, panel by panel; each panel meets all
  // rows of the image.
  const bool streamed = !pack && rowsAround && depth * columns > streamedWeights;
  const bool inside = (shared && panels >= wanted) || streamed;
  std::vector<H::VarOrRVar> order = {xi, yi, yo};
  if (!inside)
    order.push_back(xo);
  if (blocked)
    order.push_back(yb);
  order.insert(order.end(), outerVars.begin(), outerVars.end());
  if (inside)
    order.push_back(xo);
  out.reorder(order).vectorize(xi, vec).unroll(xi).unroll(yi);
  // All outer loops are one loop of tasks.
  H::Var task = inside && !streamed ? xo : H::Var(order[3].name());
  for (size_t i = 4; i < order.size() && (!inside || streamed); ++i) {
    H::Var fused("task" + std::to_string(i));
    out.fuse(task, H::Var(order[i].name()), fused);
    task = fused;
  }
  if (parallel)
    out.parallel(task);

  auto tile = [&](H::Func sum, const H::RDom &loops) {
    sum.bound_extent(xi, nr).bound_extent(y, mr);
    // Behind fused loops Halide does not see that a tile lies in one panel and one image.
    sum.bound_extent(xo, 1);
    for (const H::Var &outer : outerVars)
      sum.bound_extent(outer, 1);
    sum.vectorize(xi, vec).unroll(xi).unroll(y);
    std::vector<H::VarOrRVar> inner = {xi, y};
    // A sum of one product has no loop.
    for (int number = 0; number < loops.dimensions() && !roles.sum.empty(); ++number)
      inner.push_back(loops[number]);
    sum.update().reorder(inner).vectorize(xi, vec).unroll(xi).unroll(y);
  };
  acc.compute_at(out, yo);
  tile(acc, part ? *sums.blocks : sums.inner);
  if (part) {
    part->compute_at(acc, (*sums.blocks)[0]);
    tile(*part, sums.inner);
  }
  if (!pack)
    return;
  if (!inside && (shared || blocked)) {
    pack->compute_root();
    if (parallel)
      pack->parallel(xo);
  } else {
    // A task is one panel of one image, which Halide does not see behind fused loops.
    pack->compute_at(out, task).bound_extent(xo, 1);
    for (const H::Var &outer : packVars)
      pack->bound_extent(outer, 1);
  }
}

} // namespace fovea::codegen::halide
