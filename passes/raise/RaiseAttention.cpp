// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// attn.attention from every site that matches, a remark for every site.

#include "dialects/attn/Mask.h"
#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/NodeName.h"
#include "dialects/onnx/OnnxAttentionOps.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxNormOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/Remarks.h"
#include "passes/raise/AttentionOpForms.h"
#include "passes/raise/AttentionSite.h"
#include "passes/raise/GraphBuilder.h"
#include "passes/raise/GraphMatch.h"
#include "passes/raise/JoinedParts.h"
#include "passes/raise/MergedDimensions.h"
#include "passes/raise/Passes.h"
#include "passes/raise/ProbabilitySums.h"
#include "passes/raise/ScoreNormalization.h"
#include "passes/raise/ScoreRegion.h"
#include "passes/raise/SelfCheck.h"
#include "passes/raise/SiteMasks.h"
#include "passes/raise/SiteReport.h"
#include "passes/raise/SiteSpelling.h"
#include "passes/raise/TapRequest.h"

namespace fovea {
#define GEN_PASS_DEF_RAISEATTENTIONPASS
#include "passes/raise/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;

/// Marks a Softmax that is no site: raising the sites may erase it.
static constexpr llvm::StringLiteral noSiteAttr = "fovea.no_site";

/// `value` in another shape of as many elements; itself when it has it.
static Value reshape(OpBuilder &builder, Location loc, Value value, ArrayRef<int64_t> shape) {
  return GraphBuilder(builder, loc).reshape(value, shape);
}

/// An operand of the attention: neighbouring dimensions are one where that saves a division.
static View readMerged(OpBuilder &builder, const AttentionSite &site, const View &view) {
  auto type = cast<RankedTensorType>(view.value.getType());
  MergedMap merged = mergeDimensions(view.map, type.getShape(), site.domain);
  return {reshape(builder, site.anchor->getLoc(), view.value, merged.shape), merged.map};
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

static RankedTensorType getWrittenType(const WrittenTensor &written) {
  return RankedTensorType::get(written.shape, getElementTypeOrSelf(written.value.getType()));
}

/// The model's value from what the attention writes.
static Value restoreShape(OpBuilder &builder, Location loc, const WrittenTensor &written,
                          Value result) {
  GraphBuilder graph(builder, loc);
  if (!written.order.empty())
    result = graph.transpose(graph.reshape(result, written.split), written.order);
  return graph.reshape(result, cast<RankedTensorType>(written.value.getType()).getShape());
}

static View makeConstant(OpBuilder &builder, Location loc, const NumberTable &table) {
  auto type = RankedTensorType::get(table.shape, builder.getF32Type());
  ArrayRef<char> bytes(reinterpret_cast<const char *>(table.numbers.data()),
                       table.numbers.size() * sizeof(float));
  return {onnx::ConstantOp::create(builder, loc, onnx::makeConstant(type, bytes)), table.map};
}

/// `output` times a factor, or plus an addend, that is read at constants and different dimensions
/// of it.
template <typename OpTy>
static Value combine(OpBuilder &builder, Location loc, Value output, const View &factor) {
  GraphBuilder graph(builder, loc);
  SmallVector<int64_t> shape(GraphBuilder::getShape(output).size(), 1), kept, order;
  SmallVector<unsigned> dims;
  for (auto [expr, extent] :
       llvm::zip_equal(factor.map.getResults(), GraphBuilder::getShape(factor.value)))
    if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
      shape[dim.getPosition()] = extent;
      kept.push_back(extent);
      dims.push_back(dim.getPosition());
    }
  for (unsigned dim : llvm::to_vector(llvm::seq<unsigned>(0, shape.size())))
    if (auto *found = llvm::find(dims, dim); found != dims.end())
      order.push_back(found - dims.begin());
  Value value = factor.value;
  if (!llvm::is_sorted(order))
    value = graph.transpose(graph.reshape(value, kept), order);
  value = graph.cast(graph.reshape(value, shape), GraphBuilder::getElementType(output));
  return graph.like<OpTy>(output, value);
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
  Value replaced = site.sum ? site.sum : site.output.value;
  Operation *last = replaced.getDefiningOp();
  rewriter.setInsertionPoint(last);
  site.query.value = repeatLayout(rewriter, site.query.value, site.queryBase, site.queryLayout);
  site.key.value = repeatLayout(rewriter, site.key.value, site.keyBase, site.keyLayout);
  if (site.addedScaleNumbers)
    site.addedScale = makeConstant(rewriter, loc, *site.addedScaleNumbers);
  ScoreRegion score = buildScoreRegion(rewriter, loc, site);

  SmallVector<Value> operands;
  SmallVector<AffineMap> maps;
  auto read = [&](const View &view) {
    View merged = readMerged(rewriter, site, view);
    operands.push_back(merged.value);
    maps.push_back(merged.map);
  };
  llvm::for_each(ArrayRef<View>{site.query, site.key, site.value}, read);
  llvm::for_each(score.captures, read);
  maps.push_back(site.output.map);
  Type probabilitiesType;
  if (site.probabilities) {
    probabilitiesType = getWrittenType(site.probabilities);
    maps.push_back(site.probabilities.map);
  }
  attn::MaskAttr mask = attn::simplifyMask(site.mask, site.domain);
  auto numerics = attn::NumericsAttr::get(
      rewriter.getContext(), rewriter.getF64FloatAttr(site.scale), site.placement, site.maskedRows);
  auto attention = attn::AttentionOp::create(
      rewriter, loc, getWrittenType(site.output), probabilitiesType, operands[0], operands[1],
      operands[2], ArrayRef(operands).drop_front(3), rewriter.getDenseI64ArrayAttr(site.domain),
      rewriter.getAffineMapArrayAttr(maps), mask, numerics);
  attention.getScore().takeBody(*score.region);

  Value output = restoreShape(rewriter, loc, site.output, attention.getOutput());
  for (const View &factor : site.outputFactors)
    output = combine<onnx::MulOp>(rewriter, loc, output, factor);
  if (site.outputScale)
    output =
        combine<onnx::MulOp>(rewriter, loc, output, makeConstant(rewriter, loc, *site.outputScale));
  if (site.outputShift)
    output =
        combine<onnx::AddOp>(rewriter, loc, output, makeConstant(rewriter, loc, *site.outputShift));
  if (site.sum)
    output = site.sumLayout.empty()
                 ? reshape(rewriter, loc, output, GraphBuilder::getShape(site.sum))
                 : repeatLayout(rewriter, output, output, site.sumLayout);
  rewriter.replaceAllUsesWith(replaced, output);
  if (site.probabilities) {
    rewriter.replaceAllUsesWith(
        site.probabilities.value,
        restoreShape(rewriter, loc, site.probabilities, attention.getProbabilities()));
    if (site.probabilities.value.getDefiningOp() != last)
      moveUsersBehind(site.anchor, attention, last, rewriter);
  }
  eraseDead(last, rewriter);
  return attention;
}

namespace {
struct RaiseAttention : fovea::impl::RaiseAttentionPassBase<RaiseAttention> {
  using RaiseAttentionPassBase::RaiseAttentionPassBase;

  void runOnOperation() override {
    int64_t sites = 0, raised = 0;
    tapSites.clear();
    getOperation().walk([](onnx::SoftmaxOp softmax) { softmax->removeAttr("fovea.softmax"); });
    getOperation().walk([&](func::FuncOp function) {
      std::optional<SelfCheck> check;
      if (selfCheck)
        check.emplace(function);
      IRRewriter rewriter(&getContext(), check ? &*check : nullptr);
      SmallVector<onnx::SoftmaxOp> softmaxes;
      function.walk([&](onnx::SoftmaxOp softmax) { softmaxes.push_back(softmax); });
      for (onnx::SoftmaxOp softmax : softmaxes)
        joinParts(softmax, rewriter);
      for (Operation *op : findOtherSoftmaxes(function))
        op->setAttr(noSiteAttr, UnitAttr::get(&getContext()));
      for (Operation *anchor : findSites(function)) {
        SiteReport report(anchor, sites, function.getName(), check ? &*check : nullptr);
        attn::AttentionOp attention = raiseAnchor(anchor, report);
        raised += bool(attention);
        if (attention && check && failed(check->compare(attention, sites)))
          signalPassFailure();
        ++sites;
      }
    });
    int64_t next = sites;
    getOperation().walk([&](func::FuncOp function) { reportConstantSites(function, next); });
    getOperation().walk([&](Operation *op) {
      if (op->removeAttr(noSiteAttr))
        reportNoSite(op, next++);
    });
    report(sites, raised);
    if (!tapSites.empty())
      getOperation()->setAttr(tapSitesAttr, ArrayAttr::get(&getContext(), tapSites));
  }

  /// Raises one site or says why not.
  attn::AttentionOp raiseAnchor(Operation *anchor, SiteReport &report) {
    StringRef node = onnx::getNodeName(anchor->getLoc());
    Refusal refusal;
    std::optional<AttentionSite> site;
    IRRewriter rewriter(&getContext(), &report);
    auto standard = dyn_cast<onnx::AttentionOp>(anchor);
    auto softmax = dyn_cast<onnx::SoftmaxOp>(anchor);
    auto isStaticType = [](Type type) {
      auto tensor = dyn_cast<RankedTensorType>(type);
      return isa<NoneType>(type) || (tensor && tensor.hasStaticShape());
    };
    bool isStatic = llvm::all_of(anchor->getOperandTypes(), isStaticType) &&
                    llvm::all_of(anchor->getResultTypes(), isStaticType);
    if (standard && isStatic)
      standard = simplifyAttentionOp(standard, rewriter);
    if (standard) {
      site = matchAttentionOpSite(standard, refusal);
    } else {
      respellSite(softmax, rewriter);
      spellOutNormalization(softmax, rewriter);
      distributeProduct(softmax, rewriter);
      site = matchSoftmaxSite(softmax, refusal);
    }
    if (!site) {
      report.reportRefused(refusal);
      recordTapSite(node, refusal.reason, softmax);
      if (standard && isStatic)
        expandAttentionOp(standard, rewriter);
      return {};
    }
    absorbMasks(*site, approxMasks);
    attn::AttentionOp attention = raiseSite(*site, rewriter);
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
