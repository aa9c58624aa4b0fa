// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From the results backwards, what is read of every value; then forwards, ops that compute no more.
// A round shrinks the graph, so rounds end; a second one sees what the shapes of the first hid.

#include "dialects/onnx/NodeName.h"
#include "dialects/onnx/OnnxMatrixOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Transforms/RegionUtils.h"
#include "passes/remarks/RemarkCodes.h"
#include "passes/simplify/PartRewriter.h"
#include "passes/simplify/Passes.h"

namespace fovea {
#define GEN_PASS_DEF_PROPAGATESLICESPASS
#include "passes/simplify/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;
using namespace fovea::simplify;

namespace {
/// An op, what is read of its results, and its plan for that.
struct PlannedOp {
  Operation *op;
  SmallVector<std::optional<Box>> asked;
  PartPlan plan;
};

class SlicePropagation {
public:
  explicit SlicePropagation(func::FuncOp function) : function(function) {}
  void run();

private:
  void planBlock(Block &block);
  void ask(Value value, const Box &box);
  bool rewriteBlock(Block &block);
  void reportShrunk(Operation *before, Operation *after);
  void reportRefusals();

  func::FuncOp function;
  // Looked up only: the hull of what is read of a value.
  llvm::DenseMap<Value, Box> wanted;
  // In reverse order of the block.
  std::vector<PlannedOp> planned;
};
} // namespace

static void eraseDead(Block &block) {
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (isOpTriviallyDead(&op))
      op.erase();
}

void SlicePropagation::ask(Value value, const Box &box) {
  auto [entry, inserted] = wanted.try_emplace(value, box);
  if (!inserted)
    entry->second = getHull(entry->second, box);
}

/// What is asked for with the axes of which more than half is asked for made whole.
static Box growLarge(Box box, RankedTensorType type) {
  for (auto [range, extent] : llvm::zip_equal(box, type.getShape()))
    if (range.extent > extent / 2)
      range = {0, extent};
  return box;
}

void SlicePropagation::planBlock(Block &block) {
  wanted.clear();
  planned.clear();
  for (Operation &op : llvm::reverse(block)) {
    PlannedOp entry{&op, {}, {}};
    for (Value result : op.getResults()) {
      auto found = wanted.find(result);
      RankedTensorType type = getBoxedType(result);
      entry.asked.push_back(found == wanted.end() || !type
                                ? std::nullopt
                                : std::optional(growLarge(found->second, type)));
    }
    entry.plan = planPart(&op, entry.asked);
    for (auto [operand, box] : llvm::zip_equal(op.getOperands(), entry.plan.operands))
      if (box)
        ask(operand, *box);
    llvm::SetVector<Value> captured;
    for (Region &region : op.getRegions())
      getUsedValuesDefinedAbove(region, captured);
    for (Value value : captured)
      if (RankedTensorType type = getBoxedType(value))
        ask(value, getWhole(type));
    planned.push_back(std::move(entry));
  }
}

bool SlicePropagation::rewriteBlock(Block &block) {
  PartRewriter rewriter(function.getContext());
  for (PlannedOp &entry : llvm::reverse(planned))
    if (Operation *part = rewriter.rewrite(entry.op, entry.asked, entry.plan))
      reportShrunk(entry.op, part);
  return rewriter.finish();
}

/// Rows of a product's or an attention's result: all its elements but those of one row.
static int64_t countRows(Operation *op) {
  if (auto attention = dyn_cast<attn::AttentionOp>(op)) {
    using Dim = attn::AttentionOp::Dim;
    ArrayRef<int64_t> domain = attention.getDomain();
    return domain[Dim::B] * domain[Dim::H] * domain[Dim::I];
  }
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  return type.getRank() == 0 ? 1 : type.getNumElements() / type.getShape().back();
}

void SlicePropagation::reportShrunk(Operation *before, Operation *after) {
  if (!isa<onnx::MatMulOp, onnx::GemmOp, attn::AttentionOp>(before) ||
      before->getName() != after->getName() ||
      before->getResult(0).getType() == after->getResult(0).getType())
    return;
  remark::passed(before->getLoc(), remark::RemarkOpts::name("propagate-slices")
                                       .category("simplify")
                                       .function(function.getName()))
      << remark::metric("Node", onnx::getNodeName(before->getLoc()))
      << remark::metric("Op", before->getName().getStringRef())
      << remark::metric("RowsBefore", countRows(before))
      << remark::metric("RowsAfter", countRows(after));
}

/// Whether `op` reads `value`, and whether it reads only a part of it.
static std::pair<bool, bool> readsPart(const PlannedOp &user, Value value) {
  bool reads = false, part = false;
  for (auto [operand, box] : llvm::zip_equal(user.op->getOperands(), user.plan.operands)) {
    if (operand != value || !box)
      continue;
    reads = true;
    part |= !isWhole(*box, getBoxedType(value));
  }
  return {reads, part};
}

/// Why `producer`, of whose result `value` some users read only a part, is computed whole; nothing
/// when its users read all parts of it.
static std::optional<std::pair<RemarkCode, std::string>>
explain(const PlannedOp &producer, Value value, const Box &all, bool isReadWhole) {
  std::string name = producer.op->getName().stripDialect().str();
  RankedTensorType type = getBoxedType(value);
  if (!isWhole(growLarge(all, type), type)) {
    std::string reason = isa<onnx::SplitOp>(producer.op)
                             ? "other parts of the same operand are read"
                             : producer.plan.reason;
    return {{RemarkCode::SliceWhole,
             "only a part of " + name + " is read, but it is computed whole: " + reason}};
  }
  if (isReadWhole)
    return {{RemarkCode::SliceOtherUser,
             "some users read a part of " + name + ", but another one reads all of it"}};
  if (!isWhole(all, type))
    return {
        {RemarkCode::SliceMost, "more than half of " + name + " is read, so it is computed whole"}};
  return std::nullopt;
}

/// One remark for every op of whose result a user reads a part, after the last round.
void SlicePropagation::reportRefusals() {
  llvm::DenseMap<Operation *, const PlannedOp *> entries;
  for (const PlannedOp &entry : planned)
    entries[entry.op] = &entry;
  for (const PlannedOp &producer : llvm::reverse(planned)) {
    if (producer.op->hasTrait<OpTrait::ConstantLike>())
      continue;
    for (Value value : producer.op->getResults()) {
      bool readPart = false, readWhole = false;
      for (Operation *user : value.getUsers()) {
        auto entry = entries.find(user);
        auto [reads, part] =
            entry == entries.end() ? std::pair(true, false) : readsPart(*entry->second, value);
        readPart |= part;
        readWhole |= reads && !part;
      }
      if (!readPart)
        continue;
      if (auto refusal = explain(producer, value, wanted[value], readWhole))
        remarkMissed(refusal->first, producer.op->getLoc(), refusal->second, function.getName());
    }
  }
}

void SlicePropagation::run() {
  Block &block = function.getBody().front();
  do {
    eraseDead(block);
    planBlock(block);
  } while (rewriteBlock(block));
  reportRefusals();
}

namespace {
struct PropagateSlices : fovea::impl::PropagateSlicesPassBase<PropagateSlices> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (!function.isExternal() && function.getBody().hasOneBlock())
      SlicePropagation(function).run();
  }
};
} // namespace
