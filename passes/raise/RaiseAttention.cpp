// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// attn.attention from every site that matches, a remark for every site.

#include "dialects/attn/Mask.h"
#include "dialects/onnx/NodeName.h"
#include "dialects/onnx/OnnxAttentionOps.h"
#include "dialects/onnx/OnnxNormOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/Remarks.h"
#include "passes/raise/AttentionOpForms.h"
#include "passes/raise/AttentionSite.h"
#include "passes/raise/GraphMatch.h"
#include "passes/raise/Passes.h"
#include "passes/raise/ScoreRegion.h"
#include "passes/raise/SelfCheck.h"
#include "passes/raise/SiteMasks.h"
#include "passes/raise/SiteReport.h"
#include "passes/raise/TapRequest.h"
#include "passes/raise/TransposedScores.h"

namespace fovea {
#define GEN_PASS_DEF_RAISEATTENTIONPASS
#include "passes/raise/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;

static Value createReshape(OpBuilder &builder, Location loc, Value value, RankedTensorType type) {
  auto shapeType = RankedTensorType::get({type.getRank()}, builder.getI64Type());
  Value shape = onnx::ConstantOp::create(
      builder, loc, cast<ElementsAttr>(DenseElementsAttr::get(shapeType, type.getShape())));
  return onnx::ReshapeOp::create(builder, loc, type, value, shape,
                                 /*allowzero=*/builder.getBoolAttr(true));
}

/// An operand with the site's merged leading dimensions, when it has all of them in full, and then
/// the map that reads it.
static Value mergeLeading(OpBuilder &builder, const AttentionSite &site, Value value,
                          AffineMap &map) {
  using Dim = attn::AttentionOp::Dim;
  auto type = cast<RankedTensorType>(value.getType());
  if (!site.mergesLeading || type.getShape().drop_back(2) != ArrayRef(site.leadingShape))
    return value;
  ArrayRef<AffineExpr> inner = map.getResults().take_back(2);
  map = AffineMap::get(
      6, 0,
      {builder.getAffineDimExpr(Dim::B), builder.getAffineDimExpr(Dim::H), inner[0], inner[1]},
      builder.getContext());
  int64_t rank = type.getRank();
  auto merged = RankedTensorType::get({site.domain[Dim::B], site.domain[Dim::H],
                                       type.getDimSize(rank - 2), type.getDimSize(rank - 1)},
                                      type.getElementType());
  return createReshape(builder, site.anchor->getLoc(), value, merged);
}

/// Repeats layout changes on `base`, or takes `value` when there are none.
static Value repeatLayout(OpBuilder &builder, Value value, Value base,
                          ArrayRef<Operation *> layout) {
  for (Operation *op : layout) {
    Operation *copy = builder.clone(*op);
    copy->setOperand(0, base);
    base = copy->getResult(0);
  }
  return layout.empty() ? value : base;
}

/// The type of a result whose model type is `type`: with merged leading dimensions when the site
/// merges them.
static RankedTensorType getResultType(const AttentionSite &site, RankedTensorType type) {
  using Dim = attn::AttentionOp::Dim;
  if (!site.mergesLeading)
    return type;
  return RankedTensorType::get(
      {site.domain[Dim::B], site.domain[Dim::H], site.domain[Dim::I], type.getShape().back()},
      type.getElementType());
}

/// A use of the probabilities may stand between Softmax and product, where the attention does not
/// dominate it: moves such ops, and what needs them, from between `first` and the attention to the
/// front of `last`, which follows all that was made for the site.
static void moveUsersBehind(Operation *first, attn::AttentionOp attention, Operation *last,
                            RewriterBase &rewriter) {
  llvm::SmallPtrSet<Operation *, 8> behind;
  for (Operation *op = attention; op != last; op = op->getNextNode())
    behind.insert(op);
  SmallVector<Operation *> moved;
  for (Operation *op = first; op && op != attention; op = op->getNextNode()) {
    WalkResult walked = op->walk([&](Operation *inner) {
      bool uses = llvm::any_of(inner->getOperands(), [&](Value operand) {
        return behind.contains(operand.getDefiningOp());
      });
      return uses ? WalkResult::interrupt() : WalkResult::advance();
    });
    if (walked.wasInterrupted()) {
      behind.insert(op);
      moved.push_back(op);
    }
  }
  for (Operation *op : moved)
    rewriter.moveOpBefore(op, last);
}

/// Replaces the site by an attn.attention in front of the product that makes its output.
static attn::AttentionOp raiseSite(AttentionSite &site, IRRewriter &rewriter) {
  Location loc = site.anchor->getLoc();
  Operation *last = site.output.getDefiningOp();
  rewriter.setInsertionPoint(last);
  Value query = repeatLayout(rewriter, site.query, site.queryBase, site.queryLayout);
  query = mergeLeading(rewriter, site, query, site.queryMap);
  Value key = repeatLayout(rewriter, site.key, site.keyBase, site.keyLayout);
  key = mergeLeading(rewriter, site, key, site.keyMap);
  Value value = mergeLeading(rewriter, site, site.value, site.valueMap);
  ScoreRegion score = buildScoreRegion(rewriter, loc, site);

  SmallVector<AffineMap> maps = {site.queryMap, site.keyMap, site.valueMap};
  llvm::append_range(maps, score.captureMaps);
  maps.push_back(site.outputMap);
  Type probabilitiesType;
  if (site.probabilities) {
    auto type = cast<RankedTensorType>(site.probabilities.getType());
    probabilitiesType = getResultType(site, type);
    maps.push_back(site.mergesLeading ? AffineMap::getMultiDimMapWithTargets(6, {0, 1, 2, 3},
                                                                             rewriter.getContext())
                                      : site.getScoresMap(type, site.leadingShape));
  }
  attn::MaskAttr mask = attn::simplifyMask(site.mask, site.domain);
  auto numerics = attn::NumericsAttr::get(
      rewriter.getContext(), rewriter.getF64FloatAttr(site.scale), site.placement, site.maskedRows);
  auto outputType = cast<RankedTensorType>(site.output.getType());
  auto attention = attn::AttentionOp::create(rewriter, loc, getResultType(site, outputType),
                                             probabilitiesType, query, key, value, score.captures,
                                             rewriter.getDenseI64ArrayAttr(site.domain),
                                             rewriter.getAffineMapArrayAttr(maps), mask, numerics);
  attention.getScore().takeBody(*score.region);

  auto replace = [&](Value old, Value result) {
    if (result.getType() != old.getType())
      result = createReshape(rewriter, loc, result, cast<RankedTensorType>(old.getType()));
    rewriter.replaceAllUsesWith(old, result);
  };
  replace(site.output, attention.getOutput());
  if (site.probabilities) {
    bool separate = site.probabilities.getDefiningOp() != last;
    replace(site.probabilities, attention.getProbabilities());
    if (separate) {
      moveUsersBehind(site.anchor, attention, last, rewriter);
      rewriter.eraseOp(last);
    }
  }
  return attention;
}

namespace {
struct RaiseAttention : fovea::impl::RaiseAttentionPassBase<RaiseAttention> {
  using RaiseAttentionPassBase::RaiseAttentionPassBase;

  void runOnOperation() override {
    int64_t sites = 0, raised = 0;
    tapSites.clear();
    getOperation().walk([&](func::FuncOp function) {
      std::optional<SelfCheck> check;
      if (selfCheck)
        check.emplace(function);
      for (Operation *anchor : findSites(function)) {
        SiteReport report(anchor, sites, function.getName());
        attn::AttentionOp attention = raiseAnchor(anchor, report, check ? &*check : nullptr);
        raised += bool(attention);
        if (attention && check && failed(check->compare(attention, sites)))
          signalPassFailure();
        ++sites;
      }
    });
    int64_t next = sites;
    getOperation().walk([&](func::FuncOp function) { reportConstantSites(function, next); });
    report(sites, raised);
    if (!tapSites.empty())
      getOperation()->setAttr(tapSitesAttr, ArrayAttr::get(&getContext(), tapSites));
  }

  /// Raises one site or says why not; `listener` may be null.
  attn::AttentionOp raiseAnchor(Operation *anchor, const SiteReport &report,
                                RewriterBase::Listener *listener) {
    StringRef node = onnx::getNodeName(anchor->getLoc());
    Refusal refusal;
    std::optional<AttentionSite> site;
    IRRewriter rewriter(&getContext(), listener);
    auto standard = dyn_cast<onnx::AttentionOp>(anchor);
    onnx::SoftmaxOp softmax;
    auto isStaticType = [](Type type) {
      auto tensor = dyn_cast<RankedTensorType>(type);
      return isa<NoneType>(type) || (tensor && tensor.hasStaticShape());
    };
    bool isStatic = llvm::all_of(anchor->getOperandTypes(), isStaticType) &&
                    llvm::all_of(anchor->getResultTypes(), isStaticType);
    if (standard && isStatic)
      standard = simplifyAttentionOp(standard, rewriter);
    if (standard)
      site = matchAttentionOpSite(standard, refusal);
    else
      site =
          matchSoftmaxSite(softmax = turnScores(cast<onnx::SoftmaxOp>(anchor), rewriter), refusal);
    if (!site) {
      report.reportRefused(refusal);
      recordTapSite(node, refusal.reason, softmax);
      if (standard && isStatic)
        expandAttentionOp(standard, rewriter);
      return {};
    }
    absorbMasks(*site, approxMasks);
    Value output = site->output;
    attn::AttentionOp attention = raiseSite(*site, rewriter);
    if (!site->probabilities)
      eraseDead(output.getDefiningOp(), rewriter);
    else
      eraseDead(site->probabilities.getDefiningOp(), rewriter);
    report.reportRaised(attention, site->maskNotes);
    recordTapSite(node, "", attention);
    return attention;
  }

  /// Keeps what fovea-tap-attention has to know of the next site; `op` is null when nothing is left
  /// of it.
  void recordTapSite(StringRef node, StringRef reason, Operation *op) {
    if (!getOperation()->hasAttr(tapsAttr))
      return;
    Builder builder(&getContext());
    if (op)
      op->setAttr(tapSiteAttr, builder.getI64IntegerAttr(tapSites.size()));
    tapSites.push_back(
        builder.getDictionaryAttr({builder.getNamedAttr("node", builder.getStringAttr(node)),
                                   builder.getNamedAttr("reason", builder.getStringAttr(reason))}));
  }

  /// Sites that were folded come last; the frontend leaves their places.
  void reportConstantSites(func::FuncOp function, int64_t &number) {
    auto folded = function->getAttrOfType<ArrayAttr>("fovea.constant_sites");
    if (!folded)
      return;
    for (auto loc : folded.getAsRange<LocationAttr>()) {
      reportConstantSite(Location(loc), number++, function.getName());
      recordTapSite(onnx::getNodeName(loc), "constant folding has computed it", nullptr);
    }
    function->removeAttr("fovea.constant_sites");
  }

  void report(int64_t sites, int64_t raised) {
    ModuleOp module = getOperation();
    Builder builder(&getContext());
    module->setAttr("fovea.attention_sites", builder.getI64IntegerAttr(sites));
    module->setAttr("fovea.attention_raised", builder.getI64IntegerAttr(raised));
    remark::analysis(module.getLoc(), remark::RemarkOpts::name("raise-attention").category("raise"))
        << remark::metric("Sites", sites) << remark::metric("Raised", raised);
  }

  SmallVector<Attribute> tapSites;
};
} // namespace
