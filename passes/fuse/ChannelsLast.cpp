// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One walk in program order: a value is permuted when it is the result of a convolution, when it is
// transposed from that order for a convolution, or when the op behind it reads a permuted value
// with the channels in the same place.

#include "dialects/onnx/ConstantData.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/fuse/Classify.h"
#include "passes/fuse/IndexMaps.h"
#include "passes/fuse/Passes.h"
#include "passes/fuse/Permute.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cstring>

namespace fovea {
#define GEN_PASS_DEF_CHANNELSLASTPASS
#include "passes/fuse/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;

/// Batch, the spatial dimensions, then dimension 1.
static SmallVector<int64_t> getOrder(int64_t rank) {
  SmallVector<int64_t> order = {0};
  for (int64_t dim = 2; dim < rank; ++dim)
    order.push_back(dim);
  order.push_back(1);
  return order;
}

/// Whether another order of dimensions is another order in memory.
static bool isWorthMoving(RankedTensorType type) {
  if (type.getRank() < 3 || !type.hasStaticShape() || type.getDimSize(1) == 1)
    return false;
  return llvm::any_of(type.getShape().drop_front(2), [](int64_t extent) { return extent != 1; });
}

/// A convolution of each channel by itself.
static bool isDepthwise(linalg::GenericOp op) {
  return classify(op) == OpKind::Convolution && getContractionLoops(op).n.empty();
}

/// The constant that `value` is a reshape of, with its first dimension moved behind the others;
/// null for another value.
static Value rotateConstant(Value value, RewriterBase &rewriter) {
  Value source = value;
  while (auto collapse = source.getDefiningOp<tensor::CollapseShapeOp>())
    source = collapse.getSrc();
  ElementsAttr attr = onnx::getConstantAttr(source);
  std::optional<onnx::ConstantData> data = attr ? onnx::getConstantData(attr) : std::nullopt;
  auto type = cast<RankedTensorType>(value.getType());
  if (!data || data->splat || type.getNumElements() == 0)
    return {};
  int64_t rows = type.getDimSize(0), columns = type.getNumElements() / rows,
          bytes = onnx::getElementBytes(type.getElementType());
  SmallVector<char, 0> rotated(data->bytes.size());
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t column = 0; column < columns; ++column)
      std::memcpy(&rotated[(column * rows + row) * bytes],
                  &data->bytes[(row * columns + column) * bytes], bytes);
  SmallVector<int64_t> shape(type.getShape().drop_front());
  shape.push_back(rows);
  return arith::ConstantOp::create(rewriter, value.getLoc(),
                                   onnx::makeConstant(type.clone(shape), rotated));
}

/// Whether a convolution slides over the value, through a few ops that keep its channels where they
/// are.
static bool feedsConvolution(Value value) {
  constexpr size_t maxOps = 32;
  llvm::SmallSetVector<Operation *, 16> reached;
  auto slides = [&](OpOperand &use) {
    Operation *user = use.getOwner();
    OpKind kind = classify(user);
    if (kind == OpKind::Convolution)
      return use.getOperandNumber() == 0;
    if (isa<tensor::PadOp, tensor::ExpandShapeOp, tensor::InsertSliceOp>(user) ||
        (isa<linalg::GenericOp>(user) && kind == OpKind::Elementwise && !getLayout(user) &&
         user->getNumResults() == 1))
      reached.insert(user);
    return false;
  };
  bool found = llvm::any_of(value.getUses(), slides);
  for (size_t next = 0; !found && next < std::min(reached.size(), maxOps); ++next)
    found = llvm::any_of(reached[next]->getUses(), slides);
  return found;
}

namespace {
class ChannelsLast {
public:
  explicit ChannelsLast(func::FuncOp func) : func(func), rewriter(func.getContext()) {}
  void run();

private:
  void visit(linalg::GenericOp op);
  void visit(tensor::PadOp op);
  void visit(tensor::CollapseShapeOp op);
  void visit(tensor::ExpandShapeOp op);
  void visit(tensor::ExtractSliceOp op);
  void visit(tensor::InsertSliceOp op);
  bool startsFrom(linalg::GenericOp op);
  bool isWanted(linalg::GenericOp op, OpResult result);
  void readPermuted(linalg::GenericOp op);
  void rotateWeights(linalg::GenericOp op);
  Value transpose(Value value, RankedTensorType type, ArrayRef<int64_t> order);
  void addTransposeBack(Value permuted, RankedTensorType plain);

  func::FuncOp func;
  IRRewriter rewriter;
  /// From a value in its plain order to the permuted value that it is the transpose of.
  llvm::MapVector<Value, Value> permutedOf;
};
} // namespace

/// Whether the result belongs to a convolution, or has its batch and channels where a permuted
/// operand has them.
bool ChannelsLast::isWanted(linalg::GenericOp op, OpResult result) {
  auto type = cast<RankedTensorType>(result.getType());
  if (!isWorthMoving(type))
    return false;
  OpKind kind = classify(op);
  AffineMap written = op.getMatchingIndexingMap(op.getDpsInitOperand(result.getResultNumber()));
  if (kind == OpKind::Convolution) {
    // Groups are a dimension of their own: the result then has more dimensions than an image.
    ContractionLoops loops = getContractionLoops(op);
    auto channel = dyn_cast<AffineDimExpr>(written.getResult(1));
    return channel &&
           llvm::is_contained(isDepthwise(op) ? loops.batch : loops.n, channel.getPosition());
  }
  if (kind != OpKind::Elementwise && kind != OpKind::Reduction)
    return false;
  return llvm::any_of(op.getDpsInputOperands(), [&](OpOperand *operand) {
    AffineMap read = op.getMatchingIndexingMap(operand);
    return permutedOf.contains(operand->get()) && read.getNumResults() == written.getNumResults() &&
           read.getResult(0) == written.getResult(0) && read.getResult(1) == written.getResult(1);
  });
}

/// `value` with dimension `order[i]` in place i.
Value ChannelsLast::transpose(Value value, RankedTensorType type, ArrayRef<int64_t> order) {
  Location loc = value.getLoc();
  Value empty = tensor::EmptyOp::create(rewriter, loc, type.getShape(), type.getElementType());
  AffineMap read = AffineMap::getPermutationMap(order, rewriter.getContext());
  SmallVector<utils::IteratorType> loops(type.getRank(), utils::IteratorType::parallel);
  return linalg::GenericOp::create(
             rewriter, loc, type, value, empty,
             {inversePermutation(read), rewriter.getMultiDimIdentityMap(type.getRank())}, loops,
             [](OpBuilder &builder, Location where, ValueRange values) {
               linalg::YieldOp::create(builder, where, values[0]);
             })
      .getResult(0);
}

/// The value in its plain order for users that need it, made of the permuted one.
void ChannelsLast::addTransposeBack(Value permuted, RankedTensorType plain) {
  rewriter.setInsertionPointAfterValue(permuted);
  AffineMap back = inversePermutation(
      AffineMap::getPermutationMap(getOrder(plain.getRank()), rewriter.getContext()));
  SmallVector<int64_t> order;
  for (AffineExpr expr : back.getResults())
    order.push_back(cast<AffineDimExpr>(expr).getPosition());
  Value transposed = transpose(permuted, plain, order);
  rewriter.replaceAllUsesExcept(permuted, transposed, transposed.getDefiningOp());
  permutedOf[transposed] = permuted;
}

/// Lets a generic read permuted values in place.
void ChannelsLast::readPermuted(linalg::GenericOp op) {
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  for (OpOperand *operand : op.getDpsInputOperands()) {
    Value permuted = permutedOf.lookup(operand->get());
    if (!permuted)
      continue;
    AffineMap &map = maps[operand->getOperandNumber()];
    map = AffineMap::getPermutationMap(getOrder(map.getNumResults()), op.getContext()).compose(map);
    operand->set(permuted);
  }
  op.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps));
}

/// Channels of a depthwise convolution's weights are last, too.
void ChannelsLast::rotateWeights(linalg::GenericOp op) {
  OpOperand *weights = op.getDpsInputOperand(1);
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  AffineMap &map = maps[1];
  auto channel =
      dyn_cast<AffineDimExpr>(map.getResults().empty() ? AffineExpr() : map.getResult(0));
  if (!channel || !llvm::is_contained(getContractionLoops(op).batch, channel.getPosition()))
    return;
  rewriter.setInsertionPoint(op);
  Value rotated = rotateConstant(weights->get(), rewriter);
  if (!rotated)
    return;
  SmallVector<AffineExpr> results(map.getResults().drop_front());
  results.push_back(channel);
  map = AffineMap::get(map.getNumDims(), 0, results, op.getContext());
  weights->set(rotated);
  op.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps));
}

/// A value that a transpose brings from channels last in front of a convolution is there already.
bool ChannelsLast::startsFrom(linalg::GenericOp op) {
  if (!isTranspose(op) || permutedOf.contains(op.getInputs()[0]))
    return false;
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  AffineMap back = AffineMap::getPermutationMap(getOrder(type.getRank()), op.getContext());
  if (!isWorthMoving(type) || getLayout(op)->map != back || !feedsConvolution(op->getResult(0)))
    return false;
  permutedOf[op->getResult(0)] = op.getInputs()[0];
  return true;
}

void ChannelsLast::visit(linalg::GenericOp op) {
  if (!op.hasPureTensorSemantics() || startsFrom(op))
    return;
  SmallVector<std::pair<OpResult, RankedTensorType>> wanted;
  for (OpResult result : op->getResults())
    if (isWanted(op, result))
      wanted.push_back({result, cast<RankedTensorType>(result.getType())});
  readPermuted(op);
  if (!wanted.empty() && isDepthwise(op))
    rotateWeights(op);
  for (auto [result, plain] : wanted)
    if (succeeded(permuteGenericResult(op, result, getOrder(plain.getRank()), rewriter)))
      addTransposeBack(result, plain);
}

static SmallVector<OpFoldResult> permute(ArrayRef<OpFoldResult> values) {
  return llvm::map_to_vector(getOrder(values.size()), [&](int64_t dim) { return values[dim]; });
}

void ChannelsLast::visit(tensor::PadOp op) {
  Value permuted = permutedOf.lookup(op.getSource()), padding = op.getConstantPaddingValue();
  if (!permuted || !padding || op.getRegion().isAncestor(padding.getParentRegion()) ||
      !isWorthMoving(op.getResultType()))
    return;
  RankedTensorType plain = op.getResultType();
  rewriter.setInsertionPoint(op);
  Value padded = tensor::PadOp::create(
      rewriter, op.getLoc(), permuteType(plain, getOrder(plain.getRank())), permuted,
      permute(op.getMixedLowPad()), permute(op.getMixedHighPad()), padding);
  rewriter.replaceOp(op, padded);
  addTransposeBack(padded, plain);
}

void ChannelsLast::visit(tensor::ExtractSliceOp op) {
  Value permuted = permutedOf.lookup(op.getSource());
  RankedTensorType plain = op.getType();
  if (!permuted || plain.getRank() != op.getSourceType().getRank() || !isWorthMoving(plain))
    return;
  rewriter.setInsertionPoint(op);
  Value slice =
      tensor::ExtractSliceOp::create(rewriter, op.getLoc(), permuted, permute(op.getMixedOffsets()),
                                     permute(op.getMixedSizes()), permute(op.getMixedStrides()));
  rewriter.replaceOp(op, slice);
  addTransposeBack(slice, plain);
}

/// A concatenation is permuted when its first piece is; pieces in the plain order are transposed.
void ChannelsLast::visit(tensor::InsertSliceOp op) {
  Value source = permutedOf.lookup(op.getSource()), destination = permutedOf.lookup(op.getDest());
  RankedTensorType plain = op.getType();
  const SmallVector<int64_t> order = getOrder(plain.getRank());
  if (plain.getRank() != op.getSourceType().getRank() || !isWorthMoving(plain) ||
      !(destination || (source && op.getDest().getDefiningOp<tensor::EmptyOp>())))
    return;
  rewriter.setInsertionPoint(op);
  if (!destination)
    destination = reshapeInit(op.getDest(), permuteType(plain, order), rewriter);
  rewriter.setInsertionPoint(op);
  if (!source)
    source = transpose(op.getSource(), permuteType(op.getSourceType(), order), order);
  Value inserted = tensor::InsertSliceOp::create(
      rewriter, op.getLoc(), source, destination, permute(op.getMixedOffsets()),
      permute(op.getMixedSizes()), permute(op.getMixedStrides()));
  rewriter.replaceOp(op, inserted);
  addTransposeBack(inserted, plain);
}

/// [n, c, h, w] to [n, c, h * w].
void ChannelsLast::visit(tensor::CollapseShapeOp op) {
  Value permuted = permutedOf.lookup(op.getSrc());
  RankedTensorType plain = op.getResultType();
  if (!permuted || plain.getRank() != 3 || op.getReassociationIndices()[0].size() != 1 ||
      op.getReassociationIndices()[1].size() != 1)
    return;
  int64_t rank = op.getSrcType().getRank();
  SmallVector<ReassociationIndices> groups = {{0}, {}, {rank - 1}};
  for (int64_t dim = 1; dim < rank - 1; ++dim)
    groups[1].push_back(dim);
  rewriter.setInsertionPoint(op);
  Value merged = tensor::CollapseShapeOp::create(rewriter, op.getLoc(),
                                                 permuteType(plain, getOrder(3)), permuted, groups);
  rewriter.replaceOp(op, merged);
  addTransposeBack(merged, plain);
}

/// [n, c, h * w] to [n, c, h, w].
void ChannelsLast::visit(tensor::ExpandShapeOp op) {
  Value permuted = permutedOf.lookup(op.getSrc());
  RankedTensorType plain = op.getResultType();
  SmallVector<ReassociationIndices> groups = op.getReassociationIndices();
  if (!permuted || groups.size() != 3 || groups[0].size() != 1 || groups[1].size() != 1)
    return;
  const int64_t rank = plain.getRank();
  SmallVector<ReassociationIndices> split = {{0}, {}, {rank - 1}};
  for (int64_t dim = 1; dim < rank - 1; ++dim)
    split[1].push_back(dim);
  rewriter.setInsertionPoint(op);
  Value expanded = tensor::ExpandShapeOp::create(
      rewriter, op.getLoc(), permuteType(plain, getOrder(rank)), permuted, split);
  rewriter.replaceOp(op, expanded);
  addTransposeBack(expanded, plain);
}

void ChannelsLast::run() {
  for (Block &block : func.getBody())
    for (Operation &op : llvm::make_early_inc_range(block))
      llvm::TypeSwitch<Operation *>(&op)
          .Case<linalg::GenericOp, tensor::CollapseShapeOp, tensor::ExpandShapeOp,
                tensor::ExtractSliceOp, tensor::InsertSliceOp, tensor::PadOp>(
              [&](auto concrete) { visit(concrete); });
  // Newest first: what read a transpose may be gone itself.
  for (auto [plain, permuted] : llvm::reverse(permutedOf))
    if (plain.use_empty())
      rewriter.eraseOp(plain.getDefiningOp());
}

namespace {
struct ChannelsLastDriver : fovea::impl::ChannelsLastPassBase<ChannelsLastDriver> {
  void runOnOperation() override { ChannelsLast(getOperation()).run(); }
};
} // namespace
