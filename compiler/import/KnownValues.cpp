// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Walks what a value is computed from, in program order. Contradictions are left to the frontend.

#include "compiler/import/KnownValues.h"

#include "compiler/eval/Evaluate.h"
#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/Extents.h"
#include "dialects/onnx/OnnxDialect.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "dialects/onnx/PartialValues.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Diagnostics.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace fovea;

/// Elements of a value that is computed here, and ops that are looked at.
static constexpr int64_t mostElements = 1 << 12;
static constexpr size_t mostOps = 1 << 14;

/// The ops in `value`'s block that it is computed from, in program order.
static SmallVector<Operation *> getProducers(Value value) {
  llvm::SetVector<Operation *> reached;
  if (Operation *op = value.getDefiningOp())
    reached.insert(op);
  for (size_t next = 0; next < reached.size() && next < mostOps; ++next)
    for (Value operand : reached[next]->getOperands())
      if (Operation *op = operand.getDefiningOp(); op && op->getBlock() == value.getParentBlock())
        reached.insert(op);
  SmallVector<Operation *> ops = reached.takeVector();
  llvm::sort(ops, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  return ops;
}

static void refineTypes(Operation *op) {
  auto inference = dyn_cast<onnx::ShapeInference>(op);
  SmallVector<Type> types;
  if (!inference || failed(inference.inferShapes(types)) || types.size() != op->getNumResults())
    return;
  for (auto [result, type] : llvm::zip_equal(op->getResults(), types))
    if (Type merged = onnx::mergeTypes(type, result.getType()))
      result.setType(merged);
}

static bool isSmall(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return isa<NoneType>(type) ||
         (tensor && tensor.hasStaticShape() && tensor.getNumElements() <= mostElements);
}

/// The op's only result, where shapes and constants tell all of it.
static ElementsAttr compute(Operation *op) {
  if (op->getNumResults() != 1 || op->getNumRegions() != 0 || isa<onnx::ConstantOp>(op) ||
      !isa<onnx::ShapeInference>(op) || !isa<RankedTensorType>(op->getResult(0).getType()) ||
      !isSmall(op->getResult(0).getType()))
    return {};
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  if (type.getElementType().isInteger(64))
    if (std::optional<onnx::PartialIntegers> integers = onnx::getPartialIntegers(op->getResult(0)))
      if (llvm::all_of(*integers, [](std::optional<int64_t> integer) { return bool(integer); })) {
        SmallVector<int64_t> values;
        for (std::optional<int64_t> integer : *integers)
          values.push_back(*integer);
        if (int64_t(values.size()) == type.getNumElements())
          return DenseIntElementsAttr::get(type, values);
      }
  SmallVector<ElementsAttr> operands;
  for (Value operand : op->getOperands()) {
    bool isAbsent = isa<NoneType>(operand.getType());
    operands.push_back(isAbsent ? ElementsAttr() : onnx::getConstantAttr(operand));
    if (!isSmall(operand.getType()) || (!isAbsent && !operands.back()))
      return {};
  }
  FailureOr<SmallVector<ElementsAttr>> results = eval::evaluate(op, operands);
  return succeeded(results) && results->size() == 1 ? results->front() : ElementsAttr();
}

Value fovea::makeKnown(Value value) {
  ScopedDiagnosticHandler silence(value.getContext(), [](Diagnostic &) { return success(); });
  for (Operation *op : getProducers(value)) {
    if (failed(op->getName().verifyInvariants(op)))
      continue;
    refineTypes(op);
    ElementsAttr constant = compute(op);
    if (!constant)
      continue;
    OpBuilder builder(op->getContext());
    builder.setInsertionPointAfter(op);
    Value known = onnx::ConstantOp::create(builder, op->getLoc(), constant);
    if (value == op->getResult(0))
      return known;
    op->getResult(0).replaceAllUsesWith(known);
  }
  return value;
}
