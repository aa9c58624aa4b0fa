// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every value of the program is an address: a constant distance from an input, an output, the arena
// or the weights. So `run` is a list of calls, each checked.

#include "compiler/codegen/llvm/Program.h"

#include "compiler/codegen/Target.h"
#include "dialects/onnx/ElementType.h"
#include "fovea/runtime.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

#include "llvm/ADT/TypeSwitch.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::codegen;

static int64_t getBytes(MemRefType type) {
  return type.getNumElements() * llvm::divideCeil(type.getElementTypeBitWidth(), 8);
}

static bool isContiguous(MemRefType type) {
  return type.hasStaticShape() && type.areTrailingDimsContiguous(type.getRank());
}

FailureOr<ProgramSignature> codegen::getProgramSignature(ModuleOp module) {
  ProgramSignature signature;
  signature.main = module.lookupSymbol<func::FuncOp>("main");
  func::FuncOp main = signature.main;
  if (!main || !main.getBody().hasOneBlock())
    return module.emitError("the program needs a function @main of one block");
  auto inputs = main->getAttrOfType<IntegerAttr>("fovea.inputs");
  auto outputs = main->getAttrOfType<IntegerAttr>("fovea.outputs");
  auto arena = module->getAttrOfType<IntegerAttr>("fovea.arena_bytes");
  if (!inputs || !outputs || inputs.getInt() < 0 || outputs.getInt() < 0 ||
      main.getNumArguments() != inputs.getInt() + outputs.getInt() + 1 || main.getNumResults() != 0)
    return main.emitError(
        "the program is not bufferized: expected fovea.inputs, fovea.outputs, and an argument for "
        "each input, each output and the arena");
  signature.arenaBytes = arena ? arena.getInt() : 0;
  for (int64_t i = 0; i < inputs.getInt() + outputs.getInt(); ++i) {
    bool isInput = i < inputs.getInt();
    int64_t index = isInput ? i : i - inputs.getInt();
    auto type = dyn_cast<MemRefType>(main.getArgument(i).getType());
    if (!type || !type.hasStaticShape() || !type.getLayout().isIdentity() ||
        !type.getElementType().isIntOrFloat())
      return main.emitError("argument ") << i << " is not contiguous memory of static shape";
    // The program holds some element types of the caller as signless integers.
    if (auto element = main.getArgAttrOfType<TypeAttr>(i, "onnx.element_type")) {
      Type given = element.getValue();
      if (!given.isIntOrFloat() || onnx::getStorageType(given) != type.getElementType())
        return main.emitError("argument ") << i << " of element type " << type.getElementType()
                                           << " cannot stand for onnx.element_type " << given;
      type = MemRefType::get(type.getShape(), given);
    }
    auto name = main.getArgAttrOfType<StringAttr>(i, "onnx.name");
    ModelTensor tensor{name ? name.str() : ((isInput ? "input" : "output") + Twine(index)).str(),
                       type};
    (isInput ? signature.inputs : signature.outputs).push_back(std::move(tensor));
  }
  return signature;
}

//===----------------------------------------------------------------------===//
// run
//===----------------------------------------------------------------------===//

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
  LogicalResult writeOp(Operation &op);
  LogicalResult writeLaunch(kernel::LaunchOp launch);
  LogicalResult writeView(Operation &op);
  LogicalResult writeConstant(kernel::GetConstantOp op);
  LogicalResult writeCopy(memref::CopyOp op);
  llvm::Value *getPointer(Value memory);

  llvm::Module &module;
  const ProgramSignature &signature;
  llvm::IRBuilder<> builder;
  llvm::PointerType *pointer;
  llvm::IntegerType *i32;
  llvm::Function *function = nullptr;
  llvm::PHINode *result = nullptr;
  llvm::DenseMap<Value, Address> addresses;
};
} // namespace

llvm::Value *RunWriter::getPointer(Value memory) {
  Address address = addresses.lookup(memory);
  return address.offset == 0 ? address.base
                             : builder.CreateConstInBoundsGEP1_64(builder.getInt8Ty(), address.base,
                                                                  address.offset);
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
  auto *next = llvm::BasicBlock::Create(module.getContext(), "", function, result->getParent());
  result->addIncoming(status, builder.GetInsertBlock());
  builder.CreateCondBr(builder.CreateIsNull(status), next, result->getParent());
  builder.SetInsertPoint(next);
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

LogicalResult RunWriter::writeOp(Operation &op) {
  if (isa<arith::ConstantOp>(op))
    return success();
  return llvm::TypeSwitch<Operation *, LogicalResult>(&op)
      .Case([&](kernel::LaunchOp launch) { return writeLaunch(launch); })
      .Case([&](kernel::GetConstantOp constant) { return writeConstant(constant); })
      .Case([&](memref::CopyOp copy) { return writeCopy(copy); })
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
  for (Operation &op : body.without_terminator())
    if (failed(writeOp(op)))
      return failure();
  result->addIncoming(builder.getInt32(0), builder.GetInsertBlock());
  builder.CreateBr(done);
  return function;
}

//===----------------------------------------------------------------------===//
// The model
//===----------------------------------------------------------------------===//

namespace {
/// Writes the constant structs of runtime.h.
class ModelWriter {
public:
  explicit ModelWriter(llvm::Module &module)
      : module(module), context(module.getContext()), builder(context) {}
  void write(const ProgramSignature &signature, const Target &target, const ProgramOptions &options,
             llvm::Function *run);

private:
  llvm::Constant *makePrivate(llvm::Constant *value, const Twine &name) {
    auto *global = new llvm::GlobalVariable(module, value->getType(), /*isConstant=*/true,
                                            llvm::GlobalValue::PrivateLinkage, value, name);
    global->setUnnamedAddr(llvm::GlobalValue::UnnamedAddr::Global);
    return global;
  }
  llvm::Constant *makeString(StringRef text) {
    return makePrivate(llvm::ConstantDataArray::getString(context, text), "name");
  }
  llvm::Constant *makeTensors(ArrayRef<ModelTensor> tensors, const Twine &name);
  llvm::Constant *makeWeights(const ProgramOptions &options);

  llvm::Module &module;
  llvm::LLVMContext &context;
  llvm::IRBuilder<> builder;
};
} // namespace

llvm::Constant *ModelWriter::makeTensors(ArrayRef<ModelTensor> tensors, const Twine &name) {
  if (tensors.empty())
    return llvm::ConstantPointerNull::get(builder.getPtrTy());
  SmallVector<llvm::Constant *> infos;
  for (const ModelTensor &tensor : tensors) {
    onnx::DLPackType dtype = onnx::getDLPackType(tensor.type.getElementType());
    llvm::Constant *shape = llvm::ConstantPointerNull::get(builder.getPtrTy());
    if (tensor.type.getRank() > 0)
      shape = makePrivate(
          llvm::ConstantDataArray::get(
              context, ArrayRef(reinterpret_cast<const uint64_t *>(tensor.type.getShape().data()),
                                tensor.type.getRank())),
          "shape");
    infos.push_back(llvm::ConstantStruct::getAnon(
        {makeString(tensor.name),
         llvm::ConstantStruct::getAnon({builder.getInt8(dtype.code), builder.getInt8(dtype.bits),
                                        builder.getInt16(/*lanes=*/1)}),
         builder.getInt32(tensor.type.getRank()), shape, builder.getInt64(getBytes(tensor.type))}));
  }
  return makePrivate(
      llvm::ConstantArray::get(llvm::ArrayType::get(infos.front()->getType(), infos.size()), infos),
      name);
}

llvm::Constant *ModelWriter::makeWeights(const ProgramOptions &options) {
  if (options.weightsBytes == 0)
    return llvm::ConstantPointerNull::get(builder.getPtrTy());
  auto *type = llvm::ArrayType::get(builder.getInt8Ty(), 64);
  auto *weights = new llvm::GlobalVariable(
      module, type, /*isConstant=*/true, llvm::GlobalValue::InternalLinkage,
      llvm::Constant::getNullValue(type), options.name + "_weights");
  weights->setSection(options.weightsSection);
  weights->setAlignment(llvm::Align(64));
  return weights;
}

void ModelWriter::write(const ProgramSignature &signature, const Target &target,
                        const ProgramOptions &options, llvm::Function *run) {
  llvm::Constant *model = llvm::ConstantStruct::getAnon(
      {builder.getInt32(sizeof(fovea_model)), builder.getInt32(FOVEA_ABI_VERSION),
       makeString(options.name), builder.getInt32(signature.inputs.size()),
       builder.getInt32(signature.outputs.size()), makeTensors(signature.inputs, "inputs"),
       makeTensors(signature.outputs, "outputs"), builder.getInt64(signature.arenaBytes),
       builder.getInt64(options.scratchBytes), makeWeights(options),
       builder.getInt64(options.weightsBytes), builder.getInt64(getRequiredFeatures(target)), run});
  auto *global =
      new llvm::GlobalVariable(module, model->getType(), /*isConstant=*/true,
                               llvm::GlobalValue::InternalLinkage, model, "program.model");
  auto *getter =
      llvm::Function::Create(llvm::FunctionType::get(builder.getPtrTy(), false),
                             llvm::GlobalValue::ExternalLinkage, options.name + "_model", module);
  builder.SetInsertPoint(llvm::BasicBlock::Create(context, "", getter));
  builder.CreateRet(global);
}

FailureOr<std::unique_ptr<llvm::Module>> codegen::emitProgram(ModuleOp module, const Target &target,
                                                              const ProgramOptions &options,
                                                              llvm::LLVMContext &context) {
  FailureOr<ProgramSignature> signature = getProgramSignature(module);
  if (failed(signature))
    return failure();
  llvm::Expected<std::unique_ptr<llvm::TargetMachine>> machine = createTargetMachine(target);
  if (!machine)
    return module.emitError(llvm::toString(machine.takeError()));
  auto program = std::make_unique<llvm::Module>("program", context);
  program->setDataLayout((*machine)->createDataLayout());
  FailureOr<llvm::Function *> run = RunWriter(*program, *signature).write();
  if (failed(run))
    return failure();
  ModelWriter(*program).write(*signature, target, options, *run);
  for (llvm::Function &function : *program)
    function.setDoesNotThrow();
  applyTarget(*program, target, **machine);
  std::string broken;
  llvm::raw_string_ostream stream(broken);
  if (llvm::verifyModule(*program, &stream))
    return module.emitError("the program's code is invalid: ") << broken;
  return program;
}
