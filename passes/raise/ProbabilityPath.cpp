// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Products are found downwards, and understood upwards: from an operand of the product back to the
// Softmax, with the index into each value on the way.

#include "passes/raise/ProbabilityPath.h"

#include "dialects/attn/MapRange.h"
#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/NodeName.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxMatrixOps.h"
#include "dialects/onnx/OnnxReduceOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "passes/fuse/IndexMaps.h"
#include "passes/raise/GraphMatch.h"
#include "passes/raise/RelativeValues.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;

/// The product that `user` is with `operand` as a factor, as its result; null when it is none.
static Value getProduct(Operation *user) {
  if (isa<onnx::MatMulOp, onnx::GemmOp>(user))
    return user->getResult(0);
  if (isa<onnx::MulOp>(user) && user->getResult(0).hasOneUse())
    if (auto sum = dyn_cast<onnx::ReduceSumOp>(*user->getResult(0).getUsers().begin()))
      return sum.getY();
  return {};
}

/// The products that `p` flows into through ops that move its elements or change them one by one.
static llvm::SetVector<Value> findProducts(Value p) {
  static constexpr size_t limit = 64;
  llvm::SetVector<Value> reached, products;
  reached.insert(p);
  for (size_t next = 0; next < reached.size() && reached.size() < limit; ++next)
    for (Operation *user : reached[next].getUsers()) {
      if (Value product = getProduct(user))
        products.insert(product);
      bool keepsShape = user->getNumResults() == 1 && getStaticType(reached[next]) &&
                        user->getResult(0).getType() == reached[next].getType();
      if (keepsShape ||
          isa<onnx::DropoutOp, onnx::CastOp, onnx::WhereOp, onnx::AddOp, onnx::MulOp, onnx::DivOp,
              onnx::ReshapeOp, onnx::TransposeOp, onnx::UnsqueezeOp, onnx::SqueezeOp,
              onnx::FlattenOp, onnx::SliceOp, onnx::SplitOp, onnx::ConcatOp, onnx::PadOp,
              onnx::GatherOp, onnx::ExpandOp, onnx::IdentityOp>(user))
        reached.insert(user->result_begin(), user->result_end());
    }
  return products;
}

bool raise::feedsProduct(Value probabilities) { return !findProducts(probabilities).empty(); }

/// The operand of Where(IsNaN(p), 0, p); null for anything else.
static Value getGuarded(Operation *op) {
  auto where = dyn_cast<onnx::WhereOp>(op);
  auto isNaN = where ? where.getCondition().getDefiningOp<onnx::IsNaNOp>() : onnx::IsNaNOp();
  Value p = where ? where.getY() : Value();
  bool matches = isNaN && isNaN.getX() == p && isNaN.getY().hasOneUse() &&
                 getScalarFor(where.getX(), p) == 0.0 && where.getResult().getType() == p.getType();
  return matches ? p : Value();
}

namespace {
class PathMatcher {
public:
  PathMatcher(onnx::SoftmaxOp softmax, Refusal &refusal) : softmax(softmax), refusal(refusal) {}

  std::optional<ProbabilityPath> match(Contraction product) {
    path.product = product;
    for (auto [p, values] : {std::pair(product.left, product.right), {product.right, product.left}})
      if (leadsToSoftmax(p.value)) {
        path.values = values;
        if (walk(p))
          return path;
        return std::nullopt;
      }
    return std::nullopt;
  }

private:
  bool refuse(RemarkCode code, Operation *blocking, std::string reason) {
    refusal = {code, blocking, std::move(reason)};
    return false;
  }

  bool leadsToSoftmax(Value value) {
    llvm::SetVector<Value> reached;
    reached.insert(value);
    for (size_t next = 0; next < reached.size() && reached.size() < 64; ++next) {
      if (reached[next] == softmax.getY())
        return true;
      if (Operation *op = reached[next].getDefiningOp();
          op && (isPointwiseConv(op) || !matchContraction(reached[next])))
        reached.insert(op->operand_begin(), op->operand_end());
    }
    return false;
  }

  /// Users of a value on the way that are not `reader` see the probabilities too.
  bool noteUses(const View &view, Operation *reader) {
    bool guarded = getGuarded(reader) == view.value;
    bool shared = llvm::any_of(view.value.getUsers(), [&](Operation *user) {
      bool isTest = guarded && isa<onnx::IsNaNOp>(user);
      return user != reader && !isTest;
    });
    if (!shared)
      return true;
    if (path.guarded)
      return refuse(RemarkCode::HalfGuarded, getOtherUser(view.value, reader),
                    "the probabilities are used both with and without their NaN guard");
    if (!path.factors.empty() || path.zeroed)
      return refuse(RemarkCode::ProbabilitiesChanged, reader,
                    "the probabilities are used both with and without " +
                        describeProducer(reader->getResult(0)));
    path.tapped = view;
    return true;
  }

  bool walk(View view) {
    Operation *reader = path.product.result.getDefiningOp();
    if (isa<onnx::ReduceSumOp>(reader))
      reader = peelScale(reader->getOperand(0)).value.getDefiningOp();
    while (true) {
      path.passed.push_back(view.value);
      path.readers.push_back(reader);
      if (!noteUses(view, reader))
        return false;
      if (view.value == softmax.getY())
        return finish(view);
      Operation *op = view.value.getDefiningOp();
      reader = op;
      if (Value p = getGuarded(op)) {
        path.guarded = true;
        view.value = p;
      } else if (Value forwarded = getForwarded(view.value)) {
        view.value = forwarded;
      } else if (std::optional<View> source = readThrough(view, path.product.loops)) {
        view = *source;
      } else if (std::optional<View> rest = takeFactor(view)) {
        view = *rest;
      } else if (std::optional<View> rest = takeZeros(view)) {
        view = *rest;
      } else {
        if (isPointwiseConv(op))
          return refuse(RemarkCode::MixedHeads, op,
                        describeProducer(view.value) + " mixes the probabilities of several heads");
        if (isa<onnx::MulOp>(op))
          return refuse(RemarkCode::WeightedProbabilities, op,
                        describeProducer(view.value) +
                            " multiplies the probabilities by numbers that differ by key");
        return refuse(RemarkCode::ProbabilitiesChanged, op,
                      "the probabilities go through " + describeProducer(view.value) +
                          " before any product");
      }
    }
  }

  static Value getForwarded(Value value) {
    Value result = skipFloatCasts(value);
    return result == value ? Value() : value.getDefiningOp()->getOperand(0);
  }

  /// Takes off Where(condition, 0, p).
  std::optional<View> takeZeros(const View &view) {
    auto where = view.value.getDefiningOp<onnx::WhereOp>();
    if (!where || path.zeroed || getScalarFor(where.getX(), where.getY()) != 0.0 ||
        where.getY().getType() != where.getResult().getType())
      return std::nullopt;
    ArrayRef<int64_t> shape = cast<RankedTensorType>(where.getY().getType()).getShape();
    RankedTensorType type = getStaticType(where.getCondition());
    AffineMap map = type ? getBroadcastMap(type.getShape(), shape, view.map) : AffineMap();
    if (!map)
      return std::nullopt;
    path.zeroed = {where.getCondition(), map};
    return View{where.getY(), view.map};
  }

  /// Takes off a factor that is the same for every key.
  std::optional<View> takeFactor(const View &view) {
    auto mul = view.value.getDefiningOp<onnx::MulOp>();
    if (!mul)
      return std::nullopt;
    ArrayRef<int64_t> shape = cast<RankedTensorType>(mul.getC().getType()).getShape();
    for (auto [p, other] :
         {std::pair<Value, Value>(mul.getA(), mul.getB()), {mul.getB(), mul.getA()}}) {
      RankedTensorType type = getStaticType(other);
      if (p.getType() != mul.getC().getType() || !type || !leadsToSoftmax(p) ||
          leadsToSoftmax(other))
        continue;
      AffineMap map = getBroadcastMap(type.getShape(), shape, view.map);
      auto keys =
          llvm::to_vector(llvm::seq<unsigned>(path.product.outer, path.product.loops.size()));
      if (!map || readsAny(map, keys) || !isSelection(map))
        continue;
      path.factors.push_back({other, map});
      return View{p, view.map};
    }
    return std::nullopt;
  }

  /// The Softmax's axis must be what the product sums over, in some row-major order, and nothing
  /// else.
  bool finish(const View &view) {
    path.softmaxMap = view.map;
    RankedTensorType type = getStaticType(softmax.getX());
    int64_t axis = softmax.getAxis() + (softmax.getAxis() < 0 ? type.getRank() : 0);
    const Contraction &product = path.product;
    SmallVector<unsigned> keys;
    for (unsigned loop = product.outer; loop < product.loops.size(); ++loop)
      if (product.loops[loop] != 1)
        keys.push_back(loop);
    AffineMap others = view.map.dropResult(axis);
    bool mixesHeads = bool(onnx::getConstantAttr(path.values.value));
    if (readsAny(others, keys))
      return refuse(mixesHeads ? RemarkCode::MixedHeads : RemarkCode::SoftmaxAxis,
                    mixesHeads ? product.result.getDefiningOp() : softmax,
                    llvm::formatv("Softmax runs over axis {0} of {1} dimensions, and {2} sums over "
                                  "another",
                                  softmax.getAxis(), type.getRank(),
                                  describeProducer(product.result)));
    auto form = attn::getLinearForm(view.map.getResult(axis), product.loops.size());
    SmallVector<std::pair<int64_t, unsigned>> digits;
    for (unsigned loop = 0; form && loop < product.loops.size(); ++loop)
      if (form->coefficients[loop] != 0 && product.loops[loop] != 1)
        digits.push_back({form->coefficients[loop], loop});
    llvm::sort(digits);
    int64_t weight = 1;
    for (auto [coefficient, loop] : digits) {
      if (coefficient != weight || loop < product.outer)
        form = std::nullopt;
      weight *= product.loops[loop];
    }
    bool isWhole = form && form->constant == 0 && weight == type.getDimSize(axis);
    // One column less: a sink, whose probability is dropped.
    bool hasSink =
        form && (form->constant == 0 || form->constant == 1) && weight == type.getDimSize(axis) - 1;
    if (!(isWhole || hasSink) || digits.size() != keys.size())
      return refuse(
          RemarkCode::SoftmaxAxis, softmax,
          llvm::formatv("the product with {0} does not sum over all of axis {1} of Softmax",
                        describeProducer(path.values.value), softmax.getAxis()));
    for (auto &digit : llvm::reverse(digits))
      path.keyLoops.push_back(digit.second);
    if (hasSink) {
      SmallVector<AffineExpr> index(view.map.getResults());
      index[axis] = getAffineConstantExpr(form->constant == 0 ? weight : 0, view.map.getContext());
      path.sinkMap = AffineMap::get(view.map.getNumDims(), 0, index, view.map.getContext());
    }
    return true;
  }

  onnx::SoftmaxOp softmax;
  Refusal &refusal;
  ProbabilityPath path;
};
} // namespace

/// Two products that are added are one; else the first is taken. Relative values are mostly
/// constants.
static ProbabilityPath joinPaths(ArrayRef<ProbabilityPath> paths) {
  for (bool wantsConstant : {true, false})
    for (const ProbabilityPath &primary : paths)
      for (const ProbabilityPath &secondary : paths)
        if (&primary != &secondary &&
            wantsConstant == bool(onnx::getConstantAttr(secondary.values.value)))
          if (std::optional<ProbabilityPath> joined = joinRelativeValues(primary, secondary))
            return *joined;
  return paths.front();
}

/// The first op on the way down from the probabilities that no path goes through; null when the
/// way forks or ends in a product.
static Operation *findStrayOp(Value p) {
  static constexpr unsigned maxDepth = 64;
  for (unsigned depth = 0; depth < maxDepth && p.hasOneUse(); ++depth) {
    Operation *user = *p.getUsers().begin();
    if (getProduct(user) || user->getNumResults() != 1)
      return nullptr;
    if (!isa<onnx::AddOp, onnx::CastOp, onnx::ConcatOp, onnx::DivOp, onnx::DropoutOp,
             onnx::ExpandOp, onnx::FlattenOp, onnx::GatherOp, onnx::IdentityOp, onnx::MulOp,
             onnx::ReshapeOp, onnx::SliceOp, onnx::SqueezeOp, onnx::SubOp, onnx::TransposeOp,
             onnx::UnsqueezeOp, onnx::WhereOp>(user))
      return user;
    p = user->getResult(0);
  }
  return nullptr;
}

std::optional<ProbabilityPath> raise::findProbabilityPath(onnx::SoftmaxOp softmax,
                                                          Refusal &refusal) {
  SmallVector<Value> products = findProducts(softmax.getY()).takeVector();
  llvm::erase_if(products, [&](Value product) {
    return product.getDefiningOp()->getBlock() != softmax->getBlock();
  });
  llvm::sort(products, [](Value a, Value b) {
    return a.getDefiningOp()->isBeforeInBlock(b.getDefiningOp());
  });
  std::optional<Refusal> first;
  SmallVector<ProbabilityPath, 2> paths;
  for (Value value : products) {
    std::optional<Contraction> product = matchContraction(value);
    Refusal reason;
    if (product)
      if (std::optional<ProbabilityPath> path = PathMatcher(softmax, reason).match(*product))
        paths.push_back(std::move(*path));
    if (!first && reason.code)
      first = reason;
  }
  if (!paths.empty())
    return joinPaths(paths);
  refusal = first ? *first
                  : Refusal{RemarkCode::ProbabilitiesChanged, softmax,
                            "the probabilities reach no product"};
  Operation *stray = findStrayOp(softmax.getY());
  if (stray && refusal.code == RemarkCode::ProbabilitiesChanged)
    refusal = {RemarkCode::ProbabilitiesChanged, stray,
               "the probabilities go through " + describeProducer(stray->getResult(0)) +
                   " before any product"};
  return std::nullopt;
}
