// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every tensor of the program is an address: a constant distance from an input, an output, the
// arena or the weights, or from what a loop exchanges. So `run` is a list of calls, each checked,
// in loops and branches over numbers.

#include "compiler/codegen/llvm/RunWriter.h"

#include "fovea/runtime.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

#include "llvm/ADT/TypeSwitch.h"
#include "llvm/IR/IRBuilder.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::codegen;

int64_t codegen::getBytes(MemRefType type) {
  return type.getNumElements() * llvm::divideCeil(type.getElementTypeBitWidth(), 8);
}

static bool isContiguous(MemRefType type) {
  return type.hasStaticShape() && type.areTrailingDimsContiguous(type.getRank());
}

namespace {
/// An address in the program: a distance in bytes from one of `run`'s pointers.
struct Address {
  llvm::Value *base = nullptr;
  int64_t offset = 0;
};

/// Writes `i32 run(worker, inputs, outputs, arena, weights)`.
class RunWriter {
public:
  RunWriter(llvm::Module &module, const ProgramSignature &signature)
      : module(module), signature(signature), builder(module.getContext()),
        pointer(builder.getPtrTy()), i32(builder.getInt32Ty()) {}
  FailureOr<llvm::Function *> write();

private:
  /// The ops of a block but its terminator.
  LogicalResult writeBlock(Block &block);
  LogicalResult writeOp(Operation &op);
  LogicalResult writeFor(scf::ForOp op);
  LogicalResult writeWhile(scf::WhileOp op);
  LogicalResult writeIf(scf::IfOp op);
  LogicalResult writeScalar(Operation &op);
  LogicalResult writeLoad(memref::LoadOp op);
  LogicalResult writeStore(memref::StoreOp op);
  LogicalResult writeSlice(kernel::SliceOp op);
  void writeRequire(kernel::RequireOp op);
  LogicalResult writeLaunch(kernel::LaunchOp launch);
  LogicalResult writeView(Operation &op);
  LogicalResult writeConstant(kernel::GetConstantOp op);
  LogicalResult writeCopy(memref::CopyOp op);
  llvm::Value *getPointer(Value memory);
  llvm::Type *getType(Type type);
  /// The address of a memory or the number.
  llvm::Value *getValue(Value value);
  void setValue(Value value, llvm::Value *written);
  /// A value for each of `values`, which are arguments of a block, in the present block; the
  /// incoming ones are added when they are known.
  SmallVector<llvm::PHINode *> makePhis(ValueRange values);
  void addIncoming(ArrayRef<llvm::PHINode *> phis, ValueRange values);
  llvm::BasicBlock *makeBlock(const Twine &name = "");
  /// Leaves with a status unless it is null.
  void returnUnlessNull(llvm::Value *status);
  llvm::Value *getElementPointer(Value memory, ValueRange indices);

  llvm::Module &module;
  const ProgramSignature &signature;
  llvm::IRBuilder<> builder;
  llvm::PointerType *pointer;
  llvm::IntegerType *i32;
  llvm::Function *function = nullptr;
  llvm::PHINode *result = nullptr;
  llvm::DenseMap<Value, Address> addresses;
  llvm::DenseMap<Value, llvm::Value *> numbers;
};
} // namespace

llvm::Value *RunWriter::getPointer(Value memory) {
  Address address = addresses.lookup(memory);
  return address.offset == 0 ? address.base
                             : builder.CreateConstInBoundsGEP1_64(builder.getInt8Ty(), address.base,
                                                                  address.offset);
}

llvm::BasicBlock *RunWriter::makeBlock(const Twine &name) {
  return llvm::BasicBlock::Create(module.getContext(), name, function, result->getParent());
}

void RunWriter::returnUnlessNull(llvm::Value *status) {
  llvm::BasicBlock *next = makeBlock();
  result->addIncoming(status, builder.GetInsertBlock());
  builder.CreateCondBr(builder.CreateIsNull(status), next, result->getParent());
  builder.SetInsertPoint(next);
}

LogicalResult RunWriter::writeLaunch(kernel::LaunchOp launch) {
  SmallVector<llvm::Value *> arguments{function->getArg(0)};
  for (Value operand : launch->getOperands()) {
    if (!isContiguous(cast<MemRefType>(operand.getType())))
      return launch.emitError("a kernel takes contiguous memory, not ") << operand.getType();
    arguments.push_back(getPointer(operand));
  }
  auto *type =
      llvm::FunctionType::get(i32, SmallVector<llvm::Type *>(arguments.size(), pointer), false);
  llvm::Value *status =
      builder.CreateCall(module.getOrInsertFunction(launch.getCallee(), type), arguments);
  returnUnlessNull(status);
  return success();
}

/// Reshapes keep the address; views and slices move it by a constant.
LogicalResult RunWriter::writeView(Operation &op) {
  Value source = cast<ViewLikeOpInterface>(op).getViewSource();
  Address address = addresses.lookup(source);
  auto type = cast<MemRefType>(op.getResult(0).getType());
  auto sourceType = cast<MemRefType>(source.getType());
  if (auto view = dyn_cast<memref::ViewOp>(op)) {
    std::optional<int64_t> shift = getConstantIntValue(OpFoldResult(view.getByteShift()));
    if (!shift)
      return op.emitError("the offset of a view of the arena must be constant");
    address.offset += *shift;
  } else if (isa<memref::SubViewOp, memref::ReinterpretCastOp>(op)) {
    int64_t before = sourceType.getStridesAndOffset().second;
    int64_t after = type.getStridesAndOffset().second;
    if (ShapedType::isDynamic(before) || ShapedType::isDynamic(after))
      return op.emitError("the offset of a view must be constant");
    address.offset += (after - before) * llvm::divideCeil(type.getElementTypeBitWidth(), 8);
  } else if (!isa<memref::ExpandShapeOp, memref::CollapseShapeOp, memref::CastOp>(op)) {
    return op.emitError("a program cannot contain this view");
  }
  addresses[op.getResult(0)] = address;
  return success();
}

LogicalResult RunWriter::writeConstant(kernel::GetConstantOp op) {
  auto constant = SymbolTable::lookupNearestSymbolFrom<kernel::ConstantOp>(op, op.getNameAttr());
  if (!constant || !constant.getOffset())
    return op.emitError("'") << op.getName() << "' has no place in the weights section yet";
  addresses[op] = {function->getArg(4), int64_t(*constant.getOffset())};
  return success();
}

LogicalResult RunWriter::writeCopy(memref::CopyOp op) {
  auto from = cast<MemRefType>(op.getSource().getType());
  auto to = cast<MemRefType>(op.getTarget().getType());
  if (!isContiguous(from) || !isContiguous(to))
    return op.emitError("a program copies contiguous memory only");
  builder.CreateMemCpy(getPointer(op.getTarget()), llvm::Align(1), getPointer(op.getSource()),
                       llvm::Align(1), getBytes(from));
  return success();
}

//===----------------------------------------------------------------------===//
// Numbers
//===----------------------------------------------------------------------===//

llvm::Type *RunWriter::getType(Type type) {
  if (isa<MemRefType>(type))
    return pointer;
  return type.isIndex() ? builder.getInt64Ty() : builder.getIntNTy(type.getIntOrFloatBitWidth());
}

llvm::Value *RunWriter::getValue(Value value) {
  return isa<MemRefType>(value.getType()) ? getPointer(value) : numbers.lookup(value);
}

void RunWriter::setValue(Value value, llvm::Value *written) {
  if (isa<MemRefType>(value.getType()))
    addresses[value] = {written, 0};
  else
    numbers[value] = written;
}

LogicalResult RunWriter::writeScalar(Operation &op) {
  Type type = op.getResult(0).getType();
  if (!type.isIntOrIndex() ||
      !llvm::all_of(op.getOperandTypes(), [](Type operand) { return operand.isIntOrIndex(); }))
    return op.emitError("a program computes integers only");
  llvm::Type *to = getType(type);
  if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
    numbers[constant] = llvm::ConstantInt::get(
        to,
        cast<IntegerAttr>(constant.getValue()).getValue().sextOrTrunc(to->getIntegerBitWidth()));
    return success();
  }
  SmallVector<llvm::Value *> operands;
  for (Value operand : op.getOperands())
    operands.push_back(getValue(operand));
  llvm::Value *written =
      llvm::TypeSwitch<Operation *, llvm::Value *>(&op)
          .Case([&](arith::AddIOp) { return builder.CreateAdd(operands[0], operands[1]); })
          .Case([&](arith::SubIOp) { return builder.CreateSub(operands[0], operands[1]); })
          .Case([&](arith::MulIOp) { return builder.CreateMul(operands[0], operands[1]); })
          .Case([&](arith::AndIOp) { return builder.CreateAnd(operands[0], operands[1]); })
          .Case([&](arith::OrIOp) { return builder.CreateOr(operands[0], operands[1]); })
          .Case([&](arith::XOrIOp) { return builder.CreateXor(operands[0], operands[1]); })
          .Case<arith::IndexCastOp, arith::ExtSIOp, arith::TruncIOp>(
              [&](auto) { return builder.CreateSExtOrTrunc(operands[0], to); })
          .Case<arith::IndexCastUIOp, arith::ExtUIOp>(
              [&](auto) { return builder.CreateZExtOrTrunc(operands[0], to); })
          .Case([&](arith::SelectOp) {
            return builder.CreateSelect(operands[0], operands[1], operands[2]);
          })
          .Case([&](arith::CmpIOp compare) {
            static constexpr llvm::CmpInst::Predicate predicates[] = {
                llvm::CmpInst::ICMP_EQ,  llvm::CmpInst::ICMP_NE,  llvm::CmpInst::ICMP_SLT,
                llvm::CmpInst::ICMP_SLE, llvm::CmpInst::ICMP_SGT, llvm::CmpInst::ICMP_SGE,
                llvm::CmpInst::ICMP_ULT, llvm::CmpInst::ICMP_ULE, llvm::CmpInst::ICMP_UGT,
                llvm::CmpInst::ICMP_UGE};
            return builder.CreateICmp(predicates[unsigned(compare.getPredicate())], operands[0],
                                      operands[1]);
          })
          .Default([](Operation *) { return nullptr; });
  if (!written)
    return op.emitError("a program cannot compute this: numbers are added, compared and converted");
  numbers[op.getResult(0)] = written;
  return success();
}

llvm::Value *RunWriter::getElementPointer(Value memory, ValueRange indices) {
  auto type = cast<MemRefType>(memory.getType());
  llvm::Value *position = builder.getInt64(0);
  for (auto [index, extent] : llvm::zip_equal(indices, type.getShape()))
    position =
        builder.CreateAdd(builder.CreateMul(position, builder.getInt64(extent)), getValue(index));
  int64_t width = llvm::divideCeil(type.getElementTypeBitWidth(), 8);
  return builder.CreateGEP(builder.getInt8Ty(), getPointer(memory),
                           builder.CreateMul(position, builder.getInt64(width)));
}

/// A bool takes a byte.
LogicalResult RunWriter::writeLoad(memref::LoadOp op) {
  if (!op.getType().isIntOrIndex())
    return op.emitError("a program reads integers only");
  llvm::Type *type = getType(op.getType());
  llvm::Type *stored = type->isIntegerTy(1) ? builder.getInt8Ty() : type;
  llvm::Value *loaded = builder.CreateAlignedLoad(
      stored, getElementPointer(op.getMemRef(), op.getIndices()), llvm::Align(1));
  numbers[op] = type == stored ? loaded : builder.CreateIsNotNull(loaded);
  return success();
}

LogicalResult RunWriter::writeStore(memref::StoreOp op) {
  if (!op.getValue().getType().isIntOrIndex())
    return op.emitError("a program writes integers only");
  llvm::Value *value = getValue(op.getValue());
  if (value->getType()->isIntegerTy(1))
    value = builder.CreateZExt(value, builder.getInt8Ty());
  builder.CreateAlignedStore(value, getElementPointer(op.getMemRef(), op.getIndices()),
                             llvm::Align(1));
  return success();
}

LogicalResult RunWriter::writeSlice(kernel::SliceOp op) {
  int64_t bytes = getBytes(cast<MemRefType>(op.getType()));
  llvm::Value *shift = builder.CreateMul(getValue(op.getIndex()), builder.getInt64(bytes));
  addresses[op] = {builder.CreateGEP(builder.getInt8Ty(), getPointer(op.getSource()), shift), 0};
  return success();
}

void RunWriter::writeRequire(kernel::RequireOp op) {
  returnUnlessNull(builder.CreateSelect(getValue(op.getCondition()), builder.getInt32(0),
                                        builder.getInt32(kernel::contradictedStatus)));
  numbers[op] = getValue(op.getValue());
}

//===----------------------------------------------------------------------===//
// Loops and branches
//===----------------------------------------------------------------------===//

SmallVector<llvm::PHINode *> RunWriter::makePhis(ValueRange values) {
  SmallVector<llvm::PHINode *> phis;
  for (Value value : values) {
    phis.push_back(builder.CreatePHI(getType(value.getType()), 2));
    setValue(value, phis.back());
  }
  return phis;
}

void RunWriter::addIncoming(ArrayRef<llvm::PHINode *> phis, ValueRange values) {
  SmallVector<llvm::Value *> incoming;
  for (Value value : values)
    incoming.push_back(getValue(value));
  for (auto [phi, value] : llvm::zip_equal(phis, incoming))
    phi->addIncoming(value, builder.GetInsertBlock());
}

LogicalResult RunWriter::writeFor(scf::ForOp op) {
  llvm::Value *first = getValue(op.getLowerBound()), *end = getValue(op.getUpperBound()),
              *step = getValue(op.getStep());
  llvm::BasicBlock *head = makeBlock("loop"), *body = makeBlock(), *exit = makeBlock();
  SmallVector<llvm::Value *> starts;
  for (Value value : op.getInitArgs())
    starts.push_back(getValue(value));
  llvm::BasicBlock *before = builder.GetInsertBlock();
  builder.CreateBr(head);
  builder.SetInsertPoint(head);
  SmallVector<llvm::PHINode *> counter = makePhis(ValueRange(op.getInductionVar()));
  SmallVector<llvm::PHINode *> phis = makePhis(op.getRegionIterArgs());
  counter[0]->addIncoming(first, before);
  for (auto [phi, start] : llvm::zip_equal(phis, starts))
    phi->addIncoming(start, before);
  builder.CreateCondBr(builder.CreateICmpSLT(counter[0], end), body, exit);
  builder.SetInsertPoint(body);
  if (failed(writeBlock(*op.getBody())))
    return failure();
  addIncoming(phis, op.getBody()->getTerminator()->getOperands());
  llvm::Value *next = builder.CreateAdd(counter[0], step);
  counter[0]->addIncoming(next, builder.GetInsertBlock());
  builder.CreateBr(head);
  builder.SetInsertPoint(exit);
  for (auto [value, phi] : llvm::zip_equal(op.getResults(), phis))
    setValue(value, phi);
  return success();
}

LogicalResult RunWriter::writeWhile(scf::WhileOp op) {
  Block &before = *op.getBeforeBody(), &after = *op.getAfterBody();
  auto condition = cast<scf::ConditionOp>(before.getTerminator());
  llvm::BasicBlock *head = makeBlock("loop"), *body = makeBlock(), *exit = makeBlock();
  SmallVector<llvm::Value *> starts;
  for (Value value : op.getInits())
    starts.push_back(getValue(value));
  llvm::BasicBlock *entry = builder.GetInsertBlock();
  builder.CreateBr(head);
  builder.SetInsertPoint(head);
  SmallVector<llvm::PHINode *> phis = makePhis(before.getArguments());
  for (auto [phi, start] : llvm::zip_equal(phis, starts))
    phi->addIncoming(start, entry);
  if (failed(writeBlock(before)))
    return failure();
  SmallVector<llvm::Value *> passed;
  for (Value value : condition.getArgs())
    passed.push_back(getValue(value));
  for (auto [argument, result, value] :
       llvm::zip_equal(after.getArguments(), op.getResults(), passed)) {
    setValue(argument, value);
    setValue(result, value);
  }
  builder.CreateCondBr(getValue(condition.getCondition()), body, exit);
  builder.SetInsertPoint(body);
  if (failed(writeBlock(after)))
    return failure();
  addIncoming(phis, after.getTerminator()->getOperands());
  builder.CreateBr(head);
  builder.SetInsertPoint(exit);
  return success();
}

LogicalResult RunWriter::writeIf(scf::IfOp op) {
  if (op.getNumResults() != 0)
    return op.emitError("a branch of a program writes memory and has no results");
  llvm::BasicBlock *then = makeBlock(), *otherwise = makeBlock(), *exit = makeBlock();
  builder.CreateCondBr(getValue(op.getCondition()), then, otherwise);
  builder.SetInsertPoint(then);
  if (failed(writeBlock(*op.thenBlock())))
    return failure();
  builder.CreateBr(exit);
  builder.SetInsertPoint(otherwise);
  if (op.elseBlock() && failed(writeBlock(*op.elseBlock())))
    return failure();
  builder.CreateBr(exit);
  builder.SetInsertPoint(exit);
  return success();
}

//===----------------------------------------------------------------------===//
// All ops
//===----------------------------------------------------------------------===//

LogicalResult RunWriter::writeBlock(Block &block) {
  for (Operation &op : block) {
    if (op.hasTrait<OpTrait::IsTerminator>())
      break;
    if (failed(writeOp(op)))
      return failure();
  }
  return success();
}

LogicalResult RunWriter::writeOp(Operation &op) {
  if (isa<arith::ArithDialect>(op.getDialect()))
    return writeScalar(op);
  return llvm::TypeSwitch<Operation *, LogicalResult>(&op)
      .Case([&](kernel::LaunchOp launch) { return writeLaunch(launch); })
      .Case([&](kernel::GetConstantOp constant) { return writeConstant(constant); })
      .Case([&](memref::CopyOp copy) { return writeCopy(copy); })
      .Case([&](kernel::SliceOp slice) { return writeSlice(slice); })
      .Case([&](kernel::RequireOp check) {
        writeRequire(check);
        return success();
      })
      .Case([&](memref::LoadOp load) { return writeLoad(load); })
      .Case([&](memref::StoreOp store) { return writeStore(store); })
      .Case([&](scf::ForOp loop) { return writeFor(loop); })
      .Case([&](scf::WhileOp loop) { return writeWhile(loop); })
      .Case([&](scf::IfOp branch) { return writeIf(branch); })
      .Case([&](ViewLikeOpInterface view) { return writeView(*view); })
      .Default([](Operation *other) {
        return other->emitError("a program cannot contain this op: only kernels compute");
      });
}

FailureOr<llvm::Function *> RunWriter::write() {
  SmallVector<llvm::Type *> types(5, pointer);
  function = llvm::Function::Create(llvm::FunctionType::get(i32, types, false),
                                    llvm::GlobalValue::InternalLinkage, "program.run", module);
  auto *begin = llvm::BasicBlock::Create(module.getContext(), "", function);
  auto *done = llvm::BasicBlock::Create(module.getContext(), "done", function);
  builder.SetInsertPoint(done);
  result = builder.CreatePHI(i32, 1);
  builder.CreateRet(result);
  builder.SetInsertPoint(begin);
  Block &body = func::FuncOp(signature.main).front();
  unsigned position = 0;
  for (auto [tensors, argument] :
       {std::pair(&signature.inputs, 1), std::pair(&signature.outputs, 2)})
    for (unsigned i = 0; i < tensors->size(); ++i)
      addresses[body.getArgument(position++)].base = builder.CreateLoad(
          pointer, builder.CreateConstInBoundsGEP1_64(pointer, function->getArg(argument), i));
  addresses[body.getArgument(position)].base = function->getArg(3);
  if (failed(writeBlock(body)))
    return failure();
  result->addIncoming(builder.getInt32(0), builder.GetInsertBlock());
  builder.CreateBr(done);
  return function;
}

FailureOr<llvm::Function *> codegen::writeRun(llvm::Module &module,
                                              const ProgramSignature &signature) {
  return RunWriter(module, signature).write();
}
