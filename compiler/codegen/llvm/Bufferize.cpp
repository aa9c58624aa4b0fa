// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A kernel's tensors become memory. Inputs are read-only memrefs; each result is computed in the
// caller's memory, so a buffer exists only for what lives between two ops.

#include "compiler/codegen/llvm/Loops.h"
#include "dialects/attn/Attn.h"
#include "dialects/attn/Decompose.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVM.h"
#include "mlir/Conversion/IndexToLLVM/IndexToLLVM.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/UBToLLVM/UBToLLVM.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Affine/IR/ValueBoundsOpInterfaceImpl.h"
#include "mlir/Dialect/Arith/IR/ValueBoundsOpInterfaceImpl.h"
#include "mlir/Dialect/Arith/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Index/IR/IndexDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/IR/ValueBoundsOpInterfaceImpl.h"
#include "mlir/Dialect/Linalg/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Linalg/Transforms/SubsetInsertionOpInterfaceImpl.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/MemRef/IR/ValueBoundsOpInterfaceImpl.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SCF/IR/ValueBoundsOpInterfaceImpl.h"
#include "mlir/Dialect/SCF/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tensor/IR/ValueBoundsOpInterfaceImpl.h"
#include "mlir/Dialect/Tensor/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Tensor/Transforms/SubsetInsertionOpInterfaceImpl.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/Passes.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::codegen;

void codegen::loadLoopDialects(MLIRContext &context) {
  DialectRegistry registry;
  registry.insert<affine::AffineDialect, arith::ArithDialect, attn::AttnDialect,
                  bufferization::BufferizationDialect, cf::ControlFlowDialect, func::FuncDialect,
                  index::IndexDialect, kernel::KernelDialect, linalg::LinalgDialect,
                  LLVM::LLVMDialect, math::MathDialect, memref::MemRefDialect, scf::SCFDialect,
                  tensor::TensorDialect, ub::UBDialect>();
  arith::registerBufferizableOpInterfaceExternalModels(registry);
  linalg::registerBufferizableOpInterfaceExternalModels(registry);
  linalg::registerSubsetOpInterfaceExternalModels(registry);
  scf::registerBufferizableOpInterfaceExternalModels(registry);
  tensor::registerBufferizableOpInterfaceExternalModels(registry);
  tensor::registerSubsetOpInterfaceExternalModels(registry);
  affine::registerValueBoundsOpInterfaceExternalModels(registry);
  arith::registerValueBoundsOpInterfaceExternalModels(registry);
  linalg::registerValueBoundsOpInterfaceExternalModels(registry);
  memref::registerValueBoundsOpInterfaceExternalModels(registry);
  scf::registerValueBoundsOpInterfaceExternalModels(registry);
  tensor::registerValueBoundsOpInterfaceExternalModels(registry);
  arith::registerConvertArithToLLVMInterface(registry);
  cf::registerConvertControlFlowToLLVMInterface(registry);
  registerConvertFuncToLLVMInterface(registry);
  index::registerConvertIndexToLLVMInterface(registry);
  registerConvertMathToLLVMInterface(registry);
  registerConvertMemRefToLLVMInterface(registry);
  ub::registerConvertUBToLLVMInterface(registry);
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  context.appendDialectRegistry(registry);
  for (StringRef name : registry.getDialectNames())
    context.getOrLoadDialect(name);
}

/// Has `tensor` computed into `memory`. The pieces of a concatenation, which nothing reads as a
/// whole, go there one by one: the analysis of a chain of insertions is quadratic in its length.
static void materialize(OpBuilder &builder, Value tensor, Value memory) {
  SmallVector<tensor::InsertSliceOp> chain;
  auto insert = tensor.getDefiningOp<tensor::InsertSliceOp>();
  while (insert && (chain.empty() ? insert->use_empty() : insert->hasOneUse())) {
    chain.push_back(insert);
    insert = insert.getDest().getDefiningOp<tensor::InsertSliceOp>();
  }
  // What others read as well would be written over in its place.
  Value start = chain.empty() ? tensor : chain.back().getDest();
  if (!start.getDefiningOp<tensor::EmptyOp>() && !start.hasOneUse()) {
    chain.clear();
    start = tensor;
  }
  auto write = [&](Location loc, Value value, Value place) {
    bufferization::MaterializeInDestinationOp::create(builder, loc, /*result=*/Type(), value, place,
                                                      /*restrict=*/true, /*writable=*/true);
  };
  if (chain.empty() || !start.getDefiningOp<tensor::EmptyOp>())
    write(tensor.getLoc(), start, memory);
  for (tensor::InsertSliceOp op : llvm::reverse(chain)) {
    if (op.getSourceType().getNumElements() == 0)
      continue;
    auto type = memref::SubViewOp::inferRankReducedResultType(
        op.getSourceType().getShape(), cast<MemRefType>(memory.getType()), op.getStaticOffsets(),
        op.getStaticSizes(), op.getStaticStrides());
    Value place =
        memref::SubViewOp::create(builder, op.getLoc(), type, memory, op.getMixedOffsets(),
                                  op.getMixedSizes(), op.getMixedStrides());
    write(op.getLoc(), op.getSource(), place);
  }
  for (tensor::InsertSliceOp op : chain)
    op.erase();
}

/// The kernel as a func.func on memrefs around the same tensor ops.
static FailureOr<OwningOpRef<ModuleOp>> cloneOntoMemory(kernel::FuncOp kernel) {
  if (!kernel.getBody().hasOneBlock())
    return kernel.emitError("the LLVM backend takes kernels of one block");
  SmallVector<Type> types;
  for (Type type : llvm::concat<const Type>(kernel.getArgumentTypes(), kernel.getResultTypes())) {
    auto tensor = cast<RankedTensorType>(type);
    if (tensor.getEncoding())
      return kernel.emitError("the LLVM backend takes plain row-major tensors, not ") << type;
    if (!tensor.getElementType().isIntOrFloat())
      return kernel.emitError("the LLVM backend has no storage for ") << type;
    types.push_back(MemRefType::get(tensor.getShape(), tensor.getElementType()));
  }
  OwningOpRef<ModuleOp> module = ModuleOp::create(kernel.getLoc());
  OpBuilder builder = OpBuilder::atBlockEnd(module->getBody());
  auto func = func::FuncOp::create(builder, kernel.getLoc(), kernel.getSymName(),
                                   builder.getFunctionType(types, {}));
  Block *entry = func.addEntryBlock();
  builder.setInsertionPointToStart(entry);
  IRMapping mapping;
  ValueRange inputs = entry->getArguments().take_front(kernel.getNumArguments());
  for (auto [argument, memory] : llvm::zip_equal(kernel.getArguments(), inputs)) {
    auto tensor = bufferization::ToTensorOp::create(builder, kernel.getLoc(), argument.getType(),
                                                    memory, /*restrict=*/true);
    mapping.map(argument, tensor.getResult());
  }
  for (Operation &op : kernel.getBody().front().without_terminator())
    builder.clone(op, mapping);
  Operation *terminator = kernel.getBody().front().getTerminator();
  for (auto [result, memory] :
       llvm::zip(terminator->getOperands(),
                 entry->getArguments().drop_front(kernel.getArgumentTypes().size())))
    materialize(builder, mapping.lookupOrDefault(result), memory);
  func::ReturnOp::create(builder, kernel.getLoc());
  return module;
}

/// Whether the consumer reads each element of the operand once, so that computing it in place
/// repeats no work.
static bool readsOnce(OpOperand *operand) {
  Operation *producer = operand->get().getDefiningOp();
  auto consumer = dyn_cast<linalg::GenericOp>(operand->getOwner());
  return producer && producer->hasOneUse() && consumer &&
         consumer.getMatchingIndexingMap(operand).isPermutation();
}

/// Gives each op that writes over a tensor one of its own where the tensor has other users, once
/// equal ops are merged. The elimination of empty tensors would have it computed in the memory of a
/// result, and the bufferization sees no conflict in the write of that result over what the other
/// users find there.
static void separateWriters(ModuleOp module) {
  auto isWritten = [](OpOperand &use) {
    if (auto insert = dyn_cast<tensor::InsertSliceOp>(use.getOwner()))
      return &use == &insert.getDestMutable();
    auto op = dyn_cast<DestinationStyleOpInterface>(use.getOwner());
    return op && op.isDpsInit(&use);
  };
  SmallVector<Value> tensors;
  module.walk([&](Operation *op) {
    if (isa<linalg::LinalgOp, tensor::InsertSliceOp>(op))
      llvm::append_range(tensors, op->getResults());
  });
  for (Value tensor : tensors) {
    if (tensor.hasOneUse())
      continue;
    SmallVector<OpOperand *> writers;
    for (OpOperand &use : tensor.getUses())
      if (isWritten(use))
        writers.push_back(&use);
    for (OpOperand *use : writers) {
      OpBuilder builder(use->getOwner());
      if (auto fill = tensor.getDefiningOp<linalg::FillOp>())
        use->set(builder.clone(*fill)->getResult(0));
      else
        use->set(bufferization::AllocTensorOp::create(
            builder, tensor.getLoc(), cast<RankedTensorType>(tensor.getType()),
            /*dynamicSizes=*/ValueRange(), /*copy=*/tensor));
    }
  }
}

/// Gives memory whose size only the run knows that of the largest: inside of a loop none is taken.
/// Its elements lie as close together as their number allows.
static LogicalResult boundAllocations(ModuleOp module) {
  SmallVector<memref::AllocOp> allocations;
  module.walk([&](memref::AllocOp op) {
    if (!op.getType().hasStaticShape())
      allocations.push_back(op);
  });
  for (memref::AllocOp op : allocations) {
    MemRefType type = op.getType();
    int64_t bytes = llvm::divideCeil(type.getElementTypeBitWidth(), 8);
    for (int64_t extent : type.getShape())
      bytes *= ShapedType::isDynamic(extent) ? 1 : extent;
    for (Value size : op.getDynamicSizes()) {
      FailureOr<int64_t> bound = ValueBoundsConstraintSet::computeConstantBound(
          presburger::BoundType::UB, size, nullptr, /*closedUB=*/true);
      if (failed(bound) || !type.getLayout().isIdentity())
        return op.emitError("the LLVM backend finds no bound for the size of this buffer");
      bytes *= *bound;
    }
    OpBuilder builder(op);
    Value memory = memref::AllocOp::create(builder, op.getLoc(),
                                           MemRefType::get({bytes}, builder.getI8Type()));
    Value start = arith::ConstantIndexOp::create(builder, op.getLoc(), 0);
    op.replaceAllUsesWith(
        memref::ViewOp::create(builder, op.getLoc(), type, memory, start, op.getDynamicSizes())
            .getResult());
    op.erase();
  }
  return success();
}

/// Queries whose scores are in memory at a time: few enough for memory that grows with the number
/// of keys and not its square, and to leave out what a causal mask hides.
static constexpr int64_t attentionTile = 128;

FailureOr<OwningOpRef<ModuleOp>> codegen::bufferizeKernel(kernel::FuncOp kernel) {
  FailureOr<OwningOpRef<ModuleOp>> module = cloneOntoMemory(kernel);
  if (failed(module))
    return failure();
  MLIRContext *context = kernel.getContext();
  SmallVector<attn::AttentionOp> attentions;
  (*module)->walk([&](attn::AttentionOp op) { attentions.push_back(op); });
  for (attn::AttentionOp op : attentions) {
    IRRewriter rewriter(op);
    rewriter.replaceOp(op, attn::decomposeAttention(rewriter, op, attentionTile));
  }

  RewritePatternSet patterns(context);
  linalg::populateDecomposePadPatterns(patterns);
  linalg::populateElementwiseOpsFusionPatterns(patterns, readsOnce);
  if (failed(applyPatternsGreedily(module->get(), std::move(patterns))))
    return kernel.emitError("simplification does not terminate");

  SmallVector<linalg::GenericOp> generics;
  (*module)->walk([&](linalg::GenericOp op) { generics.push_back(op); });
  // In a sequential kernel memory is not taken inside loops.
  if (kernel.getAnchor() != kernel::Anchor::Sequential) {
    for (linalg::GenericOp generic : generics) {
      packOperands(generic);
      blockSums(generic);
    }
  }

  PassManager merging(context, ModuleOp::getOperationName());
  merging.addPass(createCanonicalizerPass());
  merging.addPass(createCSEPass());
  if (failed(merging.run(module->get())))
    return failure();
  separateWriters(**module);
  PassManager passes(context, ModuleOp::getOperationName());
  passes.addPass(bufferization::createEmptyTensorEliminationPass());
  passes.addPass(bufferization::createOneShotBufferizePass());
  passes.addPass(createCSEPass());
  passes.addPass(createCanonicalizerPass());
  if (failed(passes.run(module->get())) || failed(boundAllocations(**module)))
    return failure();
  return module;
}
