// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writes the groups that IslandGrower decides as kernel.island ops. Fills, empty tensors, scalars
// and splats are copied into every island that uses them.

#include "dialects/kernel/Kernel.h"
#include "dialects/onnx/NodeName.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Transforms/RegionUtils.h"
#include "passes/fuse/GrowIslands.h"
#include "passes/fuse/Passes.h"
#include "passes/remarks/RemarkCodes.h"

#include "llvm/ADT/SetVector.h"

#include <set>

namespace fovea {
#define GEN_PASS_DEF_FORMISLANDSPASS
#include "passes/fuse/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;

static remark::RemarkOpts remarkOpts() {
  return remark::RemarkOpts::name("form-islands").category("fuse");
}

/// The name of the ONNX node an op comes from, or the op's own name.
static StringRef getNodeName(Operation *op) {
  return onnx::getNodeName(op->getLoc(), op->getName().getStringRef());
}

static kernel::Anchor getAnchorKind(const IslandGroups &groups, const IslandGrower &grower,
                                    unsigned anchor) {
  switch (groups.getKind(anchor)) {
  case OpKind::Contraction:
    return kernel::Anchor::Contraction;
  case OpKind::Convolution:
    return kernel::Anchor::Convolution;
  case OpKind::Attention:
    return kernel::Anchor::Attention;
  case OpKind::Reduction:
    return grower.isTrailingRows(anchor) ? kernel::Anchor::Rows : kernel::Anchor::Elementwise;
  default:
    return kernel::Anchor::Elementwise;
  }
}

//===----------------------------------------------------------------------===//
// Writing islands
//===----------------------------------------------------------------------===//

namespace {

/// Copies what an island rematerialises in front of its first use inside.
class Rematerializer {
public:
  explicit Rematerializer(OpBuilder &builder) : builder(builder) {}

  /// The island's own copy of a filler, or null for any other value.
  Value get(Value value) {
    Operation *op = value.getDefiningOp();
    if (!op || classify(op) != OpKind::Filler)
      return {};
    Value &copy = copies[value];
    if (copy)
      return copy;
    IRMapping mapping;
    for (Value operand : op->getOperands())
      if (Value inner = get(operand))
        mapping.map(operand, inner);
    Value made = builder.clone(*op, mapping)->getResult(cast<OpResult>(value).getResultNumber());
    return copies[value] = made;
  }

private:
  OpBuilder &builder;
  DenseMap<Value, Value> copies;
};

} // namespace

static void moveIntoIsland(Operation *op, Block *body, Rematerializer &fillers,
                           OpBuilder &builder) {
  builder.setInsertionPointToEnd(body);
  llvm::SetVector<Value> read(op->operand_begin(), op->operand_end());
  getUsedValuesDefinedAbove(op->getRegions(), read);
  IRMapping copies;
  for (Value value : read)
    if (Value copy = fillers.get(value))
      copies.map(value, copy);
  // A filler may have as many uses as there are ops, so its list of uses is not walked.
  op->walk([&](Operation *inner) {
    for (OpOperand &operand : inner->getOpOperands())
      operand.set(copies.lookupOrDefault(operand.get()));
  });
  op->moveBefore(body, body->end());
}

static kernel::IslandOp writeIsland(ArrayRef<Operation *> ops, ArrayRef<Value> results,
                                    Operation *anchor, kernel::Anchor kind, OpBuilder &builder) {
  auto kindAttr = kernel::AnchorAttr::get(builder.getContext(), kind);
  auto island = kernel::IslandOp::create(builder, anchor->getLoc(), TypeRange(ValueRange(results)),
                                         kindAttr, kernel::BackendAttr(), kernel::ScheduleAttr());
  Block *body = &island.getBody().emplaceBlock();
  OpBuilder inner(builder.getContext());
  Rematerializer fillers(inner);
  for (Operation *op : ops)
    moveIntoIsland(op, body, fillers, inner);
  for (auto [result, islandResult] :
       llvm::zip_equal(SmallVector<Value>(results), island.getResults()))
    result.replaceUsesWithIf(
        islandResult, [&](OpOperand &use) { return !island->isProperAncestor(use.getOwner()); });
  inner.setInsertionPointToEnd(body);
  kernel::YieldOp::create(inner, anchor->getLoc(), ValueRange(results));
  return island;
}

/// Representatives of the groups, each after the groups it reads from; of those that are ready the
/// first in the program.
static OpSet sortGroups(const IslandGroups &groups) {
  SmallVector<unsigned> missing(groups.size(), 0);
  auto forEachEdge = [&](unsigned group, llvm::function_ref<void(unsigned)> visit) {
    for (unsigned member : groups.getMembers(group))
      for (unsigned user : groups.getUsers(member))
        if (groups.getGroup(user) != group)
          visit(groups.getGroup(user));
  };
  for (unsigned op = 0; op < groups.size(); ++op)
    if (groups.getGroup(op) == op)
      forEachEdge(op, [&](unsigned next) { ++missing[next]; });
  std::set<unsigned> ready;
  for (unsigned op = 0; op < groups.size(); ++op)
    if (groups.getGroup(op) == op && missing[op] == 0)
      ready.insert(op);
  OpSet order;
  while (!ready.empty()) {
    unsigned group = *ready.begin();
    ready.erase(ready.begin());
    order.push_back(group);
    forEachEdge(group, [&](unsigned next) {
      if (--missing[next] == 0)
        ready.insert(next);
    });
  }
  return order;
}

//===----------------------------------------------------------------------===//
// Remarks
//===----------------------------------------------------------------------===//

static void remarkIsland(kernel::IslandOp island) {
  SmallVector<StringRef> names;
  for (Operation &op : island.getBody().front().without_terminator())
    if (classify(&op) != OpKind::Filler)
      names.push_back(getNodeName(&op));
  remark::analysis(island.getLoc(), remarkOpts()) << remark::add(
      "{0} island of {1} ops: {2}", kernel::stringifyAnchor(island.getAnchor()).str(), names.size(),
      llvm::join(names, ", "));
}

/// Says why an elementwise consumer of a heavy anchor's result stays outside.
static void reportOutside(const IslandGroups &groups, const IslandGrower &grower, unsigned group) {
  unsigned anchor = grower.getAnchor(group);
  if (!isHeavy(groups.getKind(anchor)))
    return;
  const OpSet &members = groups.getMembers(group);
  for (Value value : groups.getEscaping(members)) {
    for (unsigned user : groups.getUsers(value)) {
      auto consumer = dyn_cast<linalg::GenericOp>(groups.getOp(user));
      if (!consumer || llvm::is_contained(members, user) ||
          groups.getKind(user) != OpKind::Elementwise)
        continue;
      // Rows and the prologues of other anchors are where their ops belong.
      if (!groups.isClaimed(user) || groups.getKind(grower.getAnchor(user)) != OpKind::Elementwise)
        continue;
      OpSet extended(members);
      extended.push_back(user);
      StringRef why = "the value is needed outside the island as well";
      if (!groups.isConvex(extended))
        why = "the consumer also needs a value computed outside from this one";
      else
        runsOverOperandsFrom(groups, user, members, &why);
      remarkMissed(RemarkCode::ConsumerOutside, consumer.getLoc(),
                   "'" + getNodeName(consumer) + "' is not computed with '" +
                       getNodeName(groups.getOp(anchor)) + "': " + why);
    }
  }
}

//===----------------------------------------------------------------------===//
// Pass
//===----------------------------------------------------------------------===//

/// A fill that is read as data by something that stays outside has to be computed like anything
/// else.
static void keepReadFills(IslandGroups &groups) {
  for (unsigned op = 0; op < groups.size(); ++op) {
    auto staysOutside = [&](unsigned user) {
      return groups.getKind(user) == OpKind::Reshape || groups.getKind(user) == OpKind::Other;
    };
    if (isa<linalg::FillOp>(groups.getOp(op)) && llvm::any_of(groups.getUsers(op), staysOutside))
      groups.setKind(op, OpKind::Elementwise);
  }
}

/// A splat that the program itself reads, returns or carries through a loop has to be in memory,
/// where a fill writes it: as a weight it would cost as many bytes as it has elements.
static void fillReturnedSplats(Block &block) {
  auto stays = [](OpOperand &use) {
    Operation *user = use.getOwner();
    return isa<func::FuncOp, scf::ForOp, scf::IfOp, scf::WhileOp>(user->getParentOp()) &&
           !user->getParentOfType<kernel::IslandOp>() &&
           (classify(user) == OpKind::Reshape || classify(user) == OpKind::Other);
  };
  for (auto constant : llvm::make_early_inc_range(block.getOps<arith::ConstantOp>())) {
    auto splat = dyn_cast<SplatElementsAttr>(constant.getValue());
    if (!splat || llvm::none_of(constant->getUses(), stays))
      continue;
    OpBuilder builder(&block, std::next(constant->getIterator()));
    Location loc = constant.getLoc();
    Value element =
        arith::ConstantOp::create(builder, loc, cast<TypedAttr>(splat.getSplatValue<Attribute>()));
    Value empty =
        tensor::EmptyOp::create(builder, loc, splat.getType().getShape(), splat.getElementType());
    auto fill = linalg::FillOp::create(builder, loc, element, empty);
    constant.getResult().replaceUsesWithIf(fill.getResult(0), stays);
  }
}

/// A frame of broadcast rows that several tensors share is written for each.
static void separateFrames(Block &block) {
  for (auto insert : block.getOps<tensor::InsertSliceOp>()) {
    Operation *piece = insert.getSource().getDefiningOp();
    if (!isBroadcastRow(piece) || piece->hasOneUse())
      continue;
    OpBuilder builder(insert);
    insert.getSourceMutable().assign(builder.clone(*piece)->getResult(0));
  }
}

/// Forms the islands of a block of the program. Bodies of its loops and branches come first: they
/// make their own copies of fillers, so that only what is read as data is computed outside.
static void formIslands(Block &block) {
  for (Operation &op : block)
    if (isa<scf::ForOp, scf::IfOp, scf::WhileOp>(op))
      for (Region &region : op.getRegions())
        for (Block &body : region)
          formIslands(body);
  fillReturnedSplats(block);
  separateFrames(block);
  IslandGroups groups(block);
  keepReadFills(groups);
  IslandGrower grower(groups);
  grower.run();
  OpSet order = sortGroups(groups);
  for (unsigned group : order)
    if (groups.isClaimed(group))
      reportOutside(groups, grower, group);

  // What leaves each group has to be known before the first op moves.
  SmallVector<SmallVector<Value>> results;
  for (unsigned group : order)
    results.push_back(groups.isClaimed(group) ? groups.getEscaping(groups.getMembers(group))
                                              : SmallVector<Value>());
  OpBuilder builder(block.getParentOp()->getContext());
  Operation *terminator = block.getTerminator();
  for (auto [group, escaping] : llvm::zip_equal(order, results)) {
    if (!groups.isClaimed(group)) {
      if (groups.getOp(group) != terminator)
        groups.getOp(group)->moveBefore(terminator);
      continue;
    }
    SmallVector<Operation *> ops;
    for (unsigned member : groups.getMembers(group))
      ops.push_back(groups.getOp(member));
    builder.setInsertionPoint(terminator);
    unsigned anchor = grower.getAnchor(group);
    kernel::Anchor kind = getAnchorKind(groups, grower, anchor);
    remarkIsland(writeIsland(ops, escaping, groups.getOp(anchor), kind, builder));
  }
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (isOpTriviallyDead(&op))
      op.erase();
}

namespace {
struct FormIslands : fovea::impl::FormIslandsPassBase<FormIslands> {
  void runOnOperation() override {
    for (Block &block : getOperation().getBody())
      formIslands(block);
  }
};
} // namespace
