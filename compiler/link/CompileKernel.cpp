// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The choice between the backends, and the way back from Halide to LLVM.

#include "compiler/link/CompileKernel.h"

#include "dialects/kernel/Kernel.h"
#include "mlir/IR/BuiltinOps.h"
#include "passes/remarks/RemarkCodes.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::link;

static RankedTensorType withoutEncoding(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  return RankedTensorType::get(tensor.getShape(), tensor.getElementType());
}

/// The constants that `kernel` reads packed; nothing when one of them is read by another kernel, or
/// is no constant.
static FailureOr<SmallVector<kernel::ConstantOp>> getPackedConstants(kernel::FuncOp kernel) {
  auto module = kernel->getParentOfType<ModuleOp>();
  llvm::SetVector<Operation *> constants;
  bool exclusive = true;
  SymbolTable symbols(module);
  auto isPacked = [](Type type) { return cast<RankedTensorType>(type).getEncoding() != nullptr; };
  module.walk([&](kernel::LaunchOp launch) {
    if (launch.getCallee() != kernel.getSymName())
      return;
    for (auto [type, input] : llvm::zip(kernel.getArgumentTypes(), launch.getInputs())) {
      if (!isPacked(type))
        continue;
      auto constant = input.getDefiningOp<kernel::GetConstantOp>();
      exclusive &= bool(constant);
      if (constant)
        constants.insert(symbols.lookup(constant.getName()));
    }
  });
  module.walk([&](kernel::GetConstantOp read) {
    if (!constants.contains(symbols.lookup(read.getName())))
      return;
    for (OpOperand &use : read->getUses()) {
      auto launch = dyn_cast<kernel::LaunchOp>(use.getOwner());
      exclusive &= launch && launch.getCallee() == kernel.getSymName() &&
                   isPacked(kernel.getArgumentTypes()[use.getOperandNumber()]);
    }
  });
  if (!exclusive)
    return failure();
  return llvm::map_to_vector(constants, [](Operation *op) { return cast<kernel::ConstantOp>(op); });
}

/// Restores the plain layout of everything that was packed for `kernel`. A plain tensor is never
/// larger than a packed one, so the plan of the weights still holds.
static LogicalResult unpack(kernel::FuncOp kernel) {
  FailureOr<SmallVector<kernel::ConstantOp>> constants = getPackedConstants(kernel);
  if (failed(constants))
    return failure();
  for (kernel::ConstantOp constant : *constants)
    constant.setType(withoutEncoding(constant.getType()));
  SmallVector<Type> types;
  for (BlockArgument argument : kernel.getBody().getArguments()) {
    argument.setType(withoutEncoding(argument.getType()));
    types.push_back(argument.getType());
  }
  kernel.setFunctionType(FunctionType::get(kernel.getContext(), types, kernel.getResultTypes()));
  return success();
}

FailureOr<codegen::CompiledKernel>
link::compileKernel(kernel::FuncOp kernel, const codegen::Target &target, bool mayFallBack) {
  if (kernel.getBackend() != kernel::Backend::Halide)
    return codegen::compileWithLLVM(kernel, target);
  if (!mayFallBack)
    return codegen::compileWithHalide(kernel, target);

  std::string reason;
  FailureOr<codegen::CompiledKernel> compiled = codegen::compileWithHalide(kernel, target, &reason);
  if (succeeded(compiled) || reason.empty())
    return compiled;
  if (failed(unpack(kernel)))
    return kernel.emitError() << reason;
  remarkMissed(RemarkCode::KernelFallback, kernel.getLoc(),
               "the kernel is compiled by LLVM: " + reason, kernel.getSymName());
  kernel.setBackend(kernel::Backend::LLVM);
  return codegen::compileWithLLVM(kernel, target);
}
