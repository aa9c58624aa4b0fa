// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Matching of attention around a Softmax. First the product with the values, which gives the loops
// of everything else, then the way up to the product of queries and keys, with the index into each
// value; then the loops are named batch, head, query, key and channels. Nothing is changed here, so
// a refusal leaves the graph as it was.

#include "passes/raise/AttentionSite.h"

#include "dialects/attn/MapRange.h"
#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxMatrixOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "passes/fuse/IndexMaps.h"
#include "passes/raise/GraphMatch.h"
#include "passes/raise/MergedDimensions.h"
#include "passes/raise/ProbabilityPath.h"
#include "passes/raise/ScorePath.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;

using Dim = attn::AttentionOp::Dim;

/// Whether the arithmetic of attn.attention covers this element type.
static bool isSupportedFloat(Type type) { return type.isF32() || type.isF16() || type.isBF16(); }

static bool checkTypes(ArrayRef<Value> values, Operation *anchor, Refusal &refusal) {
  for (Value value : values) {
    RankedTensorType type = getStaticType(value);
    Operation *blamed = getBlamed(value, anchor);
    if (!type) {
      refusal = {RemarkCode::ShapeNotStatic, blamed,
                 "the shape of " + describeProducer(value) + " is not static"};
      return false;
    }
    if (!isSupportedFloat(type.getElementType())) {
      refusal = {RemarkCode::ElementType, blamed,
                 "the element type of " + describeProducer(value) + " is not f32, f16 or bf16"};
      return false;
    }
    if (type.getRank() == 0 || type.getNumElements() == 0) {
      refusal = {RemarkCode::ScoresShape, blamed,
                 describeProducer(value) + " has no elements or no dimensions"};
      return false;
    }
  }
  return true;
}

/// Whether `value` is computed from `source`. What stands before `source` is not looked at, so that
/// the cost is that of the ops between the two.
static bool dependsOn(Value value, Value source) {
  Operation *first = source.getDefiningOp();
  llvm::SetVector<Value> reached;
  reached.insert(value);
  for (size_t next = 0; next < reached.size(); ++next) {
    if (reached[next] == source)
      return true;
    Operation *op = reached[next].getDefiningOp();
    if (op && (!first || op->getBlock() != first->getBlock() || first->isBeforeInBlock(op)))
      reached.insert(op->operand_begin(), op->operand_end());
  }
  return false;
}

static bool isSameValue(Value a, Value b) {
  if (a == b)
    return true;
  ElementsAttr left = onnx::getConstantAttr(a), right = onnx::getConstantAttr(b);
  if (!left || !right || left.getType() != right.getType())
    return false;
  std::optional<onnx::ConstantData> x = onnx::getConstantData(left);
  std::optional<onnx::ConstantData> y = onnx::getConstantData(right);
  return x && y && x->splat == y->splat && x->bytes == y->bytes;
}

/// Whether the last step hides the scores where `condition` is true, with a number that no score
/// comes near.
static bool hidesWhere(const ScorePath &path, const View &condition) {
  if (path.steps.empty() || path.steps.back().kind != ScoreStep::Kind::Select)
    return false;
  const ScoreStep &step = path.steps.back();
  std::optional<double> hidden = onnx::getConstantScalar(step.other.value);
  auto type = dyn_cast<FloatType>(getElementTypeOrSelf(step.other.value.getType()));
  double lowest = type ? -llvm::APFloat::getLargest(type.getFloatSemantics()).convertToDouble() : 0;
  return !step.keepWhereTrue && isSameValue(step.condition.value, condition.value) &&
         step.condition.map == condition.map && hidden && type && *hidden <= lowest / 4;
}

/// Reads the score of the sink from the tensor that is joined to the scores.
static bool findSink(onnx::SoftmaxOp softmax, ProbabilityPath &values) {
  View view{softmax.getX(), values.sinkMap};
  for (unsigned depth = 0;
       depth < 16 && !isa_and_nonnull<onnx::ConcatOp>(view.value.getDefiningOp()); ++depth) {
    Value same = skipFloatCasts(view.value);
    std::optional<View> source = same != view.value ? std::optional(View{same, view.map})
                                                    : readThrough(view, values.product.loops);
    if (!source)
      return false;
    view = *source;
  }
  std::optional<View> sink = readThrough(view, values.product.loops);
  if (sink)
    values.sink = *sink;
  return sink.has_value();
}

namespace {
/// What the loops of the product with the values are, each list outermost first.
struct Roles {
  SmallVector<unsigned> leading, queries, columns;
};

/// A product of tensors says by position which dimension is which; in a sum of elementwise products
/// only the operands' maps tell.
Roles getRoles(const ProbabilityPath &path) {
  Roles roles;
  const Contraction &product = path.product;
  Operation *op = product.result.getDefiningOp();
  if (isa<onnx::MatMulOp, onnx::GemmOp>(op)) {
    bool onTheLeft =
        path.values.value == product.right.value && path.values.map == product.right.map;
    auto hasMatrix = [](const View &view) {
      return cast<RankedTensorType>(view.value.getType()).getRank() > 1;
    };
    bool hasRow = hasMatrix(product.left), hasColumn = hasMatrix(product.right);
    unsigned leading = product.outer - hasRow - hasColumn;
    llvm::append_range(roles.leading, llvm::seq(leading));
    if (hasRow)
      (onTheLeft ? roles.queries : roles.columns).push_back(leading);
    if (hasColumn)
      (onTheLeft ? roles.columns : roles.queries).push_back(leading + hasRow);
    return roles;
  }
  for (unsigned loop = 0; loop < product.outer; ++loop) {
    bool ofValues = path.values.map.isFunctionOfDim(loop);
    if (product.loops[loop] == 1)
      continue;
    if (!path.softmaxMap.isFunctionOfDim(loop))
      roles.columns.push_back(loop);
    else
      (ofValues ? roles.leading : roles.queries).push_back(loop);
  }
  return roles;
}

/// Builds the site from the two ways.
class SiteBuilder {
public:
  SiteBuilder(onnx::SoftmaxOp softmax, const ProbabilityPath &values, const ScorePath &scores,
              Roles roles)
      : values(values), scores(scores), roles(std::move(roles)), loops(values.product.loops),
        context(softmax.getContext()) {
    site.anchor = softmax;
    site.mask = attn::MaskAttr::getDense(context);
  }

  std::optional<AttentionSite> build(Refusal &refusal) {
    // Queries that have keys of their own are batches of one query.
    auto hasOwnKeys = [&](unsigned loop) {
      return loops[loop] != 1 && scores.key.map.isFunctionOfDim(loop);
    };
    llvm::copy_if(roles.queries, std::back_inserter(roles.leading), hasOwnKeys);
    llvm::erase_if(roles.queries, hasOwnKeys);
    llvm::sort(roles.leading);
    if (!nameLoops()) {
      refusal = {RemarkCode::ScoresShape, scores.product.getDefiningOp(),
                 "the batch dimensions overflow"};
      return std::nullopt;
    }
    setOperands();
    site.output = writeResult(identity(values.product.outer), values.product.result);
    if (!setProbabilities(refusal))
      return std::nullopt;
    site.scale *= scores.scale;
    if (double factor = values.product.factor; factor != 1.0)
      site.outputScale = NumberTable{{float(factor)}, {}, AffineMap::get(loops.size(), 0, context)};
    return std::move(site);
  }

private:
  AffineMap identity(unsigned results) {
    return AffineMap::getMultiDimIdentityMap(loops.size(), context).getMajorSubMap(results);
  }

  /// Says how each loop is read off the six dimensions.
  bool nameLoops() {
    places.assign(loops.size() + scores.inner.size(), getAffineConstantExpr(0, context));
    extents.assign(loops.begin(), loops.end());
    llvm::append_range(extents, scores.inner);
    ArrayRef<unsigned> batch = roles.leading;
    if (batch.size() > 1) {
      if (!name(batch.back(), Dim::H))
        return false;
      batch = batch.drop_back();
    }
    SmallVector<unsigned> keys(values.keyLoops);
    if (keys.empty())
      keys.push_back(values.product.outer);
    auto inner = llvm::to_vector(llvm::seq<unsigned>(loops.size(), places.size()));
    return name(batch, Dim::B) && name(roles.queries, Dim::I) && name(keys, Dim::J) &&
           name(inner, Dim::D) && name(roles.columns, Dim::E);
  }

  bool name(ArrayRef<unsigned> group, unsigned dim) {
    SmallVector<int64_t> shape;
    for (unsigned loop : group) {
      shape.push_back(extents[loop]);
      if (llvm::MulOverflow(site.domain[dim], extents[loop], site.domain[dim]))
        return false;
    }
    AffineExpr index = getAffineDimExpr(dim, context);
    SmallVector<AffineExpr> indices =
        group.size() == 1 ? SmallVector<AffineExpr>{index} : delinearize(index, shape);
    for (auto [loop, expr] : llvm::zip_equal(group, indices))
      places[loop] = expr;
    return true;
  }

  /// A map over the loops as one over the six dimensions.
  AffineMap restate(AffineMap map) {
    AffineMap result = map.replaceDimsAndSymbols(ArrayRef(places).take_front(map.getNumDims()), {},
                                                 /*numResultDims=*/6, 0);
    return hasDivOrMod(result) ? simplifyIndexMap(result, site.domain, /*keepUnitDims=*/true)
                               : result;
  }

  View restate(const View &view) { return view ? View{view.value, restate(view.map)} : View(); }

  /// What Gather ops copy from, when it is smaller than their result.
  View readGathered(View view) {
    auto countElements = [](const View &view) {
      return cast<RankedTensorType>(view.value.getType()).getNumElements();
    };
    View best = view;
    while (std::optional<View> next = readThrough(view, site.domain)) {
      bool gathers = isa<onnx::GatherOp>(view.value.getDefiningOp());
      view = *next;
      if (gathers && countElements(view) < countElements(best))
        best = view;
    }
    return best;
  }

  void setOperands() {
    ScaledOperand query = peelOperand(scores.query.value), key = peelOperand(scores.key.value);
    site.query = {query.value, restate(scores.query.map)};
    site.queryBase = query.base;
    site.queryLayout = query.layout;
    site.key = {key.value, restate(scores.key.map)};
    site.keyBase = key.base;
    site.keyLayout = key.layout;
    site.value = readGathered(restate(values.values));
    if (!site.queryBase)
      site.query = readGathered(site.query);
    if (!site.keyBase)
      site.key = readGathered(site.key);
    using Placement = attn::ScalePlacement;
    site.placement = query.factor != 1.0 && key.factor != 1.0 ? Placement::Both
                     : query.factor != 1.0                    ? Placement::Query
                     : key.factor != 1.0                      ? Placement::Key
                                                              : Placement::Scores;
    site.scale = query.factor * key.factor;
    for (const ScoreStep &step : scores.steps)
      site.steps.push_back({step.kind, restate(step.other), restate(step.condition),
                            step.keepWhereTrue, step.where ? restate(step.where) : AffineMap(),
                            step.slope});
    site.maskedRows = values.guarded ? attn::MaskedRows::Zero : attn::MaskedRows::NaN;
    if (values.zeroed)
      hideZeroed();
    site.outputFactors = values.factors;
    site.sink = restate(values.sink);
    if (values.relative)
      setRelativeValues(*values.relative);
  }

  void setRelativeValues(const RelativeValues &relative) {
    site.addedValue = readGathered(restate(relative.table));
    site.addedScaleNumbers = relative.tableScale;
    if (site.addedScaleNumbers)
      site.addedScaleNumbers->map = restate(site.addedScaleNumbers->map);
    site.outputScale = relative.scale;
    site.outputShift = relative.shift;
    site.sum = relative.sum;
    site.sumLayout = relative.layout;
  }

  /// Weights that are made zero where a step hides its score are zero without it, in rows that see
  /// no key as well.
  void hideZeroed() {
    for (ScoreStep &step : site.steps)
      if (step.kind == ScoreStep::Kind::Select &&
          isSameValue(step.condition.value, values.zeroed.value) &&
          step.condition.map == restate(values.zeroed.map))
        step.other = View();
    site.maskedRows = attn::MaskedRows::Zero;
  }

  /// How the model's `value`, read at `index` of the loops, is written.
  WrittenTensor writeResult(AffineMap index, Value value) {
    auto type = cast<RankedTensorType>(value.getType());
    MergedMap merged = mergeDimensions(restate(index), type.getShape(), site.domain);
    if (!hasDivOrMod(merged.map))
      return {value, merged.map, merged.shape, {}, {}};
    WrittenTensor written{
        value,
        AffineMap::getMultiDimMapWithTargets(6, {Dim::B, Dim::H, Dim::I, Dim::E}, context),
        {},
        {},
        {}};
    SmallVector<unsigned> order;
    for (unsigned dim : {Dim::B, Dim::H, Dim::I, Dim::E})
      written.shape.push_back(site.domain[dim]);
    for (ArrayRef<unsigned> group : {roles.leading, roles.queries, roles.columns})
      llvm::append_range(order, group);
    for (unsigned loop : order)
      written.split.push_back(loops[loop]);
    for (unsigned loop = 0; loop < values.product.outer; ++loop)
      if (auto *found = llvm::find(order, loop); found != order.end())
        written.order.push_back(found - order.begin());
    return written;
  }

  /// Whether every index is a sum of multiples, none negative, without a constant.
  static bool isIncreasing(AffineMap map) {
    return llvm::all_of(map.getResults(), [](AffineExpr expr) {
      std::optional<attn::LinearForm> form = attn::getLinearForm(expr, 6);
      return form && form->constant == 0 &&
             llvm::all_of(form->coefficients, [](int64_t c) { return c >= 0; });
    });
  }

  bool setProbabilities(Refusal &refusal) {
    if (!values.tapped)
      return true;
    Value tapped = values.tapped.value;
    if (dependsOn(site.value.value, tapped)) {
      refusal = {RemarkCode::CircularValues, getBlamed(site.value.value, site.anchor),
                 "the values are computed from the probabilities"};
      return false;
    }
    auto type = cast<RankedTensorType>(tapped.getType());
    MergedMap merged = mergeDimensions(restate(values.tapped.map), type.getShape(), site.domain);
    int64_t count =
        site.domain[Dim::B] * site.domain[Dim::H] * site.domain[Dim::I] * site.domain[Dim::J];
    if (!isIncreasing(merged.map) || type.getNumElements() != count) {
      refusal = {RemarkCode::ProbabilitiesBroadcast, values.product.result.getDefiningOp(),
                 "the probabilities are used elsewhere and broadcast against the values"};
      return false;
    }
    site.probabilities = {tapped, merged.map, merged.shape, {}, {}};
    return true;
  }

  AttentionSite site;
  const ProbabilityPath &values;
  const ScorePath &scores;
  Roles roles;
  ArrayRef<int64_t> loops;
  MLIRContext *context;
  /// The index of each loop, then of each that the product of queries and keys sums over.
  SmallVector<AffineExpr> places;
  SmallVector<int64_t> extents;
};
} // namespace

std::optional<AttentionSite> raise::matchSoftmaxSite(onnx::SoftmaxOp softmax, Refusal &refusal) {
  if (!checkTypes({softmax.getX(), softmax.getY()}, softmax, refusal))
    return std::nullopt;
  std::optional<ProbabilityPath> values = findProbabilityPath(softmax, refusal);
  if (!values)
    return std::nullopt;
  if (values->sinkMap && !findSink(softmax, *values)) {
    refusal = {RemarkCode::SoftmaxAxis, softmax,
               "Softmax has one key more than the product with the values, and its score is no "
               "tensor of its own"};
    return std::nullopt;
  }
  Roles roles = getRoles(*values);
  const Contraction &product = values->product;
  ScoreLoops loops{product.loops,
                   llvm::to_vector(llvm::seq<unsigned>(product.outer, product.loops.size())),
                   roles.queries};
  std::optional<ScorePath> scores =
      findScorePath({softmax.getX(), values->softmaxMap}, loops, softmax, refusal);
  if (!scores || !checkTypes({scores->query.value, scores->key.value, values->values.value,
                              product.result, scores->product},
                             softmax, refusal))
    return std::nullopt;
  if (values->zeroed && !hidesWhere(*scores, values->zeroed)) {
    refusal = {RemarkCode::ProbabilitiesChanged, getBlamed(values->zeroed.value, softmax),
               "the probabilities are made zero where " + describeProducer(values->zeroed.value) +
                   " is true, and the scores are not hidden there"};
    return std::nullopt;
  }
  std::optional<AttentionSite> site = SiteBuilder(softmax, *values, *scores, roles).build(refusal);
  if (!site || !checkSteps(*site, refusal))
    return std::nullopt;
  return site;
}
