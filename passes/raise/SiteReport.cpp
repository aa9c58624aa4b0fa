// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a remark says of a site: the form in which it was found, with its parts, the mask, and the
// bytes of score-sized tensors that the raise removes. Everything is read off the attention itself,
// so it holds for any spelling.

#include "passes/raise/SiteReport.h"

#include "dialects/attn/Mask.h"
#include "dialects/attn/ScoreCode.h"
#include "dialects/onnx/NodeName.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxMatrixOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Remarks.h"
#include "passes/raise/GraphMatch.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;

SmallVector<Operation *> raise::findSites(func::FuncOp function) {
  SmallVector<Operation *> sites;
  function.walk([&](Operation *op) {
    auto softmax = dyn_cast<onnx::SoftmaxOp>(op);
    if (isa<onnx::AttentionOp>(op) || (softmax && feedsProduct(softmax)))
      sites.push_back(op);
  });
  return sites;
}

SmallVector<Operation *> raise::findOtherSoftmaxes(func::FuncOp function) {
  SmallVector<Operation *> others;
  function.walk([&](Operation *op) {
    auto softmax = dyn_cast<onnx::SoftmaxOp>(op);
    if (isa<onnx::LogSoftmaxOp>(op) || (softmax && !feedsProduct(softmax)))
      others.push_back(op);
  });
  return others;
}

/// The form of a site whose node is at `loc`: a Softmax that other operators stood for has their
/// location.
static std::string describeKind(Location loc) {
  StringRef op = onnx::getNodeOperator(loc);
  if (op.empty() || op == "Softmax")
    return "softmax";
  if (op == "Attention")
    return "onnx.Attention";
  return op == "Div" || op == "Mul" ? "decomposed softmax" : op.str();
}

static int64_t countBytes(Value value, int64_t elements) {
  RankedTensorType type = getStaticType(value);
  bool isScores = type && type.getNumElements() == elements && type.getRank() > 1;
  return isScores ? elements * int64_t((type.getElementTypeBitWidth() + 7) / 8) : 0;
}

int64_t SiteReport::countScoreBytes(Operation *op) const {
  int64_t bytes = 0;
  if (elements && op->getBlock() == block && !op->hasTrait<OpTrait::ConstantLike>())
    for (Value result : op->getResults())
      bytes += countBytes(result, elements);
  return bytes;
}

void SiteReport::notifyOperationInserted(Operation *op, OpBuilder::InsertPoint previous) {
  if (!previous.isSet())
    bytesErased -= countScoreBytes(op);
  if (next)
    next->notifyOperationInserted(op, previous);
}

void SiteReport::notifyOperationErased(Operation *op) {
  bytesErased += countScoreBytes(op);
  if (next)
    next->notifyOperationErased(op);
}

int64_t SiteReport::countBytesAround(Operation *softmax) const {
  static constexpr size_t limit = 64;
  llvm::SetVector<Operation *> around;
  auto isInside = [&](Operation *op) {
    return op && !op->hasTrait<OpTrait::ConstantLike>() && op->getNumResults() > 0 &&
           countBytes(op->getResult(0), elements) != 0;
  };
  around.insert(softmax);
  for (size_t next = 0; next < around.size() && next < limit; ++next)
    if (!isa<onnx::MatMulOp>(around[next]))
      for (Value operand : around[next]->getOperands())
        if (isInside(operand.getDefiningOp()))
          around.insert(operand.getDefiningOp());
  size_t behind = around.size();
  for (Operation *user : softmax->getResult(0).getUsers())
    if (isInside(user))
      around.insert(user);
  for (size_t next = behind; next < around.size() && next < limit; ++next)
    for (Operation *user : around[next]->getResult(0).getUsers())
      if (isInside(user) && !isa<onnx::MatMulOp>(around[next]))
        around.insert(user);
  int64_t bytes = 0;
  for (Operation *op : around)
    bytes += countBytes(op->getResult(0), elements);
  return bytes;
}

SiteReport::SiteReport(Operation *anchor, int64_t number, StringRef function,
                       RewriterBase::Listener *next)
    : loc(anchor->getLoc()), block(anchor->getBlock()), number(number), function(function),
      kind(describeKind(loc)), next(next) {
  if (isa<onnx::AttentionOp>(anchor)) {
    kind = "onnx.Attention";
    return;
  }
  if (RankedTensorType type = getStaticType(anchor->getResult(0))) {
    elements = type.getNumElements();
    bytesAround = countBytesAround(anchor);
  }
}

void raise::reportNoSite(Operation *softmax, int64_t number) {
  auto function = softmax->getParentOfType<func::FuncOp>();
  bool isLog = isa<onnx::LogSoftmaxOp>(softmax);
  SiteReport(softmax, number, function ? function.getName() : "", nullptr)
      .reportRefused({RemarkCode::NoValues, softmax,
                      isLog ? "the logarithms of probabilities weigh no values"
                            : "the probabilities reach no matrix product"});
}

static remark::RemarkOpts getOpts(StringRef function) {
  return remark::RemarkOpts::name("raise-attention").category("raise").function(function);
}

/// Structure first, then masks that are data.
static std::string describeMask(attn::AttentionOp attention, bool hasDataMask) {
  attn::MaskAttr mask = attention.getMask();
  std::string text = mask.isDense() ? "" : attn::describeMask(mask);
  if (hasDataMask)
    text += text.empty() ? "data" : "+data";
  return text.empty() ? "none" : text;
}

void SiteReport::reportRaised(attn::AttentionOp attention, ArrayRef<std::string> maskNotes) const {
  using Dim = attn::AttentionOp::Dim;
  ArrayRef<int64_t> domain = attention.getDomain();
  attn::NumericsAttr numerics = attention.getNumerics();
  // What differs from head to head is a bias, what does not hides keys.
  bool hasBias = false, hasDataMask = false, hasSoftCap = false;
  attn::YieldOp yield = attention.getYield();
  for (unsigned index : attn::getReadCaptures(attention.getScore(), yield.getScore())) {
    Value capture = attention.getCaptures()[index];
    bool isBool = cast<RankedTensorType>(capture.getType()).getElementType().isInteger(1);
    bool differs = attention.getCaptureMap(index).isFunctionOfDim(Dim::H);
    (isBool || !differs ? hasDataMask : hasBias) = true;
  }
  attention.getScore().walk([&](math::TanhOp) { hasSoftCap = true; });
  std::string mask = describeMask(attention, hasDataMask);
  if (!maskNotes.empty())
    mask = (mask == "none" ? "" : mask + "; ") + llvm::join(maskNotes, ", ");

  SmallVector<std::string> parts;
  if (double scale = numerics.getScale().getValueAsDouble(); scale != 1.0)
    llvm::raw_string_ostream(parts.emplace_back()) << "scale " << llvm::format("%.6g", scale);
  auto add = [&](bool has, StringRef part) {
    if (has)
      parts.push_back(part.str());
  };
  add(hasSoftCap, "soft cap");
  add(hasBias, "bias");
  add(mask != "none", "mask");
  add(bool(yield.getSink()), "sink");
  add(bool(yield.getValue()), "relative values");
  add(numerics.getMaskedRows() == attn::MaskedRows::Zero && kind != "onnx.Attention", "NaN guard");
  add(bool(attention.getProbabilities()), "probabilities");

  int64_t scores = domain[Dim::B] * domain[Dim::H] * domain[Dim::I] * domain[Dim::J];
  int64_t width = getElementTypeOrSelf(attention.getOutput().getType()).getIntOrFloatBitWidth() / 8;
  int64_t bytes = elements ? bytesErased : scores * width * (attention.getProbabilities() ? 1 : 2);
  remark::passed(loc, getOpts(function))
      << remark::metric("Site", number) << remark::metric("Status", "raised")
      << remark::metric("Node", onnx::getNodeName(loc))
      << remark::metric("Anchor", onnx::getNodeName(loc))
      << remark::metric("Form", kind + (parts.empty() ? "" : ": " + llvm::join(parts, ", ")))
      << remark::metric("Mask", mask) << remark::metric("BytesSaved", std::max<int64_t>(0, bytes))
      << remark::metric("Batch", domain[Dim::B]) << remark::metric("Heads", domain[Dim::H])
      << remark::metric("Queries", domain[Dim::I]) << remark::metric("Keys", domain[Dim::J])
      << remark::metric("Channels", domain[Dim::D]);
}

void SiteReport::reportRefused(const Refusal &refusal) const {
  const RemarkCodeInfo &info = getInfo(*refusal.code);
  Location where = refusal.blocking->getLoc();
  std::string form = kind;
  if (!info.form.empty() && info.form != kind)
    form += ", nearest to " + info.form.str();
  remark::missed(where, getOpts(function))
      << remark::metric("Site", number) << remark::metric("Status", "refused")
      << remark::metric("Code", info.code) << remark::metric("Node", onnx::getNodeName(where))
      << remark::metric("Anchor", onnx::getNodeName(loc)) << remark::metric("Form", form)
      << remark::metric("Mask", "unknown") << remark::metric("BytesSaved", bytesAround)
      << remark::reason("{0}", refusal.reason) << remark::suggest("{0}", info.hint.str());
}

void raise::reportConstantSite(Location loc, int64_t number, StringRef function) {
  remark::analysis(loc, getOpts(function))
      << remark::metric("Site", number) << remark::metric("Status", "constant")
      << remark::metric("Node", onnx::getNodeName(loc))
      << remark::metric("Anchor", onnx::getNodeName(loc))
      << remark::metric("Form", describeKind(loc)) << remark::metric("Mask", "none")
      << remark::metric("BytesSaved", 0)
      << remark::reason("{0}", "its operands are constants, and so is its result");
}
