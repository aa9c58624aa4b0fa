// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Cuts a kernel on memory into steps, one function per linalg op. A step's buffers are distinct
// arguments, so LLVM may assume that they do not overlap, whatever scratch they share over time.

#include "compiler/codegen/llvm/Loops.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Affine/Transforms/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/Passes.h"
#include "mlir/Transforms/RegionUtils.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::codegen;

namespace {
/// Makes the step functions of one kernel.
class StepMaker {
public:
  StepMaker(func::FuncOp function, StepProgram &program) : function(function), program(program) {}
  LogicalResult run();

private:
  LogicalResult makeStep(Operation *op);
  LogicalResult collect(Operation *op, llvm::SetVector<Operation *> &views,
                        llvm::SetVector<Value> &bases);
  void addBuffer(Value memory, bool scratch);

  func::FuncOp function;
  StepProgram &program;
  llvm::MapVector<Value, unsigned> buffers;
};
} // namespace

void StepMaker::addBuffer(Value memory, bool scratch) {
  auto type = cast<MemRefType>(memory.getType());
  Buffer buffer;
  buffer.bytes = type.getNumElements() * llvm::divideCeil(type.getElementTypeBitWidth(), 8);
  buffer.scratch = scratch;
  buffers.insert({memory, program.buffers.size()});
  program.buffers.push_back(buffer);
}

/// The ops outside a step that it must repeat (views, constants), in order, and the buffers below
/// them.
LogicalResult StepMaker::collect(Operation *op, llvm::SetVector<Operation *> &views,
                                 llvm::SetVector<Value> &bases) {
  llvm::SetVector<Value> operands;
  operands.insert(op->operand_begin(), op->operand_end());
  getUsedValuesDefinedAbove(op->getRegions(), operands);
  for (Value operand : operands) {
    if (buffers.contains(operand)) {
      bases.insert(operand);
      continue;
    }
    Operation *producer = operand.getDefiningOp();
    if (!producer || !isMemoryEffectFree(producer))
      return op->emitError("the LLVM backend cannot pass this op's operand between loops");
    if (failed(collect(producer, views, bases)))
      return failure();
    views.insert(producer);
  }
  return success();
}

static Value getBase(Value view, const llvm::MapVector<Value, unsigned> &buffers) {
  while (!buffers.contains(view)) {
    Operation *producer = view.getDefiningOp();
    if (!producer || producer->getNumOperands() == 0)
      return {};
    view = producer->getOperand(0);
  }
  return view;
}

func::FuncOp codegen::makeStepFunction(OpBuilder &builder, Location loc, StringRef name,
                                       TypeRange buffers, TypeRange others,
                                       SmallVectorImpl<Value> &inside) {
  auto isEmpty = [](Type type) { return cast<MemRefType>(type).getNumElements() == 0; };
  SmallVector<Type> types;
  for (Type type : buffers)
    types.push_back(isEmpty(type) ? MemRefType::get({0}, builder.getI8Type()) : type);
  llvm::append_range(types, others);
  auto function = func::FuncOp::create(builder, loc, name, builder.getFunctionType(types, {}));
  builder.setInsertionPointToStart(function.addEntryBlock());
  for (auto [type, argument] : llvm::zip(buffers, function.getArguments())) {
    Value memory = argument;
    if (isEmpty(type)) {
      Value shift = arith::ConstantIndexOp::create(builder, loc, 0);
      memory = memref::ViewOp::create(builder, loc, type, argument, shift, ValueRange());
    }
    inside.push_back(memory);
  }
  return function;
}

LogicalResult StepMaker::makeStep(Operation *op) {
  llvm::SetVector<Operation *> views;
  llvm::SetVector<Value> bases;
  if (failed(collect(op, views, bases)))
    return failure();
  Step step;
  step.function = (function.getName() + ".step" + Twine(program.steps.size())).str();
  for (Value base : bases) {
    unsigned index = buffers.lookup(base);
    Buffer &buffer = program.buffers[index];
    if (buffer.firstStep < 0)
      buffer.firstStep = program.steps.size();
    buffer.lastStep = program.steps.size();
    step.buffers.push_back(index);
    bool written = llvm::any_of(cast<DestinationStyleOpInterface>(op).getDpsInits(),
                                [&](Value init) { return getBase(init, buffers) == base; });
    step.written.push_back(written);
  }

  auto linalgOp = cast<linalg::LinalgOp>(op);
  step.work = 1;
  for (int64_t extent : linalgOp.getStaticLoopRanges())
    step.work *= extent;

  OpBuilder builder = OpBuilder::atBlockEnd(program.module->getBody());
  Type index = builder.getIndexType();
  SmallVector<Value> inside;
  func::FuncOp made =
      makeStepFunction(builder, op->getLoc(), step.function,
                       ValueRange(bases.getArrayRef()).getTypes(), {index, index}, inside);
  IRMapping mapping;
  mapping.map(bases.getArrayRef(), inside);
  for (Operation *view : views)
    builder.clone(*view, mapping);
  Operation *copy = builder.clone(*op, mapping);
  func::ReturnOp::create(builder, op->getLoc());

  FailureOr<LoopNest> nest = lowerToLoops(copy);
  if (failed(nest))
    return failure();
  // The outermost loop that repeats takes its range from the caller, if its iterations are
  // independent.
  for (auto [loop, parallel] : llvm::zip(nest->loops, nest->parallel)) {
    auto forOp = cast<scf::ForOp>(loop);
    std::optional<APInt> count = forOp.getStaticTripCount();
    if (!parallel || !count)
      break;
    if (count->ule(1))
      continue;
    forOp.setLowerBound(made.getArgument(bases.size()));
    forOp.setUpperBound(made.getArgument(bases.size() + 1));
    step.extent = count->getZExtValue();
    break;
  }
  program.steps.push_back(std::move(step));
  return success();
}

LogicalResult StepMaker::run() {
  for (BlockArgument argument : function.getArguments())
    addBuffer(argument, /*scratch=*/false);
  for (Operation &op : llvm::make_early_inc_range(function.front().without_terminator())) {
    if (auto alloc = dyn_cast<memref::AllocOp>(op)) {
      if (!alloc.getType().hasStaticShape())
        return op.emitError("the LLVM backend needs buffers of static size");
      addBuffer(alloc, /*scratch=*/true);
      continue;
    }
    if (isMemoryEffectFree(&op))
      continue;
    Operation *work = &op;
    if (auto copy = dyn_cast<memref::CopyOp>(op)) {
      OpBuilder builder(copy);
      work = linalg::makeMemRefCopyOp(builder, copy.getLoc(), copy.getSource(), copy.getTarget());
      if (!work)
        return op.emitError("this copy cannot be written as loops");
    }
    if (!isa<linalg::LinalgOp>(work))
      return op.emitError("the LLVM backend has no loops for this op");
    if (failed(makeStep(work)))
      return failure();
  }
  return success();
}

/// Places scratch buffers first-fit: two may overlap unless a step lies in the lifetime of both.
static void planScratch(StepProgram &program) {
  SmallVector<Buffer *> placed;
  for (Buffer &buffer : program.buffers) {
    if (!buffer.scratch || buffer.firstStep < 0)
      continue;
    int64_t size = llvm::alignTo(buffer.bytes, 64);
    SmallVector<std::pair<int64_t, int64_t>> busy;
    for (Buffer *other : placed)
      if (other->firstStep <= buffer.lastStep && buffer.firstStep <= other->lastStep)
        busy.push_back({other->offset, other->offset + int64_t(llvm::alignTo(other->bytes, 64))});
    llvm::sort(busy);
    int64_t offset = 0;
    for (auto [begin, end] : busy) {
      if (offset + size <= begin)
        break;
      offset = std::max(offset, end);
    }
    buffer.offset = offset;
    program.scratchBytes = std::max(program.scratchBytes, offset + size);
    placed.push_back(&buffer);
  }
}

namespace {
/// f64 to 16 bits in two steps. The first rounds to odd: towards zero, and a result that is not
/// exact has its last bit set. f32 has enough bits more for the second step to round as if it saw
/// the f64.
struct NarrowDoubleInTwoSteps : OpRewritePattern<arith::TruncFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::TruncFOp op, PatternRewriter &rewriter) const override {
    Value in = op.getIn();
    if (!in.getType().isF64() || op.getType().getIntOrFloatBitWidth() != 16)
      return rewriter.notifyMatchFailure(op, "not from f64 to 16 bits");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Type f32 = b.getF32Type(), i32 = b.getI32Type();
    Value near = arith::TruncFOp::create(b, f32, in);
    Value back = arith::ExtFOp::create(b, in.getType(), near);
    // Unequal, and no NaN.
    Value inexact = arith::CmpFOp::create(b, arith::CmpFPredicate::ONE, back, in);
    Value away = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, math::AbsFOp::create(b, back),
                                       math::AbsFOp::create(b, in));
    Value bits = arith::BitcastOp::create(b, i32, near);
    Value zeroward = arith::SubIOp::create(b, bits, arith::ExtUIOp::create(b, i32, away));
    Value odd = arith::OrIOp::create(b, zeroward, arith::ConstantIntOp::create(b, i32, 1));
    Value chosen = arith::SelectOp::create(b, inexact, odd, bits);
    rewriter.replaceOpWithNewOp<arith::TruncFOp>(op, op.getType(),
                                                 arith::BitcastOp::create(b, f32, chosen));
    return success();
  }
};

/// Conversions to 16 bits from f64, and from and to bf16, exact to the last bit on every CPU and
/// without a function of the compiler's library.
struct ExpandNarrowFloats : PassWrapper<ExpandNarrowFloats, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(ExpandNarrowFloats)
  StringRef getName() const override { return "ExpandNarrowFloats"; }
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<NarrowDoubleInTwoSteps>(&getContext(), /*benefit=*/2);
    arith::populateExpandBFloat16Patterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace

FailureOr<StepProgram> codegen::lowerToSteps(OwningOpRef<ModuleOp> module, kernel::Anchor anchor) {
  StepProgram program;
  program.module = std::move(module);
  auto function = *program.module->getOps<func::FuncOp>().begin();
  LogicalResult made = anchor == kernel::Anchor::Sequential ? makeSequentialStep(function, program)
                                                            : StepMaker(function, program).run();
  if (failed(made))
    return failure();
  function.erase();
  planScratch(program);

  PassManager passes(program.module->getContext(), ModuleOp::getOperationName());
  // x86 has no arithmetic in 16 bits, and its conversions to bf16 flush denormals: compute in f32,
  // round in integers.
  passes.addPass(math::createMathExtendToSupportedTypes());
  arith::ArithEmulateUnsupportedFloatsOptions emulated;
  emulated.sourceTypeStrs = {"bf16", "f16"};
  emulated.targetTypeStr = "f32";
  passes.addPass(arith::createArithEmulateUnsupportedFloats(emulated));
  passes.addPass(std::make_unique<ExpandNarrowFloats>());
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
  passes.addPass(createSCFToControlFlowPass());
  passes.addPass(memref::createExpandStridedMetadataPass());
  passes.addPass(createLowerAffinePass());
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createConvertMathToLLVMPass());
  passes.addPass(createConvertMathToLibmPass());
  // A step's buffers are static and contiguous, so their addresses say everything.
  ConvertFuncToLLVMPassOptions barePointers;
  barePointers.useBarePtrCallConv = true;
  passes.addPass(createConvertFuncToLLVMPass(barePointers));
  passes.addPass(createConvertToLLVMPass());
  passes.addPass(createReconcileUnrealizedCastsPass());
  passes.addPass(createCanonicalizerPass());
  if (failed(passes.run(program.module.get())))
    return failure();
  return program;
}
