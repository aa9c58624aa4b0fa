// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Result types are refined in place, in the order of the ops. Types only ever become more precise,
// so users stay valid.

#include "dialects/onnx/Extents.h"
#include "dialects/onnx/OnnxControlOps.h"
#include "passes/frontend/Passes.h"
#include "passes/frontend/Simplify.h"

using namespace mlir;
using namespace fovea;

namespace fovea {
#define GEN_PASS_DEF_INFERSHAPESPASS
#include "passes/frontend/Passes.h.inc"
} // namespace fovea

/// Where neither operands nor constants tell an extent, what the model states for an output does.
/// It is not believed where they do: exporters leave the extents of another input in the file.
static Type mergeDeclared(OpResult result, Type type) {
  auto tensor = dyn_cast<TensorType>(type);
  if (!tensor || tensor.hasStaticShape())
    return type;
  if (auto types = result.getOwner()->getAttrOfType<ArrayAttr>("onnx.declared_results")) {
    unsigned index = result.getResultNumber();
    auto declared = index < types.size() ? dyn_cast<TypeAttr>(types[index]) : TypeAttr();
    if (Type merged = declared ? onnx::mergeTypes(type, declared.getValue()) : Type())
      return merged;
  }
  for (OpOperand &use : result.getUses()) {
    unsigned index = use.getOperandNumber();
    Operation *user = use.getOwner(), *parent = user->getParentOp();
    TypeAttr declared;
    if (auto function = dyn_cast<func::FuncOp>(parent); function && isa<func::ReturnOp>(user))
      declared = function.getResultAttrOfType<TypeAttr>(index, "onnx.declared");
    // What the first iteration carries on may differ from what the next one does.
    else if (auto loop = dyn_cast<onnx::LoopOp>(parent); loop && index <= loop.getNumCarried())
      continue;
    else if (auto types = user->getAttrOfType<ArrayAttr>("onnx.declared"))
      declared = index < types.size() ? dyn_cast<TypeAttr>(types[index]) : TypeAttr();
    Type merged = declared ? onnx::mergeTypes(type, declared.getValue()) : Type();
    if (merged)
      return merged;
  }
  return type;
}

LogicalResult fovea::refineResultTypes(Operation *op) {
  auto inference = dyn_cast<onnx::ShapeInference>(op);
  if (!inference)
    return success();
  SmallVector<Type> types;
  if (failed(inference.inferShapes(types)))
    return failure();
  for (auto [result, inferred] : llvm::zip_equal(op->getResults(), types)) {
    Type merged = onnx::mergeTypes(inferred, result.getType());
    if (!merged)
      return op->emitOpError("result #")
             << result.getResultNumber() << " is declared " << result.getType()
             << " but its operands make it " << inferred;
    if (mayRefine(result))
      result.setType(mergeDeclared(result, merged));
  }
  return success();
}

void fovea::updateFunctionType(func::FuncOp function) {
  auto results = function.getBody().front().getTerminator()->getOperandTypes();
  FunctionType type = function.getFunctionType();
  function.setFunctionType(FunctionType::get(function.getContext(), type.getInputs(), results));
}

namespace {
struct InferShapes : fovea::impl::InferShapesPassBase<InferShapes> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    auto step = [](Operation *op) -> FailureOr<bool> {
      if (failed(refineResultTypes(op)))
        return failure();
      return true;
    };
    for (unsigned round = 0; round == 0 || (round < maxRounds && passExtentsBack(function));
         ++round)
      if (failed(visitOps(function, {step, [](Operation *) {}, nullptr}, {/*refineTypes=*/true})))
        return signalPassFailure();
    updateFunctionType(function);
  }
};
} // namespace
