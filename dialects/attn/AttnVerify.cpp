// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Verifiers. What attention and online_attention share is checked once, on the parts they have in
// common.

#include "dialects/attn/Attn.h"
#include "dialects/attn/MapRange.h"
#include "dialects/attn/Mask.h"
#include "dialects/attn/ScoreCode.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

using namespace mlir;
using namespace fovea;
using namespace fovea::attn;

namespace {
using Dim = AttentionOp::Dim;

/// A tensor, its map, the dimensions it may be indexed by, and what to call it.
struct MappedOperand {
  Value tensor;
  AffineMap map;
  SmallVector<unsigned> dims;
  std::string name;
};

constexpr char dimNames[] = {'b', 'h', 'i', 'j', 'd', 'e'};
} // namespace

static LogicalResult verifyDomain(Operation *op, ArrayRef<int64_t> domain) {
  if (domain.size() != 6)
    return op->emitOpError("needs six extents (b, h, i, j, d, e) in its domain, not ")
           << domain.size();
  for (auto [n, extent] : llvm::enumerate(domain))
    if (extent <= 0)
      return op->emitOpError("needs a positive extent of ") << dimNames[n] << ", not " << extent;
  return success();
}

static LogicalResult verifyOperand(Operation *op, const MappedOperand &operand,
                                   ArrayRef<int64_t> domain) {
  auto type = cast<RankedTensorType>(operand.tensor.getType());
  AffineMap map = operand.map;
  if (!type.hasStaticShape())
    return op->emitOpError("needs a static shape of the ") << operand.name << ", not " << type;
  if (map.getNumDims() != 6 || map.getNumSymbols() != 0)
    return op->emitOpError("needs a map over the six dimensions for the ")
           << operand.name << ", not " << AffineMapAttr::get(map);
  if (map.getNumResults() != type.getRank())
    return op->emitOpError("indexes the ")
           << operand.name << " with " << map.getNumResults() << " expressions, but it has "
           << type.getRank() << " dimensions";
  for (unsigned dim = 0; dim < 6; ++dim)
    if (map.isFunctionOfDim(dim) && !llvm::is_contained(operand.dims, dim))
      return op->emitOpError("indexes the ")
             << operand.name << " with dimension " << dimNames[dim] << ", which it does not have";
  for (auto [n, expr] : llvm::enumerate(map.getResults())) {
    std::optional<ValueRange64> range = getRange(expr, domain);
    if (!range || range->low < 0 || range->high >= type.getDimSize(n)) {
      InFlightDiagnostic error = op->emitOpError("indexes the ")
                                 << operand.name << " outside of dimension " << n << " of " << type;
      if (range)
        error << ": from " << range->low << " to " << range->high;
      return error;
    }
  }
  return success();
}

/// Whether the indices `results`, over `dims` alone, hit every point of their extents once, tried
/// point by point.
static bool isBijectionByTrial(ArrayRef<AffineExpr> results, ArrayRef<int64_t> shape,
                               ArrayRef<unsigned> dims, ArrayRef<int64_t> domain) {
  int64_t points = 1, places = 1;
  for (unsigned dim : dims)
    points *= domain[dim];
  for (int64_t extent : shape)
    places *= extent;
  constexpr int64_t mostPoints = int64_t(1) << 20;
  if (points != places || points > mostPoints)
    return points == places;
  llvm::BitVector seen(places);
  SmallVector<int64_t> at(6, 0);
  for (int64_t point = 0; point < points; ++point) {
    int64_t rest = point, place = 0;
    for (unsigned dim : dims) {
      at[dim] = rest % domain[dim];
      rest /= domain[dim];
    }
    for (auto [expr, extent] : llvm::zip_equal(results, shape))
      place = place * extent + evaluate(expr, at);
    if (seen.test(place))
      return false;
    seen.set(place);
  }
  return true;
}

/// The same for a map that divides. Indices that share no dimension are independent of each other.
static bool isDividingBijection(AffineMap map, ArrayRef<int64_t> shape, ArrayRef<unsigned> dims,
                                ArrayRef<int64_t> domain) {
  llvm::EquivalenceClasses<unsigned> parts;
  for (unsigned dim : dims)
    parts.insert(dim);
  auto dimsOf = [&](AffineExpr expr) {
    return llvm::make_filter_range(dims, [=](unsigned dim) { return expr.isFunctionOfDim(dim); });
  };
  for (AffineExpr expr : map.getResults())
    for (unsigned dim : dimsOf(expr))
      parts.unionSets(*dimsOf(expr).begin(), dim);
  for (unsigned leader : dims) {
    if (parts.getLeaderValue(leader) != leader)
      continue;
    SmallVector<unsigned> part;
    for (unsigned dim : dims)
      if (parts.isEquivalent(leader, dim))
        part.push_back(dim);
    SmallVector<AffineExpr> results;
    SmallVector<int64_t> extents;
    for (auto [expr, extent] : llvm::zip_equal(map.getResults(), shape))
      if (llvm::any_of(part, [e = expr](unsigned dim) { return e.isFunctionOfDim(dim); })) {
        results.push_back(expr);
        extents.push_back(extent);
      }
    if (!isBijectionByTrial(results, extents, part, domain))
      return false;
  }
  return true;
}

/// Checks that the map of a written tensor hits every element once. Maps that divide are tried
/// point by point; beyond a million points only their number is compared.
static LogicalResult verifyBijection(Operation *op, const MappedOperand &operand,
                                     ArrayRef<int64_t> domain) {
  auto type = cast<RankedTensorType>(operand.tensor.getType());
  auto fail = [&] {
    return op->emitOpError("does not write every element of the ")
           << operand.name << " once: " << AffineMapAttr::get(operand.map) << " on " << type;
  };
  int64_t count = 1, elements = 1;
  for (unsigned dim : operand.dims)
    if (llvm::MulOverflow(count, domain[dim], count))
      return fail();
  for (int64_t extent : type.getShape())
    if (llvm::MulOverflow(elements, extent, elements))
      return fail();
  if (elements != count)
    return fail();
  SmallVector<unsigned> uses(6, 0);
  for (auto [n, expr] : llvm::enumerate(operand.map.getResults())) {
    std::optional<LinearForm> form = getLinearForm(expr, 6);
    if (!form)
      return isDividingBijection(operand.map, type.getShape(), operand.dims, domain)
                 ? success()
                 : LogicalResult(fail());
    // A mixed radix number: each weight is the product of the extents below it.
    SmallVector<std::pair<int64_t, unsigned>> digits;
    for (unsigned dim : operand.dims)
      if (form->coefficients[dim] != 0 && domain[dim] != 1) {
        digits.push_back({form->coefficients[dim], dim});
        ++uses[dim];
      }
    llvm::sort(digits);
    int64_t weight = 1;
    for (auto [coefficient, dim] : digits) {
      if (coefficient != weight)
        return fail();
      weight *= domain[dim];
    }
    if (form->constant != 0 || weight != type.getDimSize(n))
      return fail();
  }
  for (unsigned dim : operand.dims)
    if (domain[dim] != 1 && uses[dim] != 1)
      return fail();
  return success();
}

static LogicalResult verifyScore(Operation *op, Region &region, ValueRange captures) {
  Block &block = region.front();
  Builder builder(op->getContext());
  SmallVector<Type> expected = {builder.getF32Type()};
  expected.append(4, builder.getIndexType());
  for (Value capture : captures)
    expected.push_back(cast<RankedTensorType>(capture.getType()).getElementType());
  if (!llvm::equal(block.getArgumentTypes(), expected))
    return op->emitOpError("needs a score region with the arguments (")
           << TypeRange(expected) << "), not (" << block.getArgumentTypes() << ")";
  auto yield = dyn_cast<YieldOp>(block.getTerminator());
  if (!yield || !yield.getScore().getType().isF32())
    return op->emitOpError("needs a score region that yields one f32");
  return success();
}

/// Checks that what the region yields reads no argument and no capture that varies along `dims`.
static LogicalResult verifyYielded(Operation *op, Region &region, Value yielded, StringRef name,
                                   ArrayRef<AffineMap> captureMaps, ArrayRef<unsigned> dims) {
  llvm::BitVector read = getReadArguments(region, yielded);
  if (name != "score" && read.test(0))
    return op->emitOpError("computes the ") << name << " from the score";
  for (unsigned dim : dims) {
    if (dim <= Dim::J && read.test(1 + dim))
      return op->emitOpError("computes the ")
             << name << " from dimension " << dimNames[dim] << ", which it does not have";
    for (auto [n, map] : llvm::enumerate(captureMaps))
      if (read.test(5 + n) && map.isFunctionOfDim(dim))
        return op->emitOpError("computes the ")
               << name << " from capture " << n << ", which is indexed with dimension "
               << dimNames[dim];
  }
  return success();
}

/// What each number that the region yields may depend on.
template <typename OpTy> static LogicalResult verifyYield(OpTy op) {
  SmallVector<AffineMap> maps;
  for (unsigned n = 0; n < op.getCaptures().size(); ++n)
    maps.push_back(op.getCaptureMap(n));
  YieldOp yield = op.getYield();
  if (failed(verifyYielded(op, op.getScore(), yield.getScore(), "score", maps, {Dim::E})))
    return failure();
  if (yield.getSink() &&
      failed(verifyYielded(op, op.getScore(), yield.getSink(), "sink", maps, {Dim::J, Dim::E})))
    return failure();
  if (yield.getValue())
    return verifyYielded(op, op.getScore(), yield.getValue(), "value", maps, {});
  return success();
}

/// Mask, numerics, element types.
static LogicalResult verifyParameters(Operation *op, MaskAttr mask, NumericsAttr numerics,
                                      ArrayRef<int64_t> domain, ArrayRef<Value> tensors) {
  // Kernels compute with 32-bit indices.
  for (IntegerSet set : mask.getSets())
    for (const MaskConstraint &constraint : getConstraints(set)) {
      std::optional<ValueRange64> range = getRange(constraint.expr, domain.take_front(MaskDims));
      if (!range || range->low != int32_t(range->low) || range->high != int32_t(range->high))
        return op->emitOpError("has a condition in its mask that no 32-bit number holds: ")
               << IntegerSetAttr::get(set);
    }
  if (!std::isfinite(numerics.getScale().getValueAsDouble()))
    return op->emitOpError("needs a finite scale");
  for (Value tensor : tensors) {
    Type element = cast<RankedTensorType>(tensor.getType()).getElementType();
    if (!isa<FloatType>(element) || element.getIntOrFloatBitWidth() > 32)
      return op->emitOpError("computes on floating-point types of up to 32 bits, not ") << element;
  }
  return success();
}

/// The maps that attention and online_attention have in common, and the number that follow.
template <typename OpTy> static LogicalResult verifyInputs(OpTy op, unsigned written) {
  if (failed(verifyDomain(op, op.getDomain())))
    return failure();
  size_t maps = 3 + op.getCaptures().size() + written;
  if (op.getIndexingMaps().size() != maps)
    return op.emitOpError("needs ")
           << maps << " indexing maps, has " << op.getIndexingMaps().size();
  SmallVector<MappedOperand> operands = {
      {op.getQuery(), op.getQueryMap(), {Dim::B, Dim::H, Dim::I, Dim::D}, "query"},
      {op.getKey(), op.getKeyMap(), {Dim::B, Dim::H, Dim::J, Dim::D}, "key"},
      {op.getValue(), op.getValueMap(), {Dim::B, Dim::H, Dim::J, Dim::E}, "value"}};
  for (auto [n, capture] : llvm::enumerate(op.getCaptures()))
    operands.push_back({capture,
                        op.getCaptureMap(n),
                        {Dim::B, Dim::H, Dim::I, Dim::J, Dim::E},
                        "capture " + std::to_string(n)});
  for (const MappedOperand &operand : operands)
    if (failed(verifyOperand(op, operand, op.getDomain())))
      return failure();
  if (failed(verifyParameters(op, op.getMask(), op.getNumerics(), op.getDomain(),
                              {op.getQuery(), op.getKey(), op.getValue()})))
    return failure();
  if (failed(verifyScore(op, op.getScore(), op.getCaptures())))
    return failure();
  return verifyYield(op);
}

static LogicalResult verifyWritten(Operation *op, const MappedOperand &operand,
                                   ArrayRef<int64_t> domain) {
  if (failed(verifyOperand(op, operand, domain)))
    return failure();
  return verifyBijection(op, operand, domain);
}

LogicalResult AttentionOp::verify() {
  if (failed(verifyInputs(*this, getProbabilities() ? 2 : 1)))
    return failure();
  if (failed(verifyWritten(
          *this, {getOutput(), getOutputMap(), {Dim::B, Dim::H, Dim::I, Dim::E}, "output"},
          getDomain())))
    return failure();
  if (getYield().getSink() && getNormalizer() != Normalizer::Softmax)
    return emitOpError("has a sink, which only softmax has");
  if (!getProbabilities())
    return verifyParameters(*this, getMask(), getNumerics(), getDomain(), {getOutput()});
  if (failed(verifyWritten(*this,
                           {getProbabilities(),
                            getProbabilitiesMap(),
                            {Dim::B, Dim::H, Dim::I, Dim::J},
                            "probabilities"},
                           getDomain())))
    return failure();
  return verifyParameters(*this, getMask(), getNumerics(), getDomain(),
                          {getOutput(), getProbabilities()});
}

LogicalResult OnlineAttentionOp::verify() {
  if (failed(verifyInputs(*this, 3)))
    return failure();
  if (getYield().getSink())
    return emitOpError("has a sink, which belongs into the first maximum and sum");
  SmallVector<MappedOperand> written = {
      {getAccumulator(), getAccumulatorMap(), {Dim::B, Dim::H, Dim::I, Dim::E}, "accumulator"},
      {getMaximum(), getMaximumMap(), {Dim::B, Dim::H, Dim::I}, "maximum"},
      {getSum(), getSumMap(), {Dim::B, Dim::H, Dim::I}, "sum"}};
  for (auto [operand, result] : llvm::zip_equal(written, getResults())) {
    if (failed(verifyWritten(*this, operand, getDomain())))
      return failure();
    if (!cast<RankedTensorType>(operand.tensor.getType()).getElementType().isF32())
      return emitOpError("needs f32 elements in the ") << operand.name;
    if (operand.tensor.getType() != result.getType())
      return emitOpError("needs a result like the ")
             << operand.name << ", " << operand.tensor.getType() << ", not " << result.getType();
  }
  return success();
}
