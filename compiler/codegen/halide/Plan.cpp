// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Division of a kernel into stages.

#include "compiler/codegen/halide/Plan.h"
#include "compiler/codegen/halide/Math.h"
#include "compiler/codegen/halide/Wrap.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
namespace H = Halide;

namespace fovea::codegen::halide {

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

std::optional<Reduction> matchReduction(linalg::GenericOp op) {
  if (op->getNumResults() != 1 || op.getNumReductionLoops() == 0 || op.getNumDpsInits() != 1)
    return std::nullopt;
  Operation *combiner = op.getBody()->getTerminator()->getOperand(0).getDefiningOp();
  if (!combiner || combiner->getNumOperands() != 2)
    return std::nullopt;
  Value accumulator = op.getRegionOutputArgs()[0];
  if (!accumulator.hasOneUse() ||
      !isa<arith::AddFOp, arith::MulFOp, arith::MaximumFOp, arith::MinimumFOp, arith::MaxNumFOp,
           arith::MinNumFOp, arith::AddIOp, arith::MulIOp, arith::MaxSIOp, arith::MinSIOp,
           arith::MaxUIOp, arith::MinUIOp, arith::AndIOp, arith::OrIOp>(combiner))
    return std::nullopt;
  if (combiner->getOperand(0) == accumulator)
    return Reduction{combiner, combiner->getOperand(1)};
  if (combiner->getOperand(1) == accumulator)
    return Reduction{combiner, combiner->getOperand(0)};
  return std::nullopt;
}

static Value withoutExtension(Value value) {
  while (auto extend = value.getDefiningOp<arith::ExtFOp>())
    value = extend.getIn();
  return value;
}

bool isContraction(linalg::GenericOp op) {
  std::optional<Reduction> reduction = matchReduction(op);
  if (!reduction || !isa<arith::AddFOp>(reduction->combiner) || op.getNumDpsInputs() != 2)
    return false;
  auto product = reduction->contribution.getDefiningOp<arith::MulFOp>();
  if (!product || !product.getType().isF32())
    return false;
  Value a = withoutExtension(product.getLhs()), b = withoutExtension(product.getRhs());
  auto isInput = [&](Value value, unsigned number) {
    return value == op.getBody()->getArgument(number);
  };
  return (isInput(a, 0) && isInput(b, 1)) || (isInput(a, 1) && isInput(b, 0));
}

H::Expr combine(Operation *combiner, H::Expr a, H::Expr b) {
  return translateScalar(combiner, {a, b});
}

//===----------------------------------------------------------------------===//
// Buffers and schedules
//===----------------------------------------------------------------------===//

int64_t Plan::schedule(StringRef kind, StringRef name, int64_t fallback) {
  auto attribute = kernel.getSchedule();
  return attribute && attribute->getKind() == kind ? attribute->get(name, fallback) : fallback;
}

void Plan::checkSchedule() {
  auto attribute = kernel.getSchedule();
  if (!attribute)
    return;
  SmallVector<StringRef> names = llvm::StringSwitch<SmallVector<StringRef>>(attribute->getKind())
                                     .Case("gemm", {"mr", "nv", "mb", "tasks"})
                                     .Case("conv", {"mr", "nv", "mb", "tasks"})
                                     .Case("attention", {"r", "tasks"})
                                     .Case("rows", {"unroll", "task"})
                                     .Case("ew", {"vec", "unroll", "task"})
                                     .Default({});
  if (names.empty())
    throw ScheduleFault{"unknown schedule '" + attribute->getKind().str() +
                        "': expected gemm, conv, attention, rows or ew"};
  for (NamedAttribute value : attribute->getValues()) {
    if (!llvm::is_contained(names, value.getName().strref()))
      throw ScheduleFault{"schedule '" + attribute->getKind().str() + "' has no '" +
                          value.getName().str() + "': expected " + llvm::join(names, ", ")};
    int64_t number = cast<IntegerAttr>(value.getValue()).getInt();
    if (number < 1 || number > (1 << 20))
      throw ScheduleFault{"'" + value.getName().str() + "' of the schedule is out of range"};
  }
}

unsigned Plan::addBuffer(Buffer::Kind kind, unsigned index, RankedTensorType type) {
  FailureOr<int64_t> bytes = kernel::getStorageSize(type);
  if (failed(bytes) ||
      *bytes / std::max<int64_t>(1, storageType(type.getElementType(), kernel).bytes()) >=
          INT32_MAX)
    throw Refusal{kernel,
                  "a tensor has more than 2^31 elements, which 32-bit indices cannot reach"};
  buffers.push_back({kind, index, *bytes});
  return buffers.size() - 1;
}

unsigned Plan::scratch(int64_t elements, Type elementType, Operation *op) {
  if (elements >= INT32_MAX)
    throw Refusal{
        op,
        "an intermediate tensor has more than 2^31 elements, which 32-bit indices cannot reach"};
  buffers.push_back(
      {Buffer::Scratch, unsigned(buffers.size()), elements * storageType(elementType, op).bytes()});
  return buffers.size() - 1;
}

//===----------------------------------------------------------------------===//
// Stages
//===----------------------------------------------------------------------===//

void Plan::run() {
  checkSchedule();
  for (BlockArgument argument : kernel.getBody().getArguments()) {
    auto type = cast<RankedTensorType>(argument.getType());
    auto panels = dyn_cast_or_null<kernel::PanelsAttr>(type.getEncoding());
    if (type.getEncoding() && !panels)
      throw Refusal{kernel, "an argument has an encoding that the Halide backend does not know"};
    unsigned buffer = addBuffer(Buffer::Argument, argument.getArgNumber(), type);
    storage[argument] = {buffer, rowMajor(type.getShape(), type.getContext()), panels};
  }
  Operation *terminator = kernel.getBody().front().getTerminator();
  SmallVector<unsigned> results(terminator->getNumOperands());
  for (OpOperand &result : terminator->getOpOperands())
    results[result.getOperandNumber()] = addBuffer(Buffer::Result, result.getOperandNumber(),
                                                   cast<RankedTensorType>(result.get().getType()));
  // In the order in which the body computes them, so that a later result reads an earlier one from
  // memory.
  SmallVector<unsigned> order = llvm::to_vector(llvm::seq<unsigned>(0, results.size()));
  llvm::sort(order, [&](unsigned a, unsigned b) {
    Operation *first = terminator->getOperand(a).getDefiningOp(),
              *second = terminator->getOperand(b).getDefiningOp();
    if (first == second || !first || !second)
      return first == second ? a < b : !first;
    return first->isBeforeInBlock(second);
  });
  for (unsigned result : order) {
    Value value = terminator->getOperand(result);
    auto type = cast<RankedTensorType>(value.getType());
    if (type.getNumElements() == 0)
      continue;
    AffineMap address = rowMajor(type.getShape(), type.getContext());
    emit(value, results[result], address);
    if (!storage.count(value))
      storage[value] = {results[result], address, 0};
  }
}

void Plan::materialize(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  Storage place{scratch(type.getNumElements(), type.getElementType(), value.getDefiningOp()),
                rowMajor(type.getShape(), type.getContext()), 0};
  emit(value, place.buffer, place.map);
  storage[value] = place;
}

Domain Plan::domainOf(Value value, unsigned buffer, AffineMap address) {
  auto type = cast<RankedTensorType>(value.getType());
  Domain domain{value.getDefiningOp() ? value.getDefiningOp() : kernel.getOperation(),
                type.getElementType(),
                {},
                buffer,
                {},
                {}};
  auto generic = value.getDefiningOp<linalg::GenericOp>();
  if (!generic || storage.count(value)) {
    domain.extents.assign(type.getShape().begin(), type.getShape().end());
    domain.address = address.getResult(0);
    domain.element = [value](Translator &translator, IndicesRef loops) {
      return translator.at(value, loops);
    };
    return domain;
  }
  // An elementwise generic keeps its own loops: its result's map becomes the output's strides.
  unsigned result = cast<OpResult>(value).getResultNumber();
  AffineMap map = generic.getMatchingIndexingMap(generic.getDpsInitOperand(result));
  SmallVector<int64_t> extents = generic.getStaticLoopRanges();
  SmallVector<AffineExpr> loopOf(extents.size(), getAffineConstantExpr(0, value.getContext()));
  for (auto [loop, kind] : llvm::enumerate(generic.getIteratorTypesArray()))
    if (kind == utils::IteratorType::parallel) {
      loopOf[loop] = getAffineDimExpr(domain.extents.size(), value.getContext());
      domain.extents.push_back(extents[loop]);
    }
  domain.address = address.getResult(0).replaceDims(
      map.replaceDimsAndSymbols(loopOf, {}, domain.extents.size(), 0).getResults());
  bool reduces = generic.getNumReductionLoops() != 0;
  domain.element = [=](Translator &translator, IndicesRef loops) -> H::Expr {
    if (!reduces)
      return translator.atLoops(generic, result, loops);
    Indices indices;
    for (AffineExpr index : map.replaceDimsAndSymbols(loopOf, {}, loops.size(), 0).getResults())
      indices.push_back(index.replaceDims(loops));
    return translator.at(value, indices);
  };
  return domain;
}

/// Contractions and attentions, and other reductions, that `value` depends on without memory
/// between.
struct Heavy {
  SmallVector<Operation *> anchors;
  SmallVector<linalg::GenericOp> reductions;
};

static bool isAnchor(Operation *op) {
  auto generic = dyn_cast<linalg::GenericOp>(op);
  return isa<attn::AttentionOp>(op) || (generic && isContraction(generic));
}

static void collect(Value value, const llvm::DenseMap<Value, Storage> &storage,
                    llvm::SetVector<Operation *> &seen) {
  Operation *op = value.getDefiningOp();
  if (storage.count(value) || !op || seen.contains(op))
    return;
  if (!isAnchor(op)) {
    for (Value operand : op->getOperands())
      if (isa<RankedTensorType>(operand.getType()))
        collect(operand, storage, seen);
    // Gathers read tensors from inside a body.
    for (Region &region : op->getRegions())
      for (Block &block : region)
        for (Operation &inner : block)
          for (Value operand : inner.getOperands())
            if (isa<RankedTensorType>(operand.getType()))
              collect(operand, storage, seen);
  }
  seen.insert(op);
}

static Heavy heavyOps(Value value, const llvm::DenseMap<Value, Storage> &storage) {
  llvm::SetVector<Operation *> seen;
  collect(value, storage, seen);
  Heavy heavy;
  for (Operation *op : seen) {
    auto generic = dyn_cast<linalg::GenericOp>(op);
    if (isAnchor(op))
      heavy.anchors.push_back(op);
    else if (generic && generic.getNumReductionLoops())
      heavy.reductions.push_back(generic);
  }
  return heavy;
}

/// Whether reading `value` once per use would repeat no arithmetic worth speaking of: views of
/// memory.
static bool isView(Value value, const llvm::DenseMap<Value, Storage> &storage) {
  Operation *op = value.getDefiningOp();
  if (storage.count(value))
    return true;
  return isa_and_nonnull<tensor::CollapseShapeOp, tensor::ExpandShapeOp, tensor::ExtractSliceOp>(
             op) &&
         isView(op->getOperand(0), storage);
}

void Plan::prepareOperands(Operation *anchor) {
  for (Value operand : anchor->getOperands()) {
    auto destination = dyn_cast<DestinationStyleOpInterface>(anchor);
    bool isInit = destination && llvm::is_contained(destination.getDpsInits(), operand);
    if (!isa<RankedTensorType>(operand.getType()) || isInit || isView(operand, storage))
      continue;
    // A splat costs nothing; everything else is computed once.
    if (!operand.getDefiningOp<arith::ConstantOp>() && !operand.getDefiningOp<linalg::FillOp>())
      materialize(operand);
  }
}

void Plan::emit(Value value, unsigned buffer, AffineMap address) {
  Operation *op = value.getDefiningOp();
  if (!storage.count(value) && op) {
    if (isa<tensor::EmptyOp>(op))
      return;
    if (auto insert = dyn_cast<tensor::InsertSliceOp>(op)) {
      emit(insert.getDest(), buffer, address);
      if (insert.getSourceType().getNumElements() == 0)
        return;
      SmallVector<AffineExpr> indices;
      llvm::SmallBitVector dropped = insert.getDroppedDims();
      unsigned next = 0;
      for (unsigned dim = 0; dim < insert.getDestType().getRank(); ++dim) {
        AffineExpr index = dropped[dim] ? getAffineConstantExpr(0, op->getContext())
                                        : getAffineDimExpr(next++, op->getContext());
        indices.push_back(index * insert.getStaticStrides()[dim] + insert.getStaticOffsets()[dim]);
      }
      emit(insert.getSource(), buffer,
           AffineMap::get(next, 0, address.getResult(0).replaceDims(indices)));
      return;
    }
    if (auto attention = dyn_cast<attn::AttentionOp>(op)) {
      prepareOperands(op);
      emitAttention(*this, attention, buffer, address);
      return;
    }
    // A reshape of a whole row-major tensor is a renaming of its addresses.
    if (isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(op)) {
      auto type = cast<RankedTensorType>(value.getType());
      auto source = cast<RankedTensorType>(op->getOperand(0).getType());
      AffineExpr rest =
          address.getResult(0) - rowMajor(type.getShape(), op->getContext()).getResult(0);
      if (isa<AffineConstantExpr>(rest)) {
        emit(op->getOperand(0), buffer,
             AffineMap::get(source.getRank(), 0,
                            rowMajor(source.getShape(), op->getContext()).getResult(0) + rest));
        return;
      }
    }
  }
  Heavy heavy = storage.count(value) ? Heavy() : heavyOps(value, storage);
  Domain domain = domainOf(value, buffer, address);
  if (heavy.anchors.size() == 1 && heavy.reductions.empty())
    if (auto product = dyn_cast<linalg::GenericOp>(heavy.anchors[0])) {
      prepareOperands(product);
      if (emitContraction(*this, domain, product))
        return;
    }
  if (!heavy.anchors.empty()) {
    // Something besides elementwise ops separates the anchor from the result: they meet in memory.
    for (Operation *anchor : heavy.anchors) {
      if (anchor->getResult(0) == value)
        throw Refusal{anchor, "this product cannot be scheduled"};
      materialize(anchor->getResult(0));
    }
    return emit(value, buffer, address);
  }
  if (heavy.reductions.empty())
    return emitElementwise(*this, domain);
  if (emitRows(*this, domain, heavy.reductions))
    return;
  linalg::GenericOp first = heavy.reductions.front();
  if (first->getResult(0) == value)
    throw Refusal{first, "this reduction cannot be scheduled"};
  materialize(first->getResult(0));
  emit(value, buffer, address);
}

//===----------------------------------------------------------------------===//
// The end of a stage
//===----------------------------------------------------------------------===//

void Plan::finish(Translator &translator, H::Func output, const Domain &domain,
                  ArrayRef<unsigned> groups) {
  H::OutputImageParam memory = output.output_buffer();
  for (auto [dim, group] : llvm::enumerate(groups)) {
    if (group == ~0u) {
      memory.dim(dim).set_bounds(0, 1).set_stride(1);
      continue;
    }
    std::optional<int64_t> stride = translator.space.coefficient(domain.address, group);
    if (!stride)
      throw Refusal{domain.op, "the result's layout is not linear in the loops"};
    memory.dim(dim)
        .set_bounds(0, int32_t(translator.space.getGroup(group).extent))
        .set_stride(int32_t(*stride));
  }
  addStage(translator, output, domain, translator.space.linear(domain.address)->constant);
}

void Plan::finishFlat(Translator &translator, H::Func output, const Domain &domain) {
  int64_t elements =
      buffers[domain.buffer].bytes / storageType(domain.elementType, domain.op).bytes();
  output.output_buffer().dim(0).set_bounds(0, int32_t(elements)).set_stride(1);
  addStage(translator, output, domain, /*offset=*/0);
}

/// Compiles `output`, whose first element lies `offset` elements into the domain's buffer.
void Plan::addStage(Translator &translator, H::Func output, const Domain &domain, int64_t offset) {
  std::vector<H::Argument> arguments(translator.getParams().begin(), translator.getParams().end());
  Stage stage;
  stage.symbol = stagePrefix();
  // Tenths of a second. Models stay a hundred times below.
  constexpr uint64_t largest = uint64_t(1) << 20;
  if (treeSize(output) > largest)
    throw Refusal{domain.op, "values that are used more than once make an expression too large for "
                             "Halide, which walks it once for each use"};
  stage.bitcode = compilePipeline(output, arguments, stage.symbol, target);
  stage.buffers.assign(translator.getParamBuffers().begin(), translator.getParamBuffers().end());
  stage.output = domain.buffer;
  stage.outputOffset = offset * storageType(domain.elementType, domain.op).bytes();
  stages.push_back(std::move(stage));
}

} // namespace fovea::codegen::halide
