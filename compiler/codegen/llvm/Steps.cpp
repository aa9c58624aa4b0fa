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
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/Passes.h"
#include "mlir/Transforms/RegionUtils.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::codegen;

namespace {
/// What an op that becomes a function of its own needs from around it.
struct Surroundings {
  /// Views, constants and numbers that it repeats, in order.
  llvm::SetVector<Operation *> repeated;
  /// The buffers below, and the loops whose induction variables it takes.
  llvm::SetVector<Value> buffers;
  llvm::SetVector<unsigned> loops;
};

/// Makes the step functions of one kernel.
class StepMaker {
public:
  StepMaker(func::FuncOp function, StepProgram &program) : function(function), program(program) {}
  LogicalResult run();

private:
  LogicalResult makeSteps(Block &block);
  LogicalResult makeLoop(scf::ForOp loop);
  LogicalResult makeStep(Operation *op);
  LogicalResult makeBound(scf::ForOp loop, StepLoop &made);
  LogicalResult collect(ValueRange operands, Surroundings &found);
  void addBuffer(Value memory, bool scratch);
  StepBuffer describe(Value base, Operation *op, Surroundings &found, Type &type, Value &view);

  func::FuncOp function;
  StepProgram &program;
  llvm::MapVector<Value, unsigned> buffers;
  /// Of the program's loops.
  SmallVector<Value> inductionVariables;
  /// The function and the outermost extent of what was made of a text.
  llvm::StringMap<std::pair<std::string, int64_t>> functions;
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

LogicalResult StepMaker::collect(ValueRange operands, Surroundings &found) {
  for (Value operand : operands) {
    if (buffers.contains(operand)) {
      found.buffers.insert(operand);
      continue;
    }
    if (auto *loop = llvm::find(inductionVariables, operand); loop != inductionVariables.end()) {
      found.loops.insert(loop - inductionVariables.begin());
      continue;
    }
    Operation *producer = operand.getDefiningOp();
    if (!producer || !isMemoryEffectFree(producer))
      return emitError(operand.getLoc(),
                       "the LLVM backend cannot pass this op's operand between loops");
    if (found.repeated.contains(producer))
      continue;
    if (failed(collect(producer->getOperands(), found)))
      return failure();
    found.repeated.insert(producer);
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

/// What `op` gets of a buffer, and as what type. When one slice at a constant place is all that it
/// sees of it, that is `view`, and the place is in the address: so steps at other places are equal.
StepBuffer StepMaker::describe(Value base, Operation *op, Surroundings &found, Type &type,
                               Value &view) {
  StepBuffer result{buffers.lookup(base), 0, false};
  result.written = llvm::any_of(cast<DestinationStyleOpInterface>(op).getDpsInits(),
                                [&](Value init) { return getBase(init, buffers) == base; });
  type = base.getType();
  view = base;
  memref::SubViewOp only;
  llvm::SetVector<Value> used(op->operand_begin(), op->operand_end());
  getUsedValuesDefinedAbove(op->getRegions(), used);
  for (Operation *repeated : found.repeated) {
    if (!llvm::is_contained(repeated->getOperands(), base))
      continue;
    if (only || !isa<memref::SubViewOp>(repeated))
      return result;
    only = cast<memref::SubViewOp>(repeated);
  }
  if (!only || used.contains(base) || llvm::any_of(found.repeated, [&](Operation *other) {
        return llvm::is_contained(other->getOperands(), only.getResult());
      }))
    return result;
  auto [strides, offset] = only.getType().getStridesAndOffset();
  if (ShapedType::isDynamic(offset) || ShapedType::isDynamicShape(strides) ||
      !only.getType().hasStaticShape() || only.getType().getNumElements() == 0)
    return result;
  view = only;
  type = MemRefType::get(only.getType().getShape(), only.getType().getElementType(),
                         StridedLayoutAttr::get(op->getContext(), 0, strides));
  result.offset = offset * llvm::divideCeil(only.getType().getElementTypeBitWidth(), 8);
  return result;
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
  llvm::SetVector<Value> used(op->operand_begin(), op->operand_end());
  getUsedValuesDefinedAbove(op->getRegions(), used);
  Surroundings found;
  if (failed(collect(used.getArrayRef(), found)))
    return failure();
  Step step;
  step.loops.assign(found.loops.begin(), found.loops.end());
  OpBuilder builder = OpBuilder::atBlockEnd(program.module->getBody());
  SmallVector<Type> types;
  SmallVector<Value> views;
  for (Value base : found.buffers) {
    Value view;
    Type type;
    step.buffers.push_back(describe(base, op, found, type, view));
    Buffer &buffer = program.buffers[step.buffers.back().buffer];
    if (buffer.firstStep < 0)
      buffer.firstStep = program.steps.size();
    buffer.lastStep = program.steps.size();
    types.push_back(type);
    views.push_back(view);
    if (view != base)
      found.repeated.remove(view.getDefiningOp());
  }
  step.work = 1;
  for (int64_t extent : getMostExtents(cast<linalg::LinalgOp>(op)))
    step.work *= extent;

  Type index = builder.getIndexType();
  SmallVector<Type> numbers(step.loops.size() + 2, index);
  SmallVector<Value> inside;
  func::FuncOp made = makeStepFunction(builder, op->getLoc(), "step", types, numbers, inside);
  IRMapping mapping;
  mapping.map(views, inside);
  for (auto [n, loop] : llvm::enumerate(step.loops))
    mapping.map(inductionVariables[loop], made.getArgument(views.size() + n));
  for (Operation *repeated : found.repeated)
    builder.clone(*repeated, mapping);
  Operation *copy = builder.clone(*op, mapping);
  func::ReturnOp::create(builder, op->getLoc());

  std::string text;
  llvm::raw_string_ostream stream(text);
  made->print(stream, OpPrintingFlags().useLocalScope());
  auto &[name, extent] = functions[text];
  if (!name.empty()) {
    made.erase();
  } else {
    name = (function.getName() + ".step" + Twine(program.steps.size())).str();
    made.setName(name);
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
      forOp.setLowerBound(made.getArgument(made.getNumArguments() - 2));
      forOp.setUpperBound(made.getArgument(made.getNumArguments() - 1));
      extent = count->getZExtValue();
      break;
    }
  }
  step.function = name;
  step.extent = extent;
  program.steps.push_back(std::move(step));
  return success();
}

/// The upper bound of a loop as a function of the loops around it.
LogicalResult StepMaker::makeBound(scf::ForOp loop, StepLoop &made) {
  std::optional<int64_t> lower = getConstantIntValue(loop.getLowerBound());
  std::optional<int64_t> stride = getConstantIntValue(loop.getStep());
  Surroundings found;
  if (!lower || !stride || failed(collect(loop.getUpperBound(), found)) || !found.buffers.empty())
    return loop.emitError("the LLVM backend has no code for the bounds of this loop");
  made.lower = *lower;
  made.stride = *stride;
  made.outer.assign(found.loops.begin(), found.loops.end());
  made.upper = (function.getName() + ".bound" + Twine(program.loops.size())).str();
  OpBuilder builder = OpBuilder::atBlockEnd(program.module->getBody());
  SmallVector<Type> types(made.outer.size(), builder.getIndexType());
  auto bound = func::FuncOp::create(builder, loop.getLoc(), made.upper,
                                    builder.getFunctionType(types, builder.getIndexType()));
  Block *entry = bound.addEntryBlock();
  builder.setInsertionPointToStart(entry);
  IRMapping mapping;
  for (auto [n, outer] : llvm::enumerate(made.outer))
    mapping.map(inductionVariables[outer], entry->getArgument(n));
  for (Operation *repeated : found.repeated)
    builder.clone(*repeated, mapping);
  func::ReturnOp::create(builder, loop.getLoc(), mapping.lookup(loop.getUpperBound()));
  return success();
}

LogicalResult StepMaker::makeLoop(scf::ForOp loop) {
  if (loop.getNumResults() > 0)
    return loop.emitError("the LLVM backend passes no values between iterations of this loop");
  StepLoop made;
  if (failed(makeBound(loop, made)))
    return failure();
  unsigned number = program.loops.size();
  size_t outside = program.buffers.size();
  made.begin = program.steps.size();
  program.loops.push_back(made);
  inductionVariables.push_back(loop.getInductionVar());
  if (failed(makeSteps(*loop.getBody())))
    return failure();
  unsigned end = program.loops[number].end = program.steps.size();
  if (made.begin == end) {
    program.module->lookupSymbol(made.upper)->erase();
    program.loops.pop_back();
    inductionVariables.pop_back();
    return success();
  }
  // An iteration may find what another left in memory of outside.
  for (Buffer &buffer : llvm::MutableArrayRef(program.buffers).take_front(outside))
    if (buffer.lastStep >= int64_t(made.begin)) {
      buffer.firstStep = std::min<int64_t>(buffer.firstStep, made.begin);
      buffer.lastStep = int64_t(end) - 1;
    }
  return success();
}

LogicalResult StepMaker::makeSteps(Block &block) {
  for (Operation &op : llvm::make_early_inc_range(block.without_terminator())) {
    if (auto alloc = dyn_cast<memref::AllocOp>(op)) {
      if (!alloc.getType().hasStaticShape())
        return op.emitError("the LLVM backend needs buffers of static size");
      addBuffer(alloc, /*scratch=*/true);
      continue;
    }
    if (auto loop = dyn_cast<scf::ForOp>(op)) {
      if (failed(makeLoop(loop)))
        return failure();
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

LogicalResult StepMaker::run() {
  for (BlockArgument argument : function.getArguments())
    addBuffer(argument, /*scratch=*/false);
  return makeSteps(function.front());
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
/// without a function of the compiler's library. The emulation of arithmetic allows that a result
/// is extended again without having been rounded: it must be.
struct ExpandNarrowFloats : PassWrapper<ExpandNarrowFloats, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(ExpandNarrowFloats)
  StringRef getName() const override { return "ExpandNarrowFloats"; }
  void runOnOperation() override {
    getOperation()->walk([](Operation *op) {
      if (auto conversion = dyn_cast<arith::ExtFOp>(op))
        conversion.setFastmath(arith::FastMathFlags::none);
      else if (auto conversion = dyn_cast<arith::TruncFOp>(op))
        conversion.setFastmath(arith::FastMathFlags::none);
    });
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
