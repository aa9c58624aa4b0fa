// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fourier transforms by their definition, window functions, the mel scale.

#include "compiler/eval/Families.h"
#include "compiler/eval/Windows.h"
#include "dialects/onnx/OnnxSignalOps.h"

#include "llvm/Support/MathExtras.h"

#include <cmath>
#include <complex>

using namespace mlir;
using namespace fovea;
using namespace fovea::eval;

namespace {

using Complex = std::complex<double>;

/// One transform of `length` points.
class Transform {
public:
  Transform(int64_t length, bool inverse) : roots(length), inverse(inverse) {
    for (int64_t i = 0; i < length; ++i)
      roots[i] =
          std::polar(1.0, (inverse ? 2 : -2) * llvm::numbers::pi * double(i) / double(length));
  }

  /// Result `k` for a signal that is zero beyond its elements.
  Complex get(ArrayRef<Complex> signal, int64_t k) const {
    int64_t length = roots.size();
    Complex sum = 0;
    for (int64_t n = 0; n < std::min<int64_t>(length, signal.size()); ++n)
      sum += signal[n] * roots[uint64_t(k) * uint64_t(n) % uint64_t(length)];
    return inverse ? sum / double(length) : sum;
  }

private:
  std::vector<Complex> roots;
  bool inverse;
};

} // namespace

static Results evaluateDFT(Operation *op, ArrayRef<Tensor> operands, Types types) {
  auto dft = cast<onnx::DFTOp>(op);
  const Tensor &x = operands[0];
  int64_t axis = operands[2].elements<int64_t>().front();
  if (axis < 0)
    axis += x.getRank();
  int64_t from = x.getShape()[axis], to = types[0].getDimSize(axis), parts = x.getShape().back(),
          outer = countPoints(x.getShape().take_front(axis)),
          inner = countPoints(x.getShape().drop_front(axis + 1).drop_back());
  bool isReal = dft.getInverse() && dft.getOnesided();
  int64_t length = operands[1] ? operands[1].elements<int64_t>().front()
                               : onnx::getDefaultLength(from, dft.getInverse(), dft.getOnesided());
  Transform transform(length, dft.getInverse());
  std::vector<double> values = x.elements<double>(), y(types[0].getNumElements());
  std::vector<Complex> signal(isReal ? length : from);
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t i = 0; i < inner; ++i) {
      for (int64_t n = 0; n < from; ++n) {
        const double *number = values.data() + ((o * from + n) * inner + i) * parts;
        Complex element(number[0], parts == 2 ? number[1] : 0);
        if (n < int64_t(signal.size()))
          signal[n] = element;
      }
      // The other half of the spectrum of a real signal is its mirror image.
      for (int64_t n = isReal ? length / 2 + 1 : from; n < int64_t(signal.size()); ++n)
        signal[n] = std::conj(signal[length - n]);
      for (int64_t k = 0; k < to; ++k) {
        Complex result = transform.get(signal, k);
        double *number = y.data() + ((o * to + k) * inner + i) * (isReal ? 1 : 2);
        number[0] = result.real();
        if (!isReal)
          number[1] = result.imag();
      }
    }
  return SmallVector<Tensor>{makeTensor<double>(types[0], y)};
}

static Results evaluateSTFT(Operation *op, ArrayRef<Tensor> operands, Types types) {
  const Tensor &x = operands[0];
  int64_t step = operands[1].elements<int64_t>().front(), length = x.getShape()[1],
          parts = x.getShape()[2], batch = x.getShape()[0], signalLength = length;
  std::vector<double> window;
  if (operands[2]) {
    window = operands[2].elements<double>();
    length = window.size();
  }
  if (operands[3])
    length = operands[3].elements<int64_t>().front();
  if (!window.empty() && int64_t(window.size()) != length)
    return op->emitOpError("has a window of ")
           << window.size() << " elements for frames of " << length;
  int64_t frames = types[0].getDimSize(1), bins = types[0].getDimSize(2);
  Transform transform(length, /*inverse=*/false);
  std::vector<double> values = x.elements<double>(), y(types[0].getNumElements());
  std::vector<Complex> frame(length);
  double *to = y.data();
  for (int64_t b = 0; b < batch; ++b)
    for (int64_t f = 0; f < frames; ++f) {
      for (int64_t n = 0; n < length; ++n) {
        const double *number = values.data() + (b * signalLength + f * step + n) * parts;
        frame[n] =
            Complex(number[0], parts == 2 ? number[1] : 0) * (window.empty() ? 1 : window[n]);
      }
      for (int64_t k = 0; k < bins; ++k) {
        Complex result = transform.get(frame, k);
        *to++ = result.real();
        *to++ = result.imag();
      }
    }
  return SmallVector<Tensor>{makeTensor<double>(types[0], y)};
}

static Results evaluateWindow(Operation *op, ArrayRef<Tensor>, Types types) {
  auto window = cast<onnx::WindowFunctionOp>(op);
  std::vector<double> y(types[0].getNumElements());
  double period = std::max<double>(double(y.size()) - (window.getPeriodic() ? 0 : 1), 1);
  for (auto [i, value] : llvm::enumerate(y)) {
    double angle = 2 * llvm::numbers::pi * double(i) / period;
    if (window.getKind() == "hann")
      value = std::pow(std::sin(angle / 2), 2);
    else if (window.getKind() == "hamming")
      value = 25.0 / 46 - 21.0 / 46 * std::cos(angle);
    else
      value = 0.42 - 0.5 * std::cos(angle) + 0.08 * std::cos(2 * angle);
  }
  return SmallVector<Tensor>{makeTensor<double>(types[0], y)};
}

static Results evaluateMelWeightMatrix(Operation *op, ArrayRef<Tensor> operands, Types types) {
  int64_t bins = types[0].getDimSize(1), rows = types[0].getDimSize(0);
  double length = operands[1].elements<double>().front(),
         rate = operands[2].elements<double>().front();
  auto toMel = [](double hertz) { return 2595 * std::log10(1 + hertz / 700); };
  double low = toMel(operands[3].elements<double>().front()),
         high = toMel(operands[4].elements<double>().front());
  // The spectrum's element where each band begins, has its peak, or ends.
  std::vector<double> edges(bins + 2);
  for (int64_t i = 0; i < bins + 2; ++i) {
    double mel = low + double(i) * (high - low) / double(bins + 2);
    double hertz = 700 * (std::pow(10, mel / 2595) - 1);
    edges[i] = std::floor((length + 1) * hertz / rate);
  }
  std::vector<double> y(types[0].getNumElements(), 0);
  for (int64_t j = 0; j < rows; ++j)
    for (int64_t i = 0; i < bins; ++i) {
      double at = double(j), left = edges[i], peak = edges[i + 1], right = edges[i + 2];
      double &weight = y[j * bins + i];
      if (at == peak)
        weight = 1;
      else if (at >= left && at < peak)
        weight = (at - left) / (peak - left);
      else if (at > peak && at < right)
        weight = (right - at) / (right - peak);
    }
  return SmallVector<Tensor>{makeTensor<double>(types[0], y)};
}

void eval::addSignalEvaluators(EvaluatorTable &table) {
  table.add<onnx::DFTOp>(evaluateDFT);
  table.add<onnx::MelWeightMatrixOp>(evaluateMelWeightMatrix);
  table.add<onnx::STFTOp>(evaluateSTFT);
  table.add<onnx::WindowFunctionOp>(evaluateWindow);
}
