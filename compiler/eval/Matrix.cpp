// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Matrix products, accumulated in double or, for integers, in 64 bits that wrap around, and
// determinants.

#include "compiler/eval/Families.h"
#include "dialects/onnx/OnnxMatrixOps.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::eval;

template <typename Number>
void eval::multiplyMatrices(int64_t m, int64_t n, int64_t k, const Number *a, const Number *b,
                            Number *c) {
  // A block of b stays in the cache while all rows of a pass over it.
  constexpr int64_t blockK = 64, blockN = 256;
  for (int64_t n0 = 0; n0 < n; n0 += blockN)
    for (int64_t k0 = 0; k0 < k; k0 += blockK) {
      int64_t n1 = std::min(n, n0 + blockN), k1 = std::min(k, k0 + blockK);
      for (int64_t row = 0; row < m; ++row) {
        Number *to = c + row * n;
        for (int64_t inner = k0; inner < k1; ++inner) {
          Number factor = a[row * k + inner];
          const Number *from = b + inner * n;
          for (int64_t column = n0; column < n1; ++column)
            to[column] += factor * from[column];
        }
      }
    }
}

template void eval::multiplyMatrices(int64_t, int64_t, int64_t, const double *, const double *,
                                     double *);
template void eval::multiplyMatrices(int64_t, int64_t, int64_t, const uint64_t *, const uint64_t *,
                                     uint64_t *);

namespace {

template <typename Number> Tensor matMul(RankedTensorType type, const Tensor &a, const Tensor &b) {
  using Element = Loaded<Number>;
  // A vector is a matrix of one row or one column.
  SmallVector<int64_t> aShape(a.getShape()), bShape(b.getShape());
  if (aShape.size() == 1)
    aShape.insert(aShape.begin(), 1);
  if (bShape.size() == 1)
    bShape.push_back(1);
  int64_t m = aShape[aShape.size() - 2], k = aShape.back(), n = bShape.back();
  ArrayRef<int64_t> aBatch = ArrayRef(aShape).drop_back(2), bBatch = ArrayRef(bShape).drop_back(2);
  SmallVector<int64_t> batch(std::max(aBatch.size(), bBatch.size()), 1);
  for (size_t i = 0; i < batch.size(); ++i)
    batch[i] = type.getShape()[i];
  SmallVector<int64_t> aStrides = getBroadcastStrides(aBatch, batch),
                       bStrides = getBroadcastStrides(bBatch, batch), position(batch.size(), 0);
  int64_t batches = 1;
  for (int64_t extent : batch)
    batches *= extent;
  NewTensor result = allocate(type);
  std::vector<Element> left(m * k), right(k * n);
  std::vector<Number> sums(m * n);
  char *to = result.bytes;
  int64_t leftLoaded = -1, rightLoaded = -1, leftAt = 0, rightAt = 0;
  for (int64_t i = 0; i < batches; ++i) {
    auto read = [](const Tensor &x, int64_t index, std::vector<Element> &values, int64_t &loaded) {
      if (std::exchange(loaded, index) == index)
        return;
      int64_t stride = x.isSplat() ? 0 : 1;
      load(x.kind(), x.bytes() + index * values.size() * stride * x.elementBytes(), stride,
           values.size(), values.data());
    };
    read(a, leftAt, left, leftLoaded);
    read(b, rightAt, right, rightLoaded);
    std::fill(sums.begin(), sums.end(), Number(0));
    multiplyMatrices<Number>(m, n, k, reinterpret_cast<const Number *>(left.data()),
                             reinterpret_cast<const Number *>(right.data()), sums.data());
    store(result.tensor.kind(), reinterpret_cast<const Element *>(sums.data()), m * n, to);
    to += m * n * result.tensor.elementBytes();
    for (int64_t dim = int64_t(batch.size()) - 1; dim >= 0; --dim) {
      leftAt += aStrides[dim];
      rightAt += bStrides[dim];
      if (++position[dim] < batch[dim])
        break;
      leftAt -= aStrides[dim] * batch[dim];
      rightAt -= bStrides[dim] * batch[dim];
      position[dim] = 0;
    }
  }
  return result.tensor;
}

/// The elements of a matrix, transposed on request.
template <typename Number> std::vector<Number> readMatrix(const Tensor &x, bool transposed) {
  std::vector<Loaded<Number>> values = x.elements<Loaded<Number>>();
  int64_t rows = x.getShape()[0], columns = x.getShape()[1];
  std::vector<Number> result(values.size());
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j)
      result[transposed ? j * rows + i : i * columns + j] = Number(values[i * columns + j]);
  return result;
}

template <typename Number>
Tensor gemm(onnx::GemmOp op, RankedTensorType type, ArrayRef<Tensor> operands) {
  using Element = Loaded<Number>;
  int64_t m = type.getShape()[0], n = type.getShape()[1],
          k = operands[0].getShape()[op.getTransA() ? 0 : 1];
  std::vector<Number> sums(m * n, 0);
  multiplyMatrices<Number>(m, n, k, readMatrix<Number>(operands[0], op.getTransA()).data(),
                           readMatrix<Number>(operands[1], op.getTransB()).data(), sums.data());
  double alpha = op.getAlpha().convertToFloat(), beta = op.getBeta().convertToFloat();
  std::vector<Element> added(sums.size(), 0);
  if (operands[2])
    added = operands[2].elementsAs<Element>(type.getShape());
  // Integers wrap around unless they are scaled.
  if (std::is_same_v<Number, double> || alpha != 1 || (operands[2] && beta != 1)) {
    bool isUnsigned = eval::isUnsigned(*getKind(type.getElementType()));
    auto widen = [&](auto value) {
      return isUnsigned ? double(Number(value)) : double(Element(value));
    };
    std::vector<double> results;
    for (auto [sum, term] : llvm::zip_equal(sums, added))
      results.push_back(alpha * widen(sum) + (operands[2] ? beta * widen(term) : 0));
    return makeTensor<double>(type, results);
  }
  std::vector<Element> results;
  for (auto [sum, term] : llvm::zip_equal(sums, added))
    results.push_back(Element(sum + Number(term)));
  return makeTensor<Element>(type, results);
}

/// By elimination, with the greatest element that is left as the next pivot.
double getDeterminant(std::vector<double> a, int64_t n) {
  double product = 1;
  for (int64_t k = 0; k < n; ++k) {
    int64_t row = k, column = k;
    for (int64_t i = k; i < n; ++i)
      for (int64_t j = k; j < n; ++j)
        // Not a number is the pivot before any number.
        if (!(std::abs(a[i * n + j]) <= std::abs(a[row * n + column])))
          row = i, column = j;
    for (int64_t j = 0; row != k && j < n; ++j)
      std::swap(a[k * n + j], a[row * n + j]);
    for (int64_t i = 0; column != k && i < n; ++i)
      std::swap(a[i * n + k], a[i * n + column]);
    double pivot = a[k * n + k];
    product *= (row != k) != (column != k) ? -pivot : pivot;
    if (pivot == 0)
      return product;
    for (int64_t i = k + 1; i < n; ++i)
      for (int64_t j = n - 1; j >= k; --j)
        a[i * n + j] -= a[i * n + k] / pivot * a[k * n + j];
  }
  return product;
}

Tensor determinants(RankedTensorType type, const Tensor &x) {
  std::vector<double> numbers = x.elements<double>(), results;
  int64_t n = x.getShape().back();
  for (int64_t i = 0; i < type.getNumElements(); ++i)
    results.push_back(
        getDeterminant({numbers.begin() + i * n * n, numbers.begin() + (i + 1) * n * n}, n));
  return makeTensor<double>(type, results);
}

} // namespace

static Results evaluateMatrix(Operation *op, ArrayRef<Tensor> operands, Types types) {
  return llvm::TypeSwitch<Operation *, Results>(op)
      .Case([&](onnx::MatMulOp) {
        return SmallVector<Tensor>{isFloat(operands[0].kind())
                                       ? matMul<double>(types[0], operands[0], operands[1])
                                       : matMul<uint64_t>(types[0], operands[0], operands[1])};
      })
      .Case([&](onnx::GemmOp gemmOp) {
        return SmallVector<Tensor>{isFloat(operands[0].kind())
                                       ? gemm<double>(gemmOp, types[0], operands)
                                       : gemm<uint64_t>(gemmOp, types[0], operands)};
      })
      .Case([&](onnx::DetOp) { return SmallVector<Tensor>{determinants(types[0], operands[0])}; })
      .Default([&](Operation *) { return op->emitOpError("has no evaluation"); });
}

void eval::addMatrixEvaluators(EvaluatorTable &table) {
  table.add<onnx::DetOp, onnx::GemmOp, onnx::MatMulOp>(evaluateMatrix);
}
