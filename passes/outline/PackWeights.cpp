// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Chooses the storage of constant right-hand sides. Only types change here: the bytes are
// rearranged while the object is written, so that packing takes no memory of its own.

#include "passes/outline/Passes.h"

#include "dialects/kernel/Kernel.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "passes/fuse/Classify.h"
#include "passes/remarks/RemarkCodes.h"
#include "llvm/ADT/StringSet.h"

namespace fovea {
#define GEN_PASS_DEF_PACKWEIGHTSPASS
#include "passes/outline/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;

/// The product that anchors a kernel: its only generic with two inputs that sums their products.
static linalg::GenericOp findProduct(kernel::FuncOp kernel) {
  linalg::GenericOp found;
  kernel.walk([&](linalg::GenericOp op) {
    OpKind kind = classify(op);
    if (!found && (kind == OpKind::Contraction || kind == OpKind::Convolution))
      found = op;
  });
  return found;
}

/// The distance in memory between two iterations of loop `dim`, for a row-major operand.
static int64_t getStride(linalg::GenericOp op, OpOperand *operand, unsigned dim) {
  auto type = cast<RankedTensorType>(operand->get().getType());
  int64_t stride = 0, size = 1;
  AffineMap map = op.getMatchingIndexingMap(operand);
  for (auto [expr, extent] : llvm::reverse(llvm::zip_equal(map.getResults(), type.getShape()))) {
    if (expr.isFunctionOfDim(dim))
      stride += size;
    size *= extent;
  }
  return stride;
}

/// How the right-hand side of `op` is cut into panels of `width`: one dimension is the columns',
/// the others are summed over, in the order in which the left-hand side has them in memory. Nothing
/// when it is not of this form.
static kernel::PanelsAttr getPanels(linalg::GenericOp op, int64_t width) {
  AffineMap map = op.getMatchingIndexingMap(op.getDpsInputOperand(1));
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  SmallVector<utils::IteratorType> iterators = op.getIteratorTypesArray();
  std::optional<int64_t> axis;
  SmallVector<std::pair<int64_t, int64_t>> rows; // distance on the left, dimension
  if (!map.isProjectedPermutation() || map.getNumResults() < 2)
    return {};
  for (int64_t dim = 0; dim < map.getNumResults(); ++dim) {
    unsigned loop = map.getDimPosition(dim);
    if (iterators[loop] == utils::IteratorType::reduction) {
      rows.push_back({-getStride(op, op.getDpsInputOperand(0), loop), dim});
      continue;
    }
    if (axis)
      return {};
    axis = dim;
  }
  if (!axis || rows.empty())
    return {};
  if (rows.size() == 1)
    return kernel::PanelsAttr::get(op.getContext(), width, *axis);
  llvm::sort(rows);
  SmallVector<int64_t> order;
  for (auto [distance, dim] : rows)
    order.push_back(dim);
  return kernel::PanelsAttr::get(op.getContext(), width, *axis, order);
}

namespace {
struct PackWeights : fovea::impl::PackWeightsPassBase<PackWeights> {
  using PackWeightsPassBase::PackWeightsPassBase;

  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    llvm::MapVector<kernel::FuncOp, SmallVector<kernel::LaunchOp>> launches;
    getOperation().walk([&](kernel::LaunchOp launch) {
      if (auto kernel = symbols.lookup<kernel::FuncOp>(launch.getCallee()))
        launches[kernel].push_back(launch);
    });
    for (auto &[kernel, calls] : launches)
      if ((kernel.getAnchor() == kernel::Anchor::Contraction ||
           kernel.getAnchor() == kernel::Anchor::Convolution) &&
          kernel.getBackend() == kernel::Backend::Halide)
        pack(kernel, calls, symbols);
    eraseUnused(symbols);
  }

private:
  void refuse(kernel::FuncOp kernel, StringRef reason) {
    remarkMissed(RemarkCode::NotPacked, kernel.getLoc(), reason, kernel.getSymName());
  }

  void pack(kernel::FuncOp kernel, ArrayRef<kernel::LaunchOp> calls, SymbolTable &symbols) {
    linalg::GenericOp product = findProduct(kernel);
    if (!product)
      return refuse(kernel, "the kernel holds no product of two tensors");
    auto argument = dyn_cast<BlockArgument>(product.getInputs()[1]);
    if (!argument)
      return refuse(kernel, "the right-hand side is computed in the kernel");
    int64_t width = vectorWidth;
    if (kernel::ScheduleAttr schedule = kernel.getScheduleAttr())
      width *= schedule.get("nv", 4);
    kernel::PanelsAttr panels = getPanels(product, width);
    if (!panels)
      return refuse(kernel, "the right-hand side is not one matrix");
    if (!argument.hasOneUse())
      return refuse(kernel, "the right-hand side is read elsewhere in the kernel");
    SmallVector<kernel::GetConstantOp> constants;
    for (kernel::LaunchOp call : calls) {
      constants.push_back(
          call.getInputs()[argument.getArgNumber()].getDefiningOp<kernel::GetConstantOp>());
      if (!constants.back())
        return refuse(kernel, "the right-hand side is not a constant");
    }

    auto plain = cast<RankedTensorType>(argument.getType());
    auto packed = RankedTensorType::get(plain.getShape(), plain.getElementType(), panels);
    argument.setType(packed);
    kernel.setType(FunctionType::get(&getContext(), kernel.getBody().getArgumentTypes(),
                                     kernel.getResultTypes()));
    for (auto [launch, use] : llvm::zip_equal(calls, constants)) {
      kernel::LaunchOp call = launch;
      kernel::ConstantOp constant =
          inType(symbols.lookup<kernel::ConstantOp>(use.getName()), packed, symbols);
      OpBuilder builder(call);
      auto read =
          kernel::GetConstantOp::create(builder, use.getLoc(), packed, constant.getSymName());
      call.getInputsMutable()[argument.getArgNumber()].set(read);
      if (use->use_empty())
        use->erase();
    }
  }

  /// The constant with the value of `plain` and type `packed`, made beside it when there is none
  /// yet.
  kernel::ConstantOp inType(kernel::ConstantOp plain, RankedTensorType packed,
                            SymbolTable &symbols) {
    kernel::ConstantOp &constant = constants[{plain.getValue(), packed}];
    if (!constant) {
      OpBuilder detached(&getContext());
      constant = kernel::ConstantOp::create(detached, plain.getLoc(),
                                            (plain.getSymName() + "_panels").str(),
                                            plain.getValue(), packed, /*offset=*/IntegerAttr());
      symbols.insert(constant, Block::iterator(plain));
    }
    return constant;
  }

  /// Drops constants that nothing reads any more.
  void eraseUnused(SymbolTable &symbols) {
    llvm::StringSet used;
    getOperation().walk([&](kernel::GetConstantOp use) { used.insert(use.getName()); });
    for (auto constant : llvm::make_early_inc_range(getOperation().getOps<kernel::ConstantOp>()))
      if (!used.contains(constant.getSymName()))
        symbols.erase(constant);
  }

  llvm::DenseMap<std::pair<Attribute, Type>, kernel::ConstantOp> constants;
};
} // namespace
