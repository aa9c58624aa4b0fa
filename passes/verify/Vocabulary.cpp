// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What Architecture.md section 4 lists, as predicates over single ops.

#include "passes/verify/Vocabulary.h"

#include "dialects/attn/Attn.h"
#include "dialects/kernel/Kernel.h"
#include "dialects/onnx/NodeName.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::verify;

InFlightDiagnostic Checker::report(Operation *op) {
  failed = true;
  InFlightDiagnostic error = op->emitError();
  error << "'" << op->getName() << "'" << onnx::describeNode(op->getLoc()) << " after " << phase
        << ": ";
  return error;
}

void Checker::reportUnexpected(Operation *op, StringRef place) {
  report(op) << "may not exist " << place;
}

void Checker::checkTypes(Operation *op) {
  auto check = [&](Type type, StringRef kind, unsigned index) {
    auto shaped = dyn_cast<ShapedType>(type);
    if (!shaped)
      return;
    if (!shaped.hasRank() || (!shaped.hasStaticShape() && !isa<MemRefType>(type)))
      report(op) << kind << " #" << index << " must have a static shape, but is " << type;
    else if (auto integer = dyn_cast<IntegerType>(shaped.getElementType());
             integer && !integer.isSignless())
      report(op) << kind << " #" << index << " must have signless elements, but is " << type;
  };
  for (auto [i, type] : llvm::enumerate(op->getOperandTypes()))
    check(type, "operand", i);
  for (auto [i, type] : llvm::enumerate(op->getResultTypes()))
    check(type, "result", i);
}

void Checker::checkScalarBody(Operation *op, Block &body) {
  for (Operation &scalar : body) {
    if (scalar.hasTrait<OpTrait::IsTerminator>())
      continue;
    if (auto extract = dyn_cast<tensor::ExtractOp>(scalar)) {
      if (extract.getTensor().getParentBlock() == &body)
        report(&scalar) << "must read a tensor defined outside the body";
      continue;
    }
    bool isScalarDialect = isa<arith::ArithDialect, math::MathDialect>(scalar.getDialect());
    if (!isScalarDialect && !isa<linalg::IndexOp>(scalar)) {
      reportUnexpected(&scalar, "in a scalar body");
      continue;
    }
    for (Type type : scalar.getResultTypes())
      if (!type.isIntOrIndexOrFloat())
        report(&scalar) << "must compute a scalar, but makes " << type;
  }
}

void Checker::checkGeneric(Operation *op) {
  auto generic = cast<linalg::GenericOp>(op);
  // Behind fusion, what only moves data may read it from anywhere.
  bool moves = phase != "lower" && generic.getNumReductionLoops() == 0 &&
               generic.getBody()->front().hasTrait<OpTrait::IsTerminator>();
  for (AffineMap map : generic.getIndexingMapsArray()) {
    if (map.getNumSymbols() != 0)
      report(op) << "indexing maps may not use symbols";
    if (moves)
      continue;
    for (AffineExpr expr : map.getResults())
      expr.walk([&](AffineExpr part) {
        AffineExprKind kind = part.getKind();
        if (kind == AffineExprKind::FloorDiv || kind == AffineExprKind::CeilDiv ||
            kind == AffineExprKind::Mod)
          report(op) << "indexing maps may not divide";
      });
  }
  if (!generic.hasPureTensorSemantics())
    report(op) << "must compute tensors";
  checkScalarBody(op, *generic.getBody());
}

bool Checker::checkTensorOp(Operation *op) {
  if (isa<linalg::GenericOp>(op)) {
    checkGeneric(op);
  } else if (auto attention = dyn_cast<attn::AttentionOp>(op)) {
    checkScalarBody(op, attention.getScore().front());
  } else if (auto pad = dyn_cast<tensor::PadOp>(op)) {
    Value padding = pad.getConstantPaddingValue();
    if (!padding || !matchPattern(padding, m_Constant()))
      report(op) << "must pad with a constant";
  } else if (!isa<linalg::FillOp, tensor::EmptyOp, tensor::ExpandShapeOp, tensor::CollapseShapeOp,
                  tensor::ExtractSliceOp, tensor::InsertSliceOp, arith::ConstantOp>(op)) {
    return false;
  }
  checkTypes(op);
  return true;
}

void Checker::checkSequentialBody(Block &body) {
  for (Operation &op : body) {
    if (isa<scf::ForOp, scf::IfOp, scf::WhileOp>(op)) {
      checkTypes(&op);
      for (Region &region : op.getRegions())
        for (Block &block : region)
          checkSequentialBody(block);
    } else if (isa<tensor::ExtractOp, tensor::InsertOp>(op)) {
      checkTypes(&op);
    } else if (!isa<arith::ArithDialect, math::MathDialect>(op.getDialect()) &&
               !isa<kernel::CheckOp>(op) && !op.hasTrait<OpTrait::IsTerminator>() &&
               !checkTensorOp(&op)) {
      reportUnexpected(&op, "in a sequential kernel");
    }
  }
}

bool verify::isControlFlow(Operation *op) { return isa<scf::ForOp, scf::WhileOp, scf::IfOp>(op); }

bool verify::isProgramScalar(Operation *op) {
  if (isa<scf::YieldOp, scf::ConditionOp, kernel::RequireOp>(op))
    return true;
  return isa<arith::ArithDialect>(op->getDialect()) &&
         llvm::all_of(op->getResultTypes(), [](Type type) { return type.isIntOrIndex(); });
}

bool verify::isProgramTensorOp(Operation *op) {
  if (auto slice = dyn_cast<OffsetSizeAndStrideOpInterface>(op))
    return llvm::any_of(slice.getStaticOffsets(), ShapedType::isDynamic);
  return isa<tensor::ExtractOp, tensor::FromElementsOp>(op);
}

/// The body's argument that `value` is, looking through extensions; null for anything else.
static BlockArgument getArgument(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!isa<arith::ExtFOp, arith::ExtSIOp, arith::ExtUIOp>(op))
      return {};
    value = op->getOperand(0);
  }
  return cast<BlockArgument>(value);
}

bool verify::isHeavy(Operation *op) {
  if (isa<attn::AttentionOp>(op))
    return true;
  auto generic = dyn_cast<linalg::GenericOp>(op);
  if (!generic || generic.getNumReductionLoops() == 0 || generic.getNumDpsInputs() < 2)
    return false;
  return llvm::any_of(*generic.getBody(), [](Operation &scalar) {
    if (!isa<arith::MulFOp, arith::MulIOp>(scalar))
      return false;
    BlockArgument a = getArgument(scalar.getOperand(0)), b = getArgument(scalar.getOperand(1));
    return a && b && a != b;
  });
}
