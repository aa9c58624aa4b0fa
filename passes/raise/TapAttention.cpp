// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attention weights as outputs. The fused attention keeps its operands and its kernel: what is
// asked for is computed beside it, and everything behind this pass sees ordinary ops.

#include "dialects/onnx/NodeName.h"
#include "dialects/onnx/OnnxNormOps.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/Remarks.h"
#include "passes/raise/GraphBuilder.h"
#include "passes/raise/GraphMatch.h"
#include "passes/raise/Passes.h"
#include "passes/raise/TapRequest.h"

#include <optional>

namespace fovea {
#define GEN_PASS_DEF_TAPATTENTIONPASS
#include "passes/raise/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;

using Dim = attn::AttentionOp::Dim;
using attn::ScorePart;

namespace {
/// A part of what is asked for, and its place in the output.
struct Piece {
  ScorePart part;
  std::array<int64_t, ScorePart::size> offset;
};

/// The output [batch, heads, rows, keys] of one request.
class TapBuilder {
public:
  TapBuilder(IRRewriter &rewriter, Location loc, const TapRequest &request)
      : rewriter(rewriter), loc(loc), request(request) {}

  Value build(attn::AttentionOp attention);
  Value build(onnx::SoftmaxOp softmax);

  std::string error;

private:
  bool resolve(StringRef kind, ArrayRef<TapSpan> asked, int64_t extent,
               SmallVectorImpl<TapSpan> &spans);
  bool layOut(ArrayRef<int64_t> extents);
  void divide(attn::AttentionOp attention);
  Value assemble(llvm::function_ref<Value(const ScorePart &)> compute);

  IRRewriter &rewriter;
  Location loc;
  const TapRequest &request;
  SmallVector<Piece> pieces;
  SmallVector<int64_t> shape;
};
} // namespace

/// The spans of heads or rows that a request means.
bool TapBuilder::resolve(StringRef kind, ArrayRef<TapSpan> asked, int64_t extent,
                         SmallVectorImpl<TapSpan> &spans) {
  if (asked.empty())
    spans.push_back({0, extent - 1});
  for (TapSpan span : asked) {
    if (span.first == TapSpan::lastRow)
      span = {extent - 1, extent - 1};
    if (span.last >= extent) {
      error = llvm::formatv("{0} {1} does not exist; there are {2}, numbered from 0", kind,
                            span.last, extent);
      return false;
    }
    if (llvm::any_of(spans, [&](const TapSpan &other) {
          return span.first <= other.last && other.first <= span.last;
        })) {
      error = llvm::formatv("{0} {1} is asked for twice", kind, span.first);
      return false;
    }
    spans.push_back(span);
  }
  return true;
}

/// One piece for each pair of a span of heads and a span of rows.
bool TapBuilder::layOut(ArrayRef<int64_t> extents) {
  SmallVector<TapSpan> heads, rows;
  if (!resolve("head", request.heads, extents[Dim::H], heads) ||
      !resolve("row", request.rows, extents[Dim::I], rows))
    return false;
  int64_t head = 0, row = 0;
  for (const TapSpan &headSpan : heads) {
    int64_t headCount = headSpan.last - headSpan.first + 1;
    row = 0;
    for (const TapSpan &rowSpan : rows) {
      int64_t rowCount = rowSpan.last - rowSpan.first + 1;
      ScorePart part{{0, headSpan.first, rowSpan.first}, {extents[Dim::B], headCount, rowCount}};
      pieces.push_back({part, {0, head, row}});
      row += rowCount;
    }
    head += headCount;
  }
  shape = {extents[Dim::B], head, row, extents[Dim::J]};
  return true;
}

/// Whether the part reads query, key and captures without a division.
static bool isAffine(attn::AttentionOp attention, const ScorePart &part) {
  auto divides = [](AffineExpr expr) {
    return expr.getKind() == AffineExprKind::FloorDiv || expr.getKind() == AffineExprKind::Mod ||
           expr.getKind() == AffineExprKind::CeilDiv;
  };
  SmallVector<AffineMap> maps = {attention.getQueryMap(), attention.getKeyMap()};
  for (unsigned n = 0; n < attention.getCaptures().size(); ++n)
    maps.push_back(attention.getCaptureMap(n));
  return llvm::all_of(maps, [&](AffineMap map) {
    AffineMap partMap = part.getMap(map, attention.getDomain());
    bool found = false;
    partMap.walkExprs([&](AffineExpr expr) { found |= divides(expr); });
    return !found;
  });
}

/// Cuts pieces, along heads first, until each is affine.
void TapBuilder::divide(attn::AttentionOp attention) {
  for (unsigned dim : {Dim::H, Dim::I, Dim::B}) {
    SmallVector<Piece> divided;
    for (Piece rest : pieces) {
      while (rest.part.count[dim] > 0) {
        Piece piece = rest;
        int64_t &count = piece.part.count[dim];
        while (count > 1 && !isAffine(attention, piece.part))
          --count;
        divided.push_back(piece);
        rest.part.first[dim] += count;
        rest.offset[dim] += count;
        rest.part.count[dim] -= count;
      }
    }
    pieces = std::move(divided);
  }
}

Value TapBuilder::assemble(llvm::function_ref<Value(const ScorePart &)> compute) {
  if (pieces.size() == 1)
    return compute(pieces.front().part);
  Value whole = tensor::EmptyOp::create(rewriter, loc, shape, rewriter.getF32Type());
  for (const Piece &piece : pieces) {
    Value value = compute(piece.part);
    SmallVector<OpFoldResult> strides(4, rewriter.getIndexAttr(1));
    SmallVector<int64_t> offsets(piece.offset.begin(), piece.offset.end());
    offsets.push_back(0);
    whole = tensor::InsertSliceOp::create(
        rewriter, loc, value, whole, getAsIndexOpFoldResult(rewriter.getContext(), offsets),
        getAsIndexOpFoldResult(rewriter.getContext(), GraphBuilder::getShape(value)), strides);
  }
  return whole;
}

Value TapBuilder::build(attn::AttentionOp attention) {
  if (!layOut(attention.getDomain()))
    return {};
  divide(attention);
  rewriter.setInsertionPointAfter(attention);
  return assemble([&](const ScorePart &part) {
    return attn::decomposeScores(rewriter, attention, part, request.stage);
  });
}

/// The last dimension but two of the probabilities are the heads, all in front of it the batch.
Value TapBuilder::build(onnx::SoftmaxOp softmax) {
  RankedTensorType type = getStaticType(softmax.getY());
  if (request.stage == attn::ScoreStage::Product || request.stage == attn::ScoreStage::Capped) {
    error = "the site was not raised, so it has the stages 'probs' and 'scores' only";
    return {};
  }
  if (!type || type.getRank() < 2 || type.getNumElements() == 0 ||
      !isLastAxis(softmax.getAxis(), type.getRank())) {
    error = "the site was not raised, and its Softmax has no rows of keys";
    return {};
  }
  ArrayRef<int64_t> extents = type.getShape();
  int64_t heads = extents.size() > 2 ? extents[extents.size() - 3] : 1;
  SmallVector<int64_t> domain = {type.getNumElements() /
                                     (heads * extents.take_back(2)[0] * extents.back()),
                                 heads, extents.take_back(2)[0], extents.back()};
  if (!layOut(domain))
    return {};
  rewriter.setInsertionPointAfter(softmax);
  GraphBuilder graph(rewriter, loc);
  Value value = request.stage == attn::ScoreStage::Scores ? softmax.getX() : softmax.getY();
  value = graph.reshape(graph.cast(value, rewriter.getF32Type()), domain);
  return assemble([&](const ScorePart &part) -> Value {
    SmallVector<int64_t> offsets(part.first.begin(), part.first.end());
    SmallVector<int64_t> sizes(part.count.begin(), part.count.end());
    offsets.push_back(0);
    sizes.push_back(domain.back());
    if (sizes == domain)
      return value;
    SmallVector<OpFoldResult> strides(4, rewriter.getIndexAttr(1));
    return tensor::ExtractSliceOp::create(
        rewriter, loc, value, getAsIndexOpFoldResult(rewriter.getContext(), offsets),
        getAsIndexOpFoldResult(rewriter.getContext(), sizes), strides);
  });
}

namespace {
struct TapAttention : fovea::impl::TapAttentionPassBase<TapAttention> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto requests = module->getAttrOfType<ArrayAttr>(tapsAttr);
    if (!requests)
      return markAllAnalysesPreserved();
    sites.clear();
    if (auto recorded = module->getAttrOfType<ArrayAttr>(tapSitesAttr))
      llvm::append_range(sites, recorded.getAsRange<DictionaryAttr>());
    ops.assign(sites.size(), nullptr);
    module.walk([&](Operation *op) {
      auto number = dyn_cast_or_null<IntegerAttr>(op->removeAttr(tapSiteAttr));
      if (number && number.getInt() >= 0 && number.getInt() < int64_t(ops.size()))
        ops[number.getInt()] = op;
    });
    module->removeAttr(tapsAttr);
    module->removeAttr(tapSitesAttr);
    for (Attribute request : requests)
      if (failed(add(cast<StringAttr>(request).getValue())))
        return signalPassFailure();
  }

private:
  LogicalResult add(StringRef text);
  std::optional<size_t> findSite(const TapRequest &request, std::string &error);
  std::string listSites();

  SmallVector<DictionaryAttr> sites;
  /// What each site became; null when nothing is left of it, or it was cloned away.
  SmallVector<Operation *> ops;
};
} // namespace

static StringRef getText(DictionaryAttr site, StringRef key) {
  auto text = site.getAs<StringAttr>(key);
  return text ? text.getValue() : "";
}

std::string TapAttention::listSites() {
  if (sites.empty())
    return "the model has no attention sites";
  constexpr size_t most = 24;
  std::string text = "the sites are";
  for (auto [number, site] : llvm::enumerate(ArrayRef(sites).take_front(most)))
    text += llvm::formatv("{0} {1} '{2}'", number ? "," : "", number, getText(site, "node"));
  if (sites.size() > most)
    text += llvm::formatv(" and so on up to {0}", sites.size() - 1);
  return text;
}

/// A number is a number even where a node is called so.
std::optional<size_t> TapAttention::findSite(const TapRequest &request, std::string &error) {
  size_t number;
  if (!StringRef(request.layer).getAsInteger(10, number) && number < sites.size())
    return number;
  std::optional<size_t> found;
  for (auto [index, site] : llvm::enumerate(sites)) {
    if (getText(site, "node") != request.layer)
      continue;
    if (found) {
      error = llvm::formatv("two sites have the node '{0}', give the number of one: {1}",
                            request.layer, listSites());
      return std::nullopt;
    }
    found = index;
  }
  if (!found)
    error = llvm::formatv("no attention site has the number or the node '{0}'; {1}", request.layer,
                          listSites());
  return found;
}

LogicalResult TapAttention::add(StringRef text) {
  auto fail = [&](Location loc, const Twine &message) {
    return emitError(loc) << "--tap '" << text << "': " << message;
  };
  Location loc = getOperation().getLoc();
  llvm::Expected<TapRequest> request = parseTapRequest(text);
  if (!request)
    return emitError(loc) << llvm::toString(request.takeError());
  std::string error;
  std::optional<size_t> number = findSite(*request, error);
  if (!number)
    return fail(loc, error);
  Operation *op = ops[*number];
  StringRef reason = getText(sites[*number], "reason");
  if (!op)
    return fail(loc, "site " + Twine(*number) + " '" + getText(sites[*number], "node") +
                         "' was not raised: " + reason);
  auto function = dyn_cast<func::FuncOp>(op->getParentOp());
  if (!function)
    return fail(op->getLoc(),
                "the site is inside of a loop or branch, whose values do not leave it");
  for (unsigned index = 0; index < function.getNumResults(); ++index)
    if (auto name = function.getResultAttrOfType<StringAttr>(index, "onnx.name");
        name && name.getValue() == request->name)
      return fail(loc, "there already is an output '" + request->name + "'");

  IRRewriter rewriter(&getContext());
  TapBuilder builder(rewriter, op->getLoc(), *request);
  auto attention = dyn_cast<attn::AttentionOp>(op);
  Value value = attention ? builder.build(attention) : builder.build(cast<onnx::SoftmaxOp>(op));
  if (!value)
    return fail(op->getLoc(), builder.error + (reason.empty() ? "" : ": " + reason));

  Operation *terminator = function.getBody().front().getTerminator();
  terminator->insertOperands(terminator->getNumOperands(), value);
  NamedAttribute name = rewriter.getNamedAttr("onnx.name", rewriter.getStringAttr(request->name));
  if (failed(function.insertResult(function.getNumResults(), value.getType(),
                                   rewriter.getDictionaryAttr(name))))
    return fail(op->getLoc(), "the function cannot have another result");
  remark::passed(
      op->getLoc(),
      remark::RemarkOpts::name("tap-attention").category("raise").function(function.getName()))
      << remark::metric("Node", onnx::getNodeName(op->getLoc()))
      << remark::metric("Output", request->name)
      << remark::metric("Fused", attention ? "yes" : "no");
  return success();
}
