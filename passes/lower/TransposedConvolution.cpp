// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lowering of ConvTranspose to a convolution of stride one. With stride s, results s apart are made
// of the same taps of the kernel: each such phase is a filter of its own, and the phases, which the
// convolution makes as channels, are then woven into the spatial dimensions. No product has a zero
// that the stride put between elements.

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxConvOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/lower/Convolution.h"
#include "passes/lower/Families.h"
#include "passes/lower/OnnxPattern.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

namespace {

/// One spatial dimension. Phase r of tap t of its filters is the kernel's element
/// (r + stride * step * (taps - 1 - t)) / dilation, where that divides.
struct Phases {
  int64_t stride, dilation, kernel;
  /// Taps of a phase, and how far apart the elements are that they read.
  int64_t taps, step;
  /// Positions of each phase that results are taken from, and what pads x to make them.
  int64_t positions, low, high;

  static Phases get(int64_t stride, int64_t dilation, int64_t kernel, int64_t extent,
                    int64_t lastResult);
  /// The kernel's element, or -1.
  int64_t getElement(int64_t phase, int64_t tap) const {
    int64_t at = phase + stride * step * (taps - 1 - tap);
    return at % dilation == 0 && at / dilation < kernel ? at / dilation : -1;
  }
};

class ConvTransposePattern : public OnnxPattern<onnx::ConvTransposeOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::ConvTransposeOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override;

private:
  Value makeFilters(onnx::ConvTransposeOp op, Value w, ArrayRef<Phases> phases,
                    OpBuilder &builder) const;
  static Value weave(Value product, ArrayRef<Phases> phases, Location loc, OpBuilder &builder);
};

} // namespace

Phases Phases::get(int64_t stride, int64_t dilation, int64_t kernel, int64_t extent,
                   int64_t lastResult) {
  Phases phases = {stride, dilation, kernel, kernel, dilation, 0, 0, 0};
  if (stride > 1) {
    phases.taps = llvm::divideCeil((kernel - 1) * dilation + 1, stride);
    phases.step = 1;
  }
  phases.positions = std::max(int64_t(llvm::divideCeil(lastResult, stride)), extent);
  phases.low = (phases.taps - 1) * phases.step;
  phases.high = phases.positions - extent;
  return phases;
}

/// The elements of a constant [shape...] where `source` says which of `w` each is, or -1 for zero.
static Value rearrangeConstant(Value w, ArrayRef<int64_t> shape, ArrayRef<int64_t> source,
                               Location loc, OpBuilder &builder) {
  std::optional<onnx::ConstantData> data = onnx::getConstantData(onnx::getConstantAttr(w));
  if (!data)
    return {};
  Type elementType = getElementTypeOrSelf(w.getType());
  int64_t bytes = onnx::getElementBytes(elementType);
  SmallVector<char, 0> values(source.size() * bytes, 0);
  for (auto [at, from] : llvm::enumerate(source))
    if (from >= 0)
      std::memcpy(values.data() + at * bytes, data->bytes.data() + (data->splat ? 0 : from * bytes),
                  bytes);
  auto type = RankedTensorType::get(shape, elementType);
  return arith::ConstantOp::create(builder, loc, cast<TypedAttr>(onnx::makeConstant(type, values)));
}

/// w [G * IC, OC, kernel...] as filters [G * OC * phases..., IC, taps...].
Value ConvTransposePattern::makeFilters(onnx::ConvTransposeOp op, Value w, ArrayRef<Phases> phases,
                                        OpBuilder &builder) const {
  ArrayRef<int64_t> from = getType(op.getW()).getShape();
  int64_t groups = op.getGroup(), spatial = phases.size(), inChannels = from[0] / groups,
          outChannels = from[1];
  // Loops are (g, oc, phases..., ic, taps...).
  SmallVector<int64_t> loops = {groups, outChannels}, shape = {groups * outChannels};
  for (const Phases &phase : phases) {
    loops.push_back(phase.stride);
    shape[0] *= phase.stride;
  }
  loops.push_back(inChannels);
  shape.push_back(inChannels);
  for (const Phases &phase : phases) {
    loops.push_back(phase.taps);
    shape.push_back(phase.taps);
  }
  int64_t ic = 2 + spatial, tap = ic + 1;
  Location loc = op.getLoc();
  if (onnx::getConstantAttr(op.getW())) {
    SmallVector<int64_t> at(loops.size(), 0), source;
    int64_t count = 1;
    for (int64_t extent : loops)
      count *= extent;
    source.reserve(count);
    for (int64_t i = 0; i < count; ++i) {
      int64_t element = (at[0] * inChannels + at[ic]) * outChannels + at[1];
      for (int64_t dim = 0; dim < spatial && element >= 0; ++dim) {
        int64_t k = phases[dim].getElement(at[2 + dim], at[tap + dim]);
        element = k < 0 ? -1 : element * from[2 + dim] + k;
      }
      source.push_back(element);
      for (int64_t dim = int64_t(loops.size()) - 1; dim >= 0 && ++at[dim] == loops[dim]; --dim)
        at[dim] = 0;
    }
    if (Value filters = rearrangeConstant(op.getW(), shape, source, loc, builder))
      return filters;
  }
  Type elementType = getElementTypeOrSelf(w.getType());
  Type index = builder.getIndexType();
  Value filters = createParallel(
      builder, loc, {}, RankedTensorType::get(loops, elementType), [&](Scalars &s, ValueRange) {
        auto number = [&](int64_t value) { return s.constant(IntegerAttr::get(index, value)); };
        Value isTap = s.constant(builder.getBoolAttr(true));
        SmallVector<Value> position = {
            s.add(s.multiply(s.loopIndex(0), number(inChannels)), s.loopIndex(ic)), s.loopIndex(1)};
        for (auto [dim, phase] : llvm::enumerate(phases)) {
          Value back = s.subtract(number(phase.taps - 1), s.loopIndex(tap + dim));
          Value at =
              s.add(s.loopIndex(2 + dim), s.multiply(back, number(phase.stride * phase.step)));
          Value k = s.divide(at, number(phase.dilation), true);
          Value rest = s.remainder(at, number(phase.dilation), false, true);
          Value divides = s.compare(arith::CmpIPredicate::eq, rest, number(0), true);
          Value exists = s.compare(arith::CmpIPredicate::slt, k, number(phase.kernel), true);
          isTap = s.create<arith::AndIOp>(isTap, s.create<arith::AndIOp>(divides, exists));
          position.push_back(s.minimum(k, number(phase.kernel - 1), true));
        }
        Value element = s.create<tensor::ExtractOp>(w, position);
        return s.select(isTap, element, s.number(elementType, 0));
      });
  return createReshape(builder, loc, filters, RankedTensorType::get(shape, elementType));
}

/// [N, C * phases..., positions...] as [N, C, (positions, phases)...] without the inner brackets.
Value ConvTransposePattern::weave(Value product, ArrayRef<Phases> phases, Location loc,
                                  OpBuilder &builder) {
  auto type = cast<RankedTensorType>(product.getType());
  int64_t spatial = phases.size(), channels = type.getDimSize(1);
  for (const Phases &phase : phases)
    channels /= phase.stride;
  SmallVector<int64_t> split = {type.getDimSize(0), channels}, woven = split, joined = split;
  SmallVector<AffineExpr> exprs = {builder.getAffineDimExpr(0), builder.getAffineDimExpr(1)};
  for (int64_t dim = 0; dim < spatial; ++dim) {
    split.push_back(phases[dim].stride);
    exprs.push_back(builder.getAffineDimExpr(3 + 2 * dim));
  }
  for (int64_t dim = 0; dim < spatial; ++dim) {
    split.push_back(phases[dim].positions);
    exprs.push_back(builder.getAffineDimExpr(2 + 2 * dim));
    woven.append({phases[dim].positions, phases[dim].stride});
    joined.push_back(phases[dim].positions * phases[dim].stride);
  }
  if (llvm::all_of(phases, [](const Phases &phase) { return phase.stride == 1; }))
    return product;
  product = createReshape(builder, loc, product, type.clone(split));
  auto map = AffineMap::get(woven.size(), 0, exprs, builder.getContext());
  product = createParallel(builder, loc, {{product, map}}, type.clone(woven),
                           [](Scalars &, ValueRange v) { return v[0]; });
  return createReshape(builder, loc, product, type.clone(joined));
}

LogicalResult ConvTransposePattern::lower(onnx::ConvTransposeOp op, Adaptor adaptor,
                                          ConversionPatternRewriter &rewriter) const {
  RankedTensorType x = getType(op.getX()), w = getType(op.getW()), type = getType(op.getY());
  Type elementType = type.getElementType();
  int64_t spatial = x.getRank() - 2;
  Location loc = op.getLoc();
  SmallVector<Phases> phases;
  SmallVector<int64_t> pads(2 * spatial), taps, steps, positions, ones(spatial, 1);
  SmallVector<int64_t> offsets = {0, 0};
  for (int64_t dim = 0; dim < spatial; ++dim) {
    int64_t begin = op.getPads()[dim];
    phases.push_back(Phases::get(op.getStrides()[dim], op.getDilations()[dim],
                                 w.getDimSize(2 + dim), x.getDimSize(2 + dim),
                                 begin + type.getDimSize(2 + dim)));
    pads[dim] = phases.back().low;
    pads[spatial + dim] = phases.back().high;
    taps.push_back(phases.back().taps);
    steps.push_back(phases.back().step);
    positions.push_back(phases.back().positions);
    offsets.push_back(begin);
  }
  Value padded = padTrailing(rewriter, loc, adaptor.getX(), pads, getNumberAttr(elementType, 0));
  Value filters = makeFilters(op, adaptor.getW(), phases, rewriter);
  Value product = createConvolution(rewriter, loc, padded, filters, {taps, ones, steps, positions},
                                    op.getGroup(), getWideType(elementType));
  product = weave(product, phases, loc, rewriter);
  auto wide = cast<RankedTensorType>(product.getType());
  if (wide.getShape() != type.getShape()) {
    auto attrs = [&](ArrayRef<int64_t> values) {
      return getAsIndexOpFoldResult(getContext(), values);
    };
    product = tensor::ExtractSliceOp::create(rewriter, loc, wide.clone(type.getShape()), product,
                                             attrs(offsets), attrs(type.getShape()),
                                             attrs(SmallVector<int64_t>(type.getRank(), 1)));
  }
  Value bias = isa<NoneType>(op.getBias().getType()) ? op.getBias() : adaptor.getBias();
  rewriter.replaceOp(op, addChannelBias(rewriter, loc, product, bias, elementType));
  return success();
}

void lower::populateTransposedConvolutionPatterns(const PatternContext &context) {
  context.add<ConvTransposePattern>();
}
