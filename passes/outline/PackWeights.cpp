// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Chooses the storage of constant right-hand sides. Only types change here: the bytes are
// rearranged while the object is written, so that packing takes no memory of its own.

#include "passes/outline/Passes.h"

#include "dialects/kernel/Kernel.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/Remarks.h"
#include "llvm/ADT/StringSet.h"

namespace fovea {
#define GEN_PASS_DEF_PACKWEIGHTSPASS
#include "passes/outline/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;

/// The product of a contraction kernel: the generic with two inputs and a reduction over their
/// common dimension.
static linalg::GenericOp findContraction(kernel::FuncOp kernel) {
  linalg::GenericOp found;
  kernel.walk([&](linalg::GenericOp op) {
    if (!found && op.getNumDpsInputs() == 2 && op.getNumReductionLoops() == 1 &&
        linalg::isaContractionOpInterface(op))
      found = op;
  });
  return found;
}

/// The dimension of the matrix `map` reads that is not reduced; nothing unless the map is (k, n) or
/// (n, k).
static std::optional<int64_t> findColumnAxis(linalg::GenericOp op, AffineMap map) {
  if (map.getNumResults() != 2 || !map.isProjectedPermutation())
    return std::nullopt;
  SmallVector<utils::IteratorType> iterators = op.getIteratorTypesArray();
  bool reduced[2] = {};
  for (unsigned i = 0; i < 2; ++i)
    reduced[i] = iterators[map.getDimPosition(i)] == utils::IteratorType::reduction;
  if (reduced[0] == reduced[1])
    return std::nullopt;
  return reduced[0] ? 1 : 0;
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
      if (kernel.getAnchor() == kernel::Anchor::Contraction &&
          kernel.getBackend() == kernel::Backend::Halide)
        pack(kernel, calls, symbols);
  }

private:
  void refuse(kernel::FuncOp kernel, StringRef reason) {
    remark::missed(kernel.getLoc(), remark::RemarkOpts::name("pack-weights").category("schedule"))
        << remark::reason("{0}", reason);
  }

  void pack(kernel::FuncOp kernel, ArrayRef<kernel::LaunchOp> calls, SymbolTable &symbols) {
    linalg::GenericOp product = findContraction(kernel);
    if (!product)
      return refuse(kernel, "the kernel holds no product of two tensors");
    auto argument = dyn_cast<BlockArgument>(product.getInputs()[1]);
    if (!argument)
      return refuse(kernel, "the right-hand side is computed in the kernel");
    std::optional<int64_t> axis =
        findColumnAxis(product, product.getMatchingIndexingMap(product.getDpsInputOperand(1)));
    if (!axis)
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
    int64_t width = vectorWidth;
    if (kernel::ScheduleAttr schedule = kernel.getScheduleAttr())
      width *= schedule.get("nv", 4);
    auto packed = RankedTensorType::get(plain.getShape(), plain.getElementType(),
                                        kernel::PanelsAttr::get(&getContext(), width, *axis));
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
    eraseUnused(symbols);
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
