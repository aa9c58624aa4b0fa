// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each of the two elements of a pair is read as a sum of products over the pairs: layout ops
// disappear in index maps, negations in signs. What remains is compared with the definition.

#include "passes/raise/RotationMatch.h"

#include "compiler/eval/Tensor.h"
#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "passes/fuse/IndexMaps.h"
#include "passes/raise/GraphMatch.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;

static constexpr unsigned maxLayoutOps = 32;

ViewChain raise::walkLayout(View view, ArrayRef<int64_t> loops) {
  ViewChain chain;
  view.map = simplifyIndexMap(view.map, loops);
  for (unsigned n = 0; n < maxLayoutOps; ++n) {
    view.value = skipNoOps(view.value);
    chain.push_back(view);
    std::optional<View> next = readThrough(view, loops);
    if (!next)
      break;
    view = *next;
  }
  return chain;
}

std::optional<SmallVector<int64_t>> raise::getDistance(AffineMap map, AffineMap place) {
  if (map.getNumResults() != place.getNumResults())
    return std::nullopt;
  SmallVector<int64_t> distance;
  for (auto [expr, at] : llvm::zip_equal(map.getResults(), place.getResults())) {
    auto constant = dyn_cast<AffineConstantExpr>(
        simplifyAffineExpr(expr - at, map.getNumDims(), /*numSymbols=*/0));
    if (!constant)
      return std::nullopt;
    distance.push_back(constant.getValue());
  }
  return distance;
}

SmallVector<int64_t> raise::getTurnedShape(RankedTensorType type) {
  SmallVector<int64_t> shape(type.getShape());
  if (shape.size() > 1 && shape.back() == 2) {
    shape.pop_back();
    shape.back() *= 2;
  }
  return shape;
}

SmallVector<int64_t> raise::getPairLoops(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> loops(shape);
  loops.back() /= 2;
  return loops;
}

std::optional<ConstantView> raise::readConstant(const View &view, ArrayRef<int64_t> loops) {
  ElementsAttr attr = onnx::getConstantAttr(view.value);
  std::optional<eval::Tensor> tensor = attr ? eval::Tensor::get(attr) : std::nullopt;
  RankedTensorType type = getStaticType(view.value);
  if (!tensor || !type || !isa<FloatType>(type.getElementType()) || hasDivOrMod(view.map))
    return std::nullopt;
  MLIRContext *context = view.map.getContext();
  AffineMap address = AffineMap::get(
      loops.size(), 0, linearize(view.map.getResults(), type.getShape(), context), context);
  // The address is linear: its value at the origin, and at a step along each loop.
  SmallVector<int64_t> place(loops.size(), 0), strides;
  int64_t origin = address.compose(place)[0];
  ConstantView result;
  for (unsigned loop = 0; loop < loops.size(); ++loop) {
    place[loop] = 1;
    strides.push_back(loops[loop] == 1 ? 0 : address.compose(place)[0] - origin);
    place[loop] = 0;
    if (strides.back() == 0 && result.shape.empty())
      continue;
    result.shape.push_back(strides.back() == 0 ? 1 : loops[loop]);
  }
  ArrayRef<int64_t> used = ArrayRef(strides).take_back(result.shape.size());
  std::vector<double> elements = tensor->elements<double>();
  std::vector<int64_t> addresses = {origin};
  for (auto [extent, stride] : llvm::zip_equal(result.shape, used)) {
    std::vector<int64_t> next;
    next.reserve(addresses.size() * extent);
    for (int64_t base : addresses)
      for (int64_t n = 0; n < extent; ++n)
        next.push_back(base + n * stride);
    addresses = std::move(next);
  }
  for (int64_t element : addresses)
    result.numbers.push_back(elements[element]);
  return result;
}

namespace {
/// A factor without its sign.
struct Factor {
  ViewChain chain;
  bool isNegative = false;

  const View &base() const { return chain.back(); }
};

struct Product {
  Factor a, b;
  bool isNegative;
};

/// Reads what a value computes at a place as a sum of at most two products.
class SumReader {
public:
  explicit SumReader(ArrayRef<int64_t> loops) : loops(loops) {}

  bool read(View view, bool isNegative, SmallVectorImpl<Product> &products, unsigned depth = 0) {
    if (depth > maxDepth)
      return false;
    view = walkLayout(view, loops).back();
    Operation *op = view.value.getDefiningOp();
    if (!op || !isa<onnx::NegOp, onnx::AddOp, onnx::SubOp, onnx::MulOp>(op))
      return false;
    SmallVector<View, 2> operands = readOperands(view);
    if (operands.empty())
      return false;
    if (isa<onnx::NegOp>(op))
      return read(operands[0], !isNegative, products, depth + 1);
    if (isa<onnx::MulOp>(op)) {
      if (products.size() == 2)
        return false;
      products.push_back({readFactor(operands[0]), readFactor(operands[1]), isNegative});
      return true;
    }
    return read(operands[0], isNegative, products, depth + 1) &&
           read(operands[1], isa<onnx::SubOp>(op) != isNegative, products, depth + 1);
  }

  /// 1 or -1 when one view is that multiple of the other at every place, else 0.
  int relate(const View &a, const View &b, unsigned depth = 0) {
    if (a.value == b.value && a.map == b.map)
      return 1;
    Operation *op = a.value.getDefiningOp(), *other = b.value.getDefiningOp();
    if (!op || !other || depth > maxDepth)
      return 0;
    if (onnx::getConstantAttr(a.value))
      return relateConstants(a, b);
    // The same function of the same.
    if (op->getName() != other->getName() ||
        op->getAttrDictionary() != other->getAttrDictionary() ||
        !isa<onnx::CosOp, onnx::SinOp, onnx::CastOp, onnx::NegOp, onnx::AddOp, onnx::SubOp,
             onnx::MulOp, onnx::DivOp>(op))
      return 0;
    SmallVector<View, 2> operands = readOperands(a), others = readOperands(b);
    if (operands.empty() || operands.size() != others.size())
      return 0;
    for (auto [x, y] : llvm::zip_equal(operands, others))
      if (relate(walkLayout(x, loops).back(), walkLayout(y, loops).back(), depth + 1) != 1)
        return 0;
    return 1;
  }

private:
  static constexpr unsigned maxDepth = 16;

  /// The operands of an elementwise op, which broadcast; none when a type is not static.
  SmallVector<View, 2> readOperands(const View &view) {
    SmallVector<View, 2> views;
    RankedTensorType type = getStaticType(view.value);
    for (Value operand : view.value.getDefiningOp()->getOperands()) {
      RankedTensorType from = getStaticType(operand);
      AffineMap map =
          type && from ? getBroadcastMap(from.getShape(), type.getShape(), view.map) : AffineMap();
      if (!map)
        return {};
      views.push_back({operand, map});
    }
    return views;
  }

  Factor readFactor(const View &view) {
    Factor factor;
    factor.chain = walkLayout(view, loops);
    for (unsigned depth = 0; depth < maxDepth; ++depth) {
      View base = factor.base();
      auto neg = base.value.getDefiningOp<onnx::NegOp>();
      auto mul = base.value.getDefiningOp<onnx::MulOp>();
      bool isNegation = neg || (mul && getScalarFor(mul.getB(), mul.getA()) == -1.0);
      SmallVector<View, 2> operands = isNegation ? readOperands(base) : SmallVector<View, 2>();
      if (operands.empty())
        break;
      factor.chain = walkLayout(operands[0], loops);
      factor.isNegative = !factor.isNegative;
    }
    return factor;
  }

  int relateConstants(const View &a, const View &b) {
    std::optional<ConstantView> x = readConstant(a, loops), y = readConstant(b, loops);
    if (!x || !y || x->shape != y->shape)
      return 0;
    if (x->numbers == y->numbers)
      return 1;
    for (double &number : y->numbers)
      number = -number;
    return x->numbers == y->numbers ? -1 : 0;
  }

  ArrayRef<int64_t> loops;
};

/// A product with the element on one side and the angle's function on the other.
struct Term {
  const Factor &x, &angle;
  int sign;
};
} // namespace

static bool isSame(const View &a, const View &b) { return a.value == b.value && a.map == b.map; }

/// The tensor whose pairs the two chains read where `places` are, perhaps further on in each
/// dimension.
static std::optional<std::pair<Value, SmallVector<int64_t>>>
findPairs(const ViewChain &first, const ViewChain &second, ArrayRef<AffineMap> places) {
  for (const View &a : first)
    for (const View &b : second) {
      if (a.value != b.value)
        continue;
      std::optional<SmallVector<int64_t>> offsets = getDistance(a.map, places[0]);
      if (offsets && offsets == getDistance(b.map, places[1]))
        return std::pair(a.value, *offsets);
    }
  return std::nullopt;
}

std::optional<Rotation> raise::matchRotation(Value value, bool interleaved, StringRef &reason) {
  auto fail = [&](StringRef text) {
    reason = text;
    return std::nullopt;
  };
  RankedTensorType type = getStaticType(value);
  if (!type || type.getRank() == 0 || type.getNumElements() == 0 || type.getShape().back() % 2)
    return fail("the last dimension holds no pairs");
  SmallVector<int64_t> shape = getTurnedShape(type);
  bool hasPairsApart = shape.size() != size_t(type.getRank());
  // A pair alone is half of what joins it with others.
  if (shape.back() == 2 || (hasPairsApart && !interleaved))
    return fail("the last dimension is one pair");
  SmallVector<int64_t> loops = getPairLoops(shape);
  MLIRContext *context = value.getContext();
  unsigned rank = shape.size();

  // Where the two of a pair are.
  SumReader reader(loops);
  SmallVector<AffineMap, 2> places;
  SmallVector<Product, 2> sums[2];
  for (int64_t member : {0, 1}) {
    SmallVector<AffineExpr> exprs;
    for (unsigned dim = 0; dim < rank; ++dim)
      exprs.push_back(getAffineDimExpr(dim, context));
    SmallVector<AffineExpr> apart(exprs);
    apart.push_back(getAffineConstantExpr(member, context));
    exprs.back() = interleaved ? exprs.back() * 2 + member : exprs.back() + member * loops.back();
    places.push_back(simplifyIndexMap(AffineMap::get(rank, 0, exprs, context), loops));
    View element = {value, hasPairsApart ? AffineMap::get(rank, 0, apart, context) : places.back()};
    if (!reader.read(element, /*isNegative=*/false, sums[member]) || sums[member].size() != 2)
      return fail("an element is not a sum of two products");
  }

  // Every way to say which product has the cosine, and which factor is the element.
  auto term = [&](unsigned member, unsigned product, bool isSwapped) {
    const Product &p = sums[member][product];
    bool isNegative = p.isNegative != (p.a.isNegative != p.b.isNegative);
    return Term{isSwapped ? p.b : p.a, isSwapped ? p.a : p.b, isNegative ? -1 : 1};
  };
  reason = "the products are not those of pairs";
  for (unsigned choice = 0; choice < 64; ++choice) {
    auto bit = [&](unsigned n) { return (choice >> n) & 1; };
    Term realCos = term(0, bit(0), bit(2)), realSin = term(0, !bit(0), bit(3)),
         imagCos = term(1, bit(1), bit(4)), imagSin = term(1, !bit(1), bit(5));
    if (!isSame(realCos.x.base(), imagSin.x.base()) || !isSame(realSin.x.base(), imagCos.x.base()))
      continue;
    auto pairs = findPairs(realCos.x.chain, realSin.x.chain, places);
    if (!pairs)
      continue;
    int cosines = reader.relate(realCos.angle.base(), imagCos.angle.base()),
        sines = reader.relate(realSin.angle.base(), imagSin.angle.base());
    if (!cosines || !sines) {
      reason = "the two of a pair have different angles";
      continue;
    }
    if (realCos.sign != 1 || imagCos.sign * cosines != 1 || realSin.sign != -imagSin.sign * sines) {
      reason = "the signs are not those of a rotation";
      continue;
    }
    return Rotation{pairs->first, pairs->second, realCos.angle.chain, realSin.angle.chain,
                    realSin.sign == 1};
  }
  return std::nullopt;
}
