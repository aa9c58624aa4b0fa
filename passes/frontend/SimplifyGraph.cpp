// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The frontend in one visit per op: types, no-ops, constants. What later parts rely on is checked
// at the end: every type is static.

#include "dialects/onnx/OnnxNormOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "passes/frontend/Passes.h"
#include "passes/frontend/SelectedRows.h"
#include "passes/frontend/Simplify.h"

#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace fovea;

namespace fovea {
#define GEN_PASS_DEF_SIMPLIFYGRAPHPASS
#include "passes/frontend/Passes.h.inc"
} // namespace fovea

static bool isStatic(Type type) {
  auto tensor = dyn_cast<TensorType>(type);
  return !tensor || tensor.hasStaticShape();
}

/// An error for every dynamic dimension of an input; one per name, as one `--dim` fixes all of that
/// name.
static LogicalResult checkInputs(func::FuncOp function) {
  llvm::StringSet<> reported;
  bool valid = true;
  for (BlockArgument argument : function.getArguments()) {
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    if (isStatic(argument.getType()))
      continue;
    valid = false;
    unsigned index = argument.getArgNumber();
    auto name = function.getArgAttrOfType<StringAttr>(index, "onnx.name");
    auto dims = function.getArgAttrOfType<ArrayAttr>(index, "onnx.dim_names");
    std::string input = name ? "input '" + name.str() + "'" : "input #" + std::to_string(index);
    if (!type) {
      emitError(argument.getLoc()) << input << " has no rank: give it a shape in the model";
      continue;
    }
    for (int64_t dim = 0; dim < type.getRank(); ++dim) {
      if (!type.isDynamicDim(dim))
        continue;
      auto dimName =
          dims && dim < int64_t(dims.size()) ? dyn_cast<StringAttr>(dims[dim]) : StringAttr();
      if (!dimName || dimName.empty())
        emitError(argument.getLoc()) << input << " has no extent in dimension " << dim
                                     << " and no name for it: give it one in the model";
      else if (reported.insert(dimName.getValue()).second)
        emitError(argument.getLoc())
            << input << " has the dynamic dimension '" << dimName.getValue()
            << "': fix it with --dim " << dimName.getValue() << "=<extent>";
    }
  }
  return success(valid);
}

/// An error for every op that has a dynamic result but no dynamic operand to get it from.
static LogicalResult checkOps(func::FuncOp function, const RefusedSelections &refused) {
  bool valid = true;
  function.walk([&](Operation *op) {
    if (llvm::all_of(op->getResultTypes(), isStatic))
      return;
    valid = false;
    if (!llvm::all_of(op->getOperandTypes(), isStatic))
      return;
    InFlightDiagnostic error = op->emitOpError("has extents that depend on computed values: ");
    error
        << op->getResultTypes()
        << "; only static shapes are compiled: state the shape in the model, or bind the names of "
           "the output's dimensions with --dim";
    if (auto found = refused.find(op); found != refused.end())
      error.attachNote(found->second.op->getLoc())
          << "the positions found cannot be taken some at a time: '" << found->second.op->getName()
          << "' " << found->second.reason;
  });
  return success(valid);
}

/// Equal ones are not to be merged: each is an attention of its own, with a remark of its own.
static void numberSoftmaxes(func::FuncOp function) {
  int64_t number = 0;
  Builder builder(function.getContext());
  function.walk([&](onnx::SoftmaxOp softmax) {
    softmax->setAttr("fovea.softmax", builder.getI64IntegerAttr(number++));
  });
}

namespace {
struct SimplifyGraph : fovea::impl::SimplifyGraphPassBase<SimplifyGraph> {
  using SimplifyGraphPassBase::SimplifyGraphPassBase;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    auto refine = [](Operation *op) -> FailureOr<bool> {
      if (failed(refineResultTypes(op)))
        return failure();
      return !replaceNoOp(op) && !replaceRepeat(op) && !replaceUseOfComputedPad(op) &&
             !replaceSpreadSelection(op) && !expandEinsum(op) && !expandRecurrence(op);
    };
    RefusedSelections refused;
    auto learnMore = [&] {
      return passExtentsBack(function) || computeSelectionsInGroups(function, refused);
    };
    for (unsigned round = 0; round == 0 || (round < maxRounds && learnMore()); ++round)
      if (failed(foldOps(function, {maxResultBytes, maxTotalBytes, maxWork}, refine,
                         {/*refineTypes=*/true, /*resolveControlFlow=*/true})))
        return signalPassFailure();
    if (failed(checkInputs(function)) || failed(checkOps(function, refused)))
      return signalPassFailure();
    updateFunctionType(function);
    numberSoftmaxes(function);
  }
};
} // namespace
