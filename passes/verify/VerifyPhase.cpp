// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// fovea-verify-phase: what may exist after each phase, section by section of Architecture.md.

#include "passes/verify/Passes.h"
#include "passes/verify/Vocabulary.h"

#include "dialects/kernel/Kernel.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/StringSwitch.h"

namespace fovea {
#define GEN_PASS_DEF_VERIFYPHASEPASS
#include "passes/verify/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;
using namespace fovea::verify;

/// Offsets of buffers and weights, in bytes.
static constexpr int64_t offsetAlignment = 64;

/// Whether `op` is a constant of many different elements, which a kernel gets as an argument.
static bool isLargeConstant(Operation *op) {
  auto constant = dyn_cast<arith::ConstantOp>(op);
  return constant && isa<RankedTensorType>(constant.getType()) &&
         !isa<SplatElementsAttr>(constant.getValue());
}

static bool isSequentialIsland(Operation &op) {
  auto island = dyn_cast<kernel::IslandOp>(op);
  return island && island.getAnchor() == kernel::Anchor::Sequential;
}

/// The body of a kernel or an island: the tensor vocabulary and a terminator.
static void checkVocabulary(Checker &checker, Block &block, StringRef place) {
  for (Operation &op : block)
    if (op.hasTrait<OpTrait::IsTerminator>())
      checker.checkTypes(&op);
    else if (!checker.checkTensorOp(&op))
      checker.reportUnexpected(&op, place);
}

/// Calls `check` for the ops of a block of the program and of the bodies of its loops and branches;
/// `check` has to deal with what is no part of control flow.
static void checkProgram(Checker &checker, Block &block,
                         llvm::function_ref<void(Operation *)> check) {
  for (Operation &op : block) {
    checker.checkTypes(&op);
    if (isControlFlow(&op))
      for (Region &region : op.getRegions())
        for (Block &body : region)
          checkProgram(checker, body, check);
    else if (!isProgramScalar(&op))
      check(&op);
  }
}

static void checkIsland(Checker &checker, kernel::IslandOp island) {
  Block &body = island.getBody().front();
  if (isSequentialIsland(*island))
    return checker.checkSequentialBody(body);
  checkVocabulary(checker, body, "in an island");
  unsigned heavy = llvm::count_if(body, [](Operation &op) { return isHeavy(&op); });
  if (heavy > 1)
    checker.report(island) << "holds " << heavy
                           << " contractions, convolutions or attentions, but may hold one";
}

static void checkKernel(Checker &checker, kernel::FuncOp kernel) {
  for (Block &block : kernel.getBody()) {
    if (kernel.getAnchor() == kernel::Anchor::Sequential)
      checker.checkSequentialBody(block);
    else
      checkVocabulary(checker, block, "in a kernel");
    for (Operation &op : block)
      if (isLargeConstant(&op))
        checker.report(&op) << "must be an argument of the kernel, for it is not a splat";
  }
}

/// What needs no kernel: constants, and reshapes of the same memory.
static bool isFree(Operation *op) {
  return isa<arith::ConstantOp, tensor::ExpandShapeOp, tensor::CollapseShapeOp, func::ReturnOp>(op);
}

static void checkMainAfterLower(Checker &checker, func::FuncOp main) {
  checkProgram(checker, main.getBody().front(), [&](Operation *op) {
    // Lowering makes the sequential islands.
    if (isSequentialIsland(*op))
      checkIsland(checker, cast<kernel::IslandOp>(op));
    else if (!op->hasTrait<OpTrait::IsTerminator>() && !isProgramTensorOp(op) &&
             !checker.checkTensorOp(op))
      checker.reportUnexpected(op, "in the function");
  });
}

static void checkMainAfterFuse(Checker &checker, func::FuncOp main) {
  checkProgram(checker, main.getBody().front(), [&](Operation *op) {
    if (auto island = dyn_cast<kernel::IslandOp>(op))
      checkIsland(checker, island);
    // Outlining makes a tensor.empty again inside the kernel.
    else if (!isFree(op) && !isa<tensor::EmptyOp>(op) && !isProgramTensorOp(op))
      checker.reportUnexpected(op, "between islands");
  });
}

/// A tensor without elements, which needs no kernel to be computed.
static bool isEmpty(Operation &op) {
  auto empty = dyn_cast<tensor::EmptyOp>(op);
  return empty && empty.getType().getNumElements() == 0;
}

static void checkMainAfterOutline(Checker &checker, func::FuncOp main) {
  checkProgram(checker, main.getBody().front(), [&](Operation *op) {
    if (auto launch = dyn_cast<kernel::LaunchOp>(op)) {
      if (!launch.getOutputs().empty())
        checker.report(op) << "must have results, not outs";
    } else if (isLargeConstant(op)) {
      checker.report(op) << "must be a kernel.constant";
    } else if (isa<tensor::EmptyOp>(op) &&
               (isEmpty(*op) || llvm::all_of(op->getUsers(), isControlFlow))) {
      // What a loop collects in starts so.
    } else if (!isFree(op) && !isa<kernel::GetConstantOp>(op) && !isProgramTensorOp(op)) {
      checker.reportUnexpected(op, "between launches");
    }
  });
}

/// A constant offset that keeps the alignment, inside the arena.
static void checkView(Checker &checker, memref::ViewOp view, std::optional<int64_t> arenaBytes) {
  IntegerAttr offset;
  if (!matchPattern(view.getByteShift(), m_Constant(&offset))) {
    checker.report(view) << "must have a constant offset";
    return;
  }
  auto type = cast<MemRefType>(view.getType());
  int64_t bytes =
      type.getNumElements() * llvm::divideCeil(type.getElementType().getIntOrFloatBitWidth(), 8);
  if (offset.getInt() < 0 || offset.getInt() % offsetAlignment != 0)
    checker.report(view) << "offset " << offset.getInt() << " is not a multiple of "
                         << offsetAlignment;
  else if (arenaBytes && offset.getInt() + bytes > *arenaBytes)
    checker.report(view) << "ends at byte " << offset.getInt() + bytes << " of an arena of "
                         << *arenaBytes;
}

/// @main's signature: inputs, outputs, the arena; memory only.
static void checkSignature(Checker &checker, func::FuncOp main) {
  auto inputs = main->getAttrOfType<IntegerAttr>("fovea.inputs");
  auto outputs = main->getAttrOfType<IntegerAttr>("fovea.outputs");
  if (!inputs || !outputs) {
    checker.report(main) << "must say how many arguments are inputs and outputs, in "
                            "'fovea.inputs' and 'fovea.outputs'";
    return;
  }
  if (main.getNumResults() != 0)
    checker.report(main) << "must write its outputs instead of returning them";
  if (main.getNumArguments() != uint64_t(inputs.getInt() + outputs.getInt() + 1)) {
    checker.report(main) << "must take " << inputs.getInt() << " inputs, " << outputs.getInt()
                         << " outputs and the arena, but takes " << main.getNumArguments()
                         << " arguments";
    return;
  }
  for (Type type : main.getArgumentTypes())
    if (!isa<MemRefType>(type))
      checker.report(main) << "takes a " << type << ", but may take memory only";
  auto arena = dyn_cast<MemRefType>(main.getArgumentTypes().back());
  if (arena &&
      (arena.getRank() != 1 || !arena.isDynamicDim(0) || !arena.getElementType().isInteger(8)))
    checker.report(main) << "must take the arena last, as memref<?xi8>";
}

static void checkMainAfterBufferize(Checker &checker, func::FuncOp main,
                                    std::optional<int64_t> arenaBytes) {
  checkSignature(checker, main);
  checkProgram(checker, main.getBody().front(), [&](Operation *op) {
    if (auto view = dyn_cast<memref::ViewOp>(op)) {
      checkView(checker, view, arenaBytes);
    } else if (auto launch = dyn_cast<kernel::LaunchOp>(op)) {
      if (launch->getNumResults() != 0)
        checker.report(op) << "must write its outs instead of having results";
    } else if (auto get = dyn_cast<kernel::GetConstantOp>(op)) {
      if (!isa<MemRefType>(get.getType()))
        checker.report(op) << "must be memory, but is a " << get.getType();
    } else if (isa<arith::ConstantOp>(op)) {
      checker.report(op) << "must be an offset or a scalar, but is a "
                         << op->getResult(0).getType();
    } else if (!isa<memref::ExpandShapeOp, memref::CollapseShapeOp, memref::ReinterpretCastOp,
                    memref::CopyOp, memref::LoadOp, memref::StoreOp, kernel::SliceOp,
                    func::ReturnOp>(op)) {
      checker.reportUnexpected(op, "in the program");
    }
  });
}

namespace {

enum class Phase { Lower, Fuse, Outline, Bufferize };

class VerifyPhase : public fovea::impl::VerifyPhasePassBase<VerifyPhase> {
public:
  using VerifyPhasePassBase::VerifyPhasePassBase;

private:
  void runOnOperation() override;
  void checkTopLevel(Checker &checker, Operation &op, Phase phase);
};

} // namespace

void VerifyPhase::checkTopLevel(Checker &checker, Operation &op, Phase phase) {
  bool hasKernels = phase == Phase::Outline || phase == Phase::Bufferize;
  if (auto main = dyn_cast<func::FuncOp>(op)) {
    if (!main.getBody().hasOneBlock()) {
      checker.report(&op) << "must have one block";
      return;
    }
    auto arenaBytes = getOperation()->getAttrOfType<IntegerAttr>("fovea.arena_bytes");
    switch (phase) {
    case Phase::Lower:
      return checkMainAfterLower(checker, main);
    case Phase::Fuse:
      return checkMainAfterFuse(checker, main);
    case Phase::Outline:
      return checkMainAfterOutline(checker, main);
    case Phase::Bufferize:
      if (!arenaBytes)
        checker.report(getOperation()) << "must have 'fovea.arena_bytes'";
      return checkMainAfterBufferize(
          checker, main, arenaBytes ? std::optional<int64_t>(arenaBytes.getInt()) : std::nullopt);
    }
  }
  if (auto kernel = dyn_cast<kernel::FuncOp>(op); kernel && hasKernels)
    return checkKernel(checker, kernel);
  if (auto constant = dyn_cast<kernel::ConstantOp>(op); constant && hasKernels) {
    std::optional<int64_t> offset = constant.getOffset();
    if (phase == Phase::Bufferize && (!offset || *offset % offsetAlignment != 0))
      checker.report(&op) << "must have an offset that is a multiple of " << offsetAlignment;
    return;
  }
  checker.reportUnexpected(&op, "in the module");
}

void VerifyPhase::runOnOperation() {
  auto wanted = llvm::StringSwitch<std::optional<Phase>>(phase)
                    .Case("lower", Phase::Lower)
                    .Case("fuse", Phase::Fuse)
                    .Case("outline", Phase::Outline)
                    .Case("bufferize", Phase::Bufferize)
                    .Default(std::nullopt);
  if (!wanted) {
    getOperation()->emitError() << "unknown phase '" << phase
                                << "', expected lower, fuse, outline or bufferize";
    return signalPassFailure();
  }
  Checker checker(phase);
  for (Operation &op : *getOperation().getBody())
    checkTopLevel(checker, op, *wanted);
  if (checker.hasFailed())
    signalPassFailure();
  markAllAnalysesPreserved();
}
