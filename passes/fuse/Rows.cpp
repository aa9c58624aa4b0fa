// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/fuse/Rows.h"

#include "passes/fuse/IndexMaps.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace fovea;

/// The loops of extent above 1 that a map selects, in order; nothing when it is not a selection.
static std::optional<SmallVector<unsigned>> getSelectedLoops(AffineMap map,
                                                             ArrayRef<int64_t> extents) {
  if (!isSelection(map))
    return std::nullopt;
  SmallVector<unsigned> loops;
  for (AffineExpr expr : map.getResults())
    if (auto dim = dyn_cast<AffineDimExpr>(expr); dim && extents[dim.getPosition()] != 1)
      loops.push_back(dim.getPosition());
  return loops;
}

static bool isReductionLoop(linalg::GenericOp op, unsigned loop) {
  return op.getIteratorTypesArray()[loop] == utils::IteratorType::reduction;
}

std::optional<RowDomain> RowDomain::get(linalg::GenericOp reduction) {
  SmallVector<int64_t> loopExtents = reduction.getStaticLoopRanges();
  if (reduction.getNumDpsInputs() == 0 || ShapedType::isDynamicShape(loopExtents))
    return std::nullopt;
  auto loops = getSelectedLoops(reduction.getIndexingMapsArray()[0], loopExtents);
  if (!loops)
    return std::nullopt;
  RowDomain domain;
  for (unsigned loop : *loops) {
    domain.extents.push_back(loopExtents[loop]);
    domain.reduced.push_back(isReductionLoop(reduction, loop));
  }
  if (!domain.add(reduction))
    return std::nullopt;
  return domain;
}

bool RowDomain::isTrailing() const {
  return llvm::is_sorted(reduced); // false sorts before true
}

std::optional<RowDomain::Shape> RowDomain::match(linalg::GenericOp op) const {
  SmallVector<int64_t> loopExtents = op.getStaticLoopRanges();
  if (ShapedType::isDynamicShape(loopExtents))
    return std::nullopt;
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  bool isReduction = op.getNumReductionLoops() != 0;
  if (isReduction && op.getNumDpsInputs() == 0)
    return std::nullopt;
  AffineMap defining = isReduction ? maps[0] : maps[op.getNumDpsInputs()];
  auto loops = getSelectedLoops(defining, loopExtents);
  unsigned significant = llvm::count_if(loopExtents, [](int64_t extent) { return extent != 1; });
  if (!loops || loops->size() != significant)
    return std::nullopt;
  SmallVector<int64_t> own, rows;
  for (unsigned loop : *loops)
    own.push_back(loopExtents[loop]);
  for (auto [extent, isReduced] : llvm::zip_equal(extents, reduced))
    if (!isReduced)
      rows.push_back(extent);
  Shape shape{*loops, own == extents};
  if (!shape.full && own != rows)
    return std::nullopt;
  if (!isReduction)
    return shape;
  if (!shape.full)
    return std::nullopt;
  for (auto [loop, isReduced] : llvm::zip_equal(*loops, reduced))
    if (isReductionLoop(op, loop) != isReduced)
      return std::nullopt;
  return shape;
}

bool RowDomain::readsAs(AffineMap map, ArrayRef<int64_t> opExtents, const Shape &shape,
                        bool full) const {
  auto loops = getSelectedLoops(map, opExtents);
  if (!loops || (full && !shape.full))
    return false;
  if (full || !shape.full)
    return *loops == shape.loops;
  SmallVector<unsigned> rows;
  for (auto [loop, isReduced] : llvm::zip_equal(shape.loops, reduced))
    if (!isReduced)
      rows.push_back(loop);
  return *loops == rows;
}

bool RowDomain::agreesWithUse(linalg::GenericOp op, OpOperand &use) const {
  auto role = isFull.find(use.get().getDefiningOp());
  std::optional<Shape> shape = match(op);
  return shape && role != isFull.end() &&
         readsAs(op.getMatchingIndexingMap(&use), op.getStaticLoopRanges(), *shape, role->second);
}

bool RowDomain::add(linalg::GenericOp op) {
  std::optional<Shape> shape = match(op);
  if (!shape)
    return false;
  bool isReduction = op.getNumReductionLoops() != 0;
  SmallVector<int64_t> loopExtents = op.getStaticLoopRanges();
  for (OpOperand *input : op.getDpsInputOperands())
    if (isFull.contains(input->get().getDefiningOp()) && !agreesWithUse(op, *input))
      return false;
  bool resultFull = shape->full && !isReduction;
  for (OpOperand &init : op.getDpsInitsMutable())
    if (!readsAs(op.getMatchingIndexingMap(&init), loopExtents, *shape, resultFull))
      return false;
  isFull[op] = resultFull;
  return true;
}
