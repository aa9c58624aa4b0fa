// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A transpose is pulled through the pointwise ops in front of the Softmax, to the product, whose
// operands change places: (k q^T)^T = q k^T. Behind it v p^T becomes (p v^T)^T. The transposes that
// remain are the operands' and the result's, where absorb-layout finds them.

#include "passes/raise/TransposedScores.h"

#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxMatrixOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "mlir/IR/IRMapping.h"
#include "passes/raise/GraphBuilder.h"
#include "passes/raise/GraphMatch.h"

#include <numeric>

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;

static SmallVector<int64_t> swapLastTwo(int64_t rank) {
  SmallVector<int64_t> order(rank);
  std::iota(order.begin(), order.end(), 0);
  std::swap(order[rank - 1], order[rank - 2]);
  return order;
}

/// The operand of a Transpose of the last two dimensions, or null.
static Value getTransposed(Operation *op) {
  auto transpose = dyn_cast_or_null<onnx::TransposeOp>(op);
  if (!transpose || transpose.getPermutation().size() < 2 ||
      transpose.getPermutation() != ArrayRef(swapLastTwo(transpose.getPermutation().size())))
    return {};
  return transpose.getX();
}

/// `value` with its last two dimensions exchanged.
static Value transpose(GraphBuilder &graph, Value value) {
  if (Value source = getTransposed(value.getDefiningOp()))
    return source;
  return graph.transpose(value, swapLastTwo(GraphBuilder::getShape(value).size()));
}

static Value turn(GraphBuilder &graph, Value value, unsigned depth);

/// An operand that broadcasts against [rows, columns], for [columns, rows].
static Value turnOperand(GraphBuilder &graph, Value value, unsigned depth) {
  ArrayRef<int64_t> shape = GraphBuilder::getShape(value);
  if (cast<RankedTensorType>(value.getType()).getNumElements() == 1)
    return value;
  return shape.size() == 1 ? graph.reshape(value, {shape[0], 1}) : turn(graph, value, depth);
}

/// `value` transposed, by the ops that compute it where they have no other use.
static Value turn(GraphBuilder &graph, Value value, unsigned depth) {
  static constexpr unsigned maxDepth = 32;
  Operation *op = value.getDefiningOp();
  bool isStatic = op && llvm::all_of(op->getOperands(), getStaticType);
  if (!isStatic || !value.hasOneUse() || depth > maxDepth)
    return transpose(graph, value);
  if (auto product = dyn_cast<onnx::MatMulOp>(op)) {
    Value a = product.getA(), b = product.getB();
    if (GraphBuilder::getShape(a).size() < 2 || GraphBuilder::getShape(b).size() < 2)
      return transpose(graph, value);
    Value left = transpose(graph, b), right = transpose(graph, a);
    return GraphBuilder(graph.builder, op->getLoc()).like<onnx::MatMulOp>(left, right);
  }
  bool isPointwise = isa<onnx::AddOp, onnx::SubOp, onnx::MulOp, onnx::DivOp, onnx::WhereOp,
                         onnx::TanhOp, onnx::CastOp>(op);
  if (!isPointwise)
    return transpose(graph, value);
  IRMapping mapping;
  for (Value operand : op->getOperands())
    mapping.map(operand, turnOperand(graph, operand, depth + 1));
  Operation *turned = graph.builder.clone(*op, mapping);
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> shape(type.getShape());
  std::swap(shape[shape.size() - 1], shape[shape.size() - 2]);
  turned->getResult(0).setType(type.clone(shape));
  return turned->getResult(0);
}

/// Whether `p` is transposed, or the right operand of a product.
static bool isReadFromTheRight(Value p) {
  return llvm::any_of(p.getUsers(), [&](Operation *user) {
    auto product = dyn_cast<onnx::MatMulOp>(user);
    return getTransposed(user) || (product && product.getB() == p && product.getA() != p);
  });
}

/// Makes products a p^T into (p a^T)^T, and (p^T)^T into p.
static void turnUses(Value p, RewriterBase &rewriter) {
  for (Operation *user : llvm::make_early_inc_range(p.getUsers())) {
    if (!getTransposed(user))
      continue;
    Value turned = user->getResult(0);
    for (Operation *reader : llvm::make_early_inc_range(turned.getUsers())) {
      if (getTransposed(reader)) {
        rewriter.replaceOp(reader, p);
        continue;
      }
      auto product = dyn_cast<onnx::MatMulOp>(reader);
      if (!product || product.getB() != turned || product.getA() == turned ||
          !getStaticType(product.getA()) || GraphBuilder::getShape(product.getA()).size() < 2)
        continue;
      rewriter.setInsertionPoint(product);
      GraphBuilder graph(rewriter, product.getLoc());
      Value result = graph.like<onnx::MatMulOp>(p, transpose(graph, product.getA()));
      rewriter.replaceOp(
          product, graph.transpose(result, swapLastTwo(GraphBuilder::getShape(result).size())));
    }
    if (turned.use_empty())
      rewriter.eraseOp(user);
  }
}

onnx::SoftmaxOp raise::turnScores(onnx::SoftmaxOp softmax, RewriterBase &rewriter) {
  RankedTensorType type = getStaticType(softmax.getX());
  if (!type || type.getRank() < 2 || type.getNumElements() == 0 || !getStaticType(softmax.getY()))
    return softmax;
  int64_t axis = softmax.getAxis() + (softmax.getAxis() < 0 ? type.getRank() : 0);
  if (axis == type.getRank() - 2 && isReadFromTheRight(softmax.getY())) {
    rewriter.setInsertionPoint(softmax);
    GraphBuilder graph(rewriter, softmax.getLoc());
    Value p = graph.like<onnx::SoftmaxOp>(turn(graph, softmax.getX(), 0), graph.number(-1));
    Value old = graph.transpose(p, swapLastTwo(type.getRank()));
    rewriter.replaceAllUsesWith(softmax.getY(), old);
    eraseDead(softmax, rewriter);
    softmax = p.getDefiningOp<onnx::SoftmaxOp>();
  }
  turnUses(softmax.getY(), rewriter);
  return softmax;
}
