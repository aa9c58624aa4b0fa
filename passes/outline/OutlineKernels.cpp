// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Islands become kernels. Two islands share a kernel exactly when their bodies print the same: the
// printed text is the key, and its hash the name, so names do not depend on order, addresses or
// process.

#include "passes/outline/Passes.h"

#include "dialects/kernel/Kernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/xxhash.h"

namespace fovea {
#define GEN_PASS_DEF_OUTLINEKERNELSPASS
#include "passes/outline/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;

/// Whether the op that defines a captured value is made again inside the kernel instead of being
/// passed to it.
static bool isRematerialised(Operation *op) {
  if (isa_and_nonnull<tensor::EmptyOp>(op))
    return true;
  auto constant = dyn_cast_or_null<arith::ConstantOp>(op);
  if (!constant)
    return false;
  auto elements = dyn_cast<DenseElementsAttr>(constant.getValue());
  return !isa<RankedTensorType>(constant.getType()) || (elements && elements.isSplat());
}

namespace {
struct OutlineKernels : fovea::impl::OutlineKernelsPassBase<OutlineKernels> {
  using OutlineKernelsPassBase::OutlineKernelsPassBase;

  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    internConstants(symbols);
    SmallVector<kernel::IslandOp> islands;
    getOperation().walk([&](kernel::IslandOp island) { islands.push_back(island); });
    for (kernel::IslandOp island : islands)
      outline(island, symbols);
  }

private:
  /// Replaces the tensor constants of the program by symbols.
  void internConstants(SymbolTable &symbols) {
    llvm::MapVector<Attribute, kernel::ConstantOp> interned;
    SmallVector<arith::ConstantOp> constants;
    getOperation().walk([&](arith::ConstantOp op) {
      if (isa<RankedTensorType>(op.getType()) && !isRematerialised(op) &&
          isa<ElementsAttr>(op.getValue()))
        constants.push_back(op);
    });
    for (arith::ConstantOp op : constants) {
      kernel::ConstantOp &symbol = interned[op.getValue()];
      if (!symbol) {
        OpBuilder builder = OpBuilder::atBlockBegin(getOperation().getBody());
        if (interned.size() > 1)
          builder.setInsertionPointAfter(std::prev(interned.end(), 2)->second);
        symbol = kernel::ConstantOp::create(
            builder, op.getLoc(), ("weight_" + Twine(interned.size() - 1)).str(),
            cast<ElementsAttr>(op.getValue()), op.getType(), /*offset=*/IntegerAttr());
        symbols.insert(symbol);
      }
      OpBuilder builder(op);
      auto use =
          kernel::GetConstantOp::create(builder, op.getLoc(), op.getType(), symbol.getSymName());
      op.replaceAllUsesWith(use.getResult());
      op.erase();
    }
  }

  void outline(kernel::IslandOp island, SymbolTable &symbols) {
    llvm::SetVector<Value> captured;
    getUsedValuesDefinedAbove(island.getBody(), captured);
    OpBuilder builder(island);
    SmallVector<Value> used, arguments;
    SmallVector<Operation *> rematerialised;
    for (Value value : captured) {
      if (isRematerialised(value.getDefiningOp())) {
        rematerialised.push_back(value.getDefiningOp());
        continue;
      }
      used.push_back(value);
      // Kernels take tensors: a number of the program comes in one of its own.
      if (auto number = dyn_cast<IntegerType>(value.getType()))
        value = tensor::FromElementsOp::create(builder, island.getLoc(),
                                               RankedTensorType::get({}, number), value);
      arguments.push_back(value);
    }

    builder.clearInsertionPoint();
    auto type = builder.getFunctionType(TypeRange(arguments), island.getResultTypes());
    auto kernel =
        kernel::FuncOp::create(builder, island.getLoc(), "kernel", type, island.getAnchor());
    kernel.setBackendAttr(island.getBackendAttr());
    kernel.setScheduleAttr(island.getScheduleAttr());
    Block *entry = kernel.addEntryBlock();
    builder.setInsertionPointToStart(entry);
    IRMapping mapping;
    for (auto [value, argument] : llvm::zip_equal(used, entry->getArguments()))
      mapping.map(value, value.getType() == argument.getType()
                             ? Value(argument)
                             : tensor::ExtractOp::create(builder, island.getLoc(), argument));
    for (Operation *op : rematerialised)
      builder.clone(*op, mapping);
    Block &body = island.getBody().front();
    for (Operation &op : body.without_terminator())
      builder.clone(op, mapping);
    SmallVector<Value> results;
    for (Value value : body.getTerminator()->getOperands())
      results.push_back(mapping.lookupOrDefault(value));
    kernel::ReturnOp::create(builder, island.getLoc(), results);

    kernel::FuncOp shared = share(kernel, symbols);
    builder.setInsertionPoint(island);
    auto launch = kernel::LaunchOp::create(builder, island.getLoc(), island.getResultTypes(),
                                           shared.getSymName(), arguments, ValueRange());
    island.replaceAllUsesWith(launch.getResults());
    island.erase();
    for (Operation *op : rematerialised)
      if (op->use_empty())
        op->erase();
  }

  /// The kernel of the module that equals `kernel`, which it becomes when it is the first of its
  /// kind.
  kernel::FuncOp share(kernel::FuncOp kernel, SymbolTable &symbols) {
    std::string text;
    llvm::raw_string_ostream stream(text);
    kernel->print(stream, OpPrintingFlags().useLocalScope().printGenericOpForm());
    kernel::FuncOp &shared = kernels[text];
    if (shared) {
      kernel->erase();
      return shared;
    }
    std::string name;
    llvm::raw_string_ostream(name) << stringifyAnchor(kernel.getAnchor()) << "_"
                                   << llvm::format_hex_no_prefix(llvm::xxh3_64bits(text), 16);
    kernel.setSymName(name);
    symbols.insert(kernel);
    return shared = kernel;
  }

  llvm::StringMap<kernel::FuncOp> kernels;
};
} // namespace
