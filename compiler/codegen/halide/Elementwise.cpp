// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Schedule of elementwise stages: the contiguous dimension of the result in vectors, outer
// dimensions in parallel tasks of a fixed size. Schedule `ew`: vec (lanes), unroll (vectors at
// once), task (elements per task).

#include "compiler/codegen/halide/Plan.h"

using namespace mlir;
namespace H = Halide;

namespace fovea::codegen::halide {

/// Elements that lie side by side and are too few for a vector: four are a small one.
static constexpr int64_t maxFew = 3;

void emitElementwise(Plan &plan, const Domain &domain) {
  Translator translator(plan.stagePrefix(), domain.op->getContext(), plan.getStorage());
  Space &space = translator.space;
  Indices loops;
  for (int64_t extent : domain.extents)
    loops.push_back(space.addDim(extent));

  // Outermost first by the address that is written.
  SmallVector<AffineExpr> accesses = {domain.address};
  translator.accesses = &accesses;
  domain.element(translator, loops);
  translator.accesses = nullptr;
  translator.clear();
  std::optional<Linear> address = space.linear(domain.address);
  if (!address)
    throw Refusal{domain.op, "the result's layout is not linear in the loops"};
  SmallVector<unsigned> order = llvm::to_vector(llvm::seq<unsigned>(0, domain.extents.size()));
  llvm::sort(order, [&](unsigned a, unsigned b) {
    return std::pair(-address->coefficients[a], a) < std::pair(-address->coefficients[b], b);
  });
  SmallVector<unsigned> groups = space.group(order, accesses);
  std::reverse(groups.begin(), groups.end()); // innermost first, as Halide counts

  std::vector<H::Var> vars;
  for (auto [number, group] : llvm::enumerate(groups)) {
    vars.emplace_back("x" + std::to_string(number));
    space.bind(group, vars.back());
  }
  H::Func out(translator.name("out"));
  out(vars) = toStorage(domain.element(translator, loops), domain.elementType);

  if (!groups.empty()) {
    int64_t total = 1;
    for (unsigned group : groups)
      total *= space.getGroup(group).extent;
    const int64_t vec = plan.schedule("ew", "vec", plan.getTarget().vectorWidth()),
                  unroll = plan.schedule("ew", "unroll", 4),
                  task = plan.schedule("ew", "task", 16384);
    // The elements of a few, side by side, are written out, and the dimension around them is the
    // vectors'.
    auto extentOf = [&](unsigned n) { return space.getGroup(groups[n]).extent; };
    const bool isFew = groups.size() > 1 && extentOf(0) <= maxFew && extentOf(1) > extentOf(0);
    if (isFew)
      out.unroll(vars[0]);
    const int64_t inner = extentOf(isFew), row = isFew ? inner * extentOf(0) : inner;
    // Outer loops as one, then tasks.
    std::vector<H::Var> outer(vars.begin() + 1 + isFew, vars.end());
    const bool parallel = total > 4 * task;
    H::Var x = vars[isFew], lane("lane"), vector("vector"), rest("rest"), tasks("tasks"),
           within("within");
    if (parallel) {
      if (outer.empty()) {
        out.split(x, tasks, x, int32_t(llvm::alignTo(task * inner / row, vec * unroll)),
                  H::TailStrategy::GuardWithIf)
            .parallel(tasks);
      } else {
        H::Var all = outer.front();
        for (size_t i = 1; i < outer.size(); ++i) {
          H::Var fused("rows" + std::to_string(i));
          out.fuse(all, outer[i], fused);
          all = fused;
        }
        int64_t rows = std::max<int64_t>(1, task / row);
        if (rows >= total / row)
          out.parallel(all);
        else
          out.split(all, tasks, within, int32_t(rows), H::TailStrategy::GuardWithIf)
              .parallel(tasks);
      }
    }
    if (inner < vec) {
      out.vectorize(x);
    } else {
      out.split(x, x, lane, int32_t(vec), H::TailStrategy::GuardWithIf).vectorize(lane);
      if (inner >= vec * unroll && !isFew)
        out.unroll(x, int32_t(unroll), H::TailStrategy::GuardWithIf);
    }
  }
  plan.finish(translator, out, domain, groups);
}

} // namespace fovea::codegen::halide
