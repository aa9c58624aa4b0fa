// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The constant structs that describe a model, around its `run` function.

#include "compiler/codegen/llvm/Program.h"

#include "compiler/codegen/Target.h"
#include "compiler/codegen/llvm/RunWriter.h"
#include "dialects/onnx/ElementType.h"
#include "fovea/runtime.h"

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::codegen;

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
  FailureOr<llvm::Function *> run = writeRun(*program, *signature);
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
