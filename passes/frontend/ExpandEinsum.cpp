// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Einsum as products of two operands at a time, from left to right. A product whose operands share
// labels that are summed over is one MatMul between transposes and reshapes; labels of one extent
// each stay dimensions of their own, so that the MatMul of an attention looks like any other.

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/EinsumEquation.h"
#include "dialects/onnx/Extents.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxMatrixOps.h"
#include "dialects/onnx/OnnxReduceOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "passes/frontend/Simplify.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

using Labels = SmallVector<unsigned>;

namespace {

/// A tensor and the label of each of its dimensions.
struct Labelled {
  Value value;
  Labels labels;
};

class EinsumExpansion {
public:
  EinsumExpansion(EinsumOp op, const EinsumLabels &labels)
      : builder(op.getContext()), loc(op.getLoc()), extents(labels.count, 1),
        result(labels.result) {
    builder.setInsertionPointAfter(op);
    for (auto [input, named] : llvm::zip_equal(op.getInputs(), labels.operands)) {
      operands.push_back({input, named});
      for (auto [extent, label] : llvm::zip_equal(*getShape(input), named))
        if (extent != 1)
          extents[label] = extent;
    }
  }

  Value run() {
    for (Labelled &operand : operands)
      operand = takeDiagonals(dropStretched(operand));
    // What one operand alone has and nobody needs is summed before it multiplies anything.
    Labelled product = sumOver(operands.front(), getNeeded(0));
    for (size_t i = 1; i < operands.size(); ++i) {
      Labels needed = getNeeded(i);
      Labelled factor = sumOver(operands[i], join(needed, product.labels));
      product = sumOver(product, join(needed, factor.labels));
      product = multiply(product, factor, needed);
    }
    return transpose(product, result).value;
  }

private:
  /// The labels of the result and of the operands after `index`.
  Labels getNeeded(size_t index) const {
    Labels needed = result;
    for (const Labelled &later : ArrayRef(operands).drop_front(index + 1))
      llvm::append_range(needed, later.labels);
    return needed;
  }

  static Labels join(Labels labels, ArrayRef<unsigned> others) {
    llvm::append_range(labels, others);
    return labels;
  }

  template <typename Op, typename... Args> Value create(Value first, Args &&...args) {
    auto op = Op::create(builder, loc, UnrankedTensorType::get(getElementType(first)), first,
                         std::forward<Args>(args)...);
    SmallVector<Type> types;
    if (succeeded(op.inferShapes(types)))
      op->getResult(0).setType(types.front());
    return op->getResult(0);
  }

  Value makeIntegers(ArrayRef<int64_t> values) {
    auto type = RankedTensorType::get({int64_t(values.size())}, builder.getI64Type());
    ArrayRef<char> bytes(reinterpret_cast<const char *>(values.data()),
                         values.size() * sizeof(int64_t));
    return ConstantOp::create(builder, loc, makeConstant(type, bytes));
  }

  Value reshape(Value value, ArrayRef<int64_t> shape) {
    if (*getShape(value) == Shape(shape))
      return value;
    return create<ReshapeOp>(value, makeIntegers(shape), /*allowzero=*/true);
  }

  Labelled transpose(Labelled x, ArrayRef<unsigned> order) {
    SmallVector<int64_t> permutation;
    for (unsigned label : order)
      permutation.push_back(llvm::find(x.labels, label) - x.labels.begin());
    if (!llvm::equal(permutation, llvm::seq<int64_t>(0, permutation.size())))
      x.value = create<TransposeOp>(x.value, permutation);
    return {x.value, Labels(order)};
  }

  /// Without the dimensions of one that stand where other operands have more.
  Labelled dropStretched(const Labelled &x) {
    Shape shape = *getShape(x.value), kept;
    Labels labels;
    for (auto [extent, label] : llvm::zip_equal(shape, x.labels))
      if (extent == extents[label]) {
        kept.push_back(extent);
        labels.push_back(label);
      }
    return {reshape(x.value, kept), labels};
  }

  /// With one dimension for labels that occur twice: every (n + 1)-th element of n * n.
  Labelled takeDiagonals(Labelled x) {
    for (size_t i = 0; i < x.labels.size(); ++i) {
      auto again = std::find(x.labels.begin() + i + 1, x.labels.end(), x.labels[i]);
      if (again == x.labels.end())
        continue;
      int64_t extent = extents[x.labels[i]], second = again - x.labels.begin();
      SmallVector<int64_t> permutation;
      Labels labels;
      Shape shape;
      for (int64_t dim = 0; dim < int64_t(x.labels.size()); ++dim) {
        if (dim == int64_t(i) || dim == second)
          continue;
        permutation.push_back(dim);
        labels.push_back(x.labels[dim]);
        shape.push_back(extents[x.labels[dim]]);
      }
      labels.push_back(x.labels[i]);
      shape.push_back(extent * extent);
      permutation.append({int64_t(i), second});
      Value square = reshape(create<TransposeOp>(x.value, permutation), shape);
      x = {create<SliceOp>(square, makeIntegers(0), makeIntegers(extent * extent), makeIntegers(-1),
                           makeIntegers(extent + 1)),
           labels};
      i = size_t(-1);
    }
    return x;
  }

  Labelled sumOver(const Labelled &x, ArrayRef<unsigned> kept) {
    SmallVector<int64_t> axes;
    Labels labels;
    for (auto [i, label] : llvm::enumerate(x.labels)) {
      if (llvm::is_contained(kept, label))
        labels.push_back(label);
      else
        axes.push_back(i);
    }
    if (axes.empty())
      return x;
    return {create<ReduceSumOp>(x.value, makeIntegers(axes), /*keepdims=*/false,
                                /*noop_with_empty_axes=*/false),
            labels};
  }

  int64_t countElements(ArrayRef<unsigned> labels) const {
    int64_t product = 1;
    for (unsigned label : labels)
      product *= extents[label];
    return product;
  }

  /// The product of two operands, without the shared labels that are not `needed`.
  Labelled multiply(Labelled a, Labelled b, ArrayRef<unsigned> needed) {
    Labels batch, summed, left, right;
    for (unsigned label : a.labels) {
      bool isShared = llvm::is_contained(b.labels, label);
      (!isShared ? left : llvm::is_contained(needed, label) ? batch : summed).push_back(label);
    }
    for (unsigned label : b.labels)
      if (!llvm::is_contained(a.labels, label))
        right.push_back(label);
    // The columns of the product are those of the result where one side has them all.
    if (!result.empty() && llvm::is_contained(left, result.back())) {
      std::swap(a, b);
      std::swap(left, right);
    }
    // [batch, left, summed] * [batch, summed, right] or, where nothing is summed, a broadcast.
    auto order = [&](ArrayRef<unsigned> second, ArrayRef<unsigned> third) {
      return join(join(batch, second), third);
    };
    auto getExtents = [&](ArrayRef<unsigned> labels) {
      return llvm::map_to_vector(labels, [&](unsigned label) { return extents[label]; });
    };
    Labels all = order(left, right);
    SmallVector<int64_t> shapeA = getExtents(batch), shapeB = shapeA;
    if (summed.empty()) {
      llvm::append_range(shapeA, getExtents(left));
      shapeA.append(right.size(), 1);
      shapeB.append(left.size(), 1);
      llvm::append_range(shapeB, getExtents(right));
    } else {
      shapeA.append({countElements(left), countElements(summed)});
      shapeB.append({countElements(summed), countElements(right)});
    }
    Value valueA = reshape(transpose(a, order(left, summed)).value, shapeA);
    Value valueB = reshape(transpose(b, order(summed, right)).value, shapeB);
    if (summed.empty())
      return {create<MulOp>(valueA, valueB), all};
    return {reshape(create<MatMulOp>(valueA, valueB), getExtents(all)), all};
  }

  OpBuilder builder;
  Location loc;
  SmallVector<int64_t> extents; // by label
  Labels result;
  SmallVector<Labelled> operands;
};

} // namespace

bool fovea::expandEinsum(Operation *op) {
  auto einsum = dyn_cast<EinsumOp>(op);
  auto isStatic = [](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor && tensor.hasStaticShape();
  };
  if (!einsum || !llvm::all_of(op->getOperandTypes(), isStatic) || !isStatic(einsum.getType()))
    return false;
  SmallVector<int64_t> ranks = llvm::map_to_vector(
      einsum.getInputs(), [](Value input) { return int64_t(getShape(input)->size()); });
  llvm::Expected<EinsumLabels> labels = parseEinsum(einsum.getEquation(), ranks);
  if (!labels) {
    llvm::consumeError(labels.takeError());
    return false;
  }
  einsum.getResult().replaceAllUsesWith(EinsumExpansion(einsum, *labels).run());
  return true;
}
