// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Order matters and is fixed: consumers of heavy anchors, rows, producers of heavy anchors, then
// the rest; each in program order.

#include "passes/fuse/GrowIslands.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "passes/fuse/IndexMaps.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/STLExtras.h"

#include <set>

using namespace mlir;
using namespace fovea;

/// Longer chains are cut: a kernel of hundreds of ops takes long to compile and gains nothing over
/// two.
static constexpr size_t maxOpsPerIsland = 128;

static bool contains(ArrayRef<unsigned> set, unsigned op) { return llvm::is_contained(set, op); }

//===----------------------------------------------------------------------===//
// Loops agree
//===----------------------------------------------------------------------===//

bool fovea::runsOverOperandsFrom(const IslandGroups &groups, unsigned op, ArrayRef<unsigned> set,
                                 StringRef *why) {
  auto refuse = [&](StringRef reason) {
    if (why)
      *why = reason;
    return false;
  };
  auto generic = dyn_cast<linalg::GenericOp>(groups.getOp(op));
  if (!generic || generic.getNumReductionLoops() != 0)
    return refuse("the consumer is not elementwise");
  SmallVector<int64_t> extents = generic.getStaticLoopRanges();
  llvm::SmallPtrSet<Value, 4> direct;
  for (OpOperand *input : generic.getDpsInputOperands()) {
    std::optional<unsigned> definer = groups.getDefiner(input->get());
    if (!definer || !contains(set, *definer))
      continue;
    AffineMap map = generic.getMatchingIndexingMap(input);
    if (!isSelection(map))
      return refuse("the consumer reads the result through a layout");
    for (auto [loop, extent] : llvm::enumerate(extents))
      if (extent != 1 && !map.isFunctionOfDim(loop))
        return refuse("the consumer broadcasts the result");
    auto type = cast<RankedTensorType>(input->get().getType());
    for (auto [expr, extent] : llvm::zip_equal(map.getResults(), type.getShape()))
      if (isa<AffineConstantExpr>(expr) && extent != 1)
        return refuse("the consumer reads a slice of the result");
    direct.insert(input->get());
  }
  // Whatever else of the set the op touches, it touches by computed indices or as an init.
  for (unsigned producer : groups.getProducers(op))
    if (contains(set, producer))
      for (Value result : groups.getOp(producer)->getResults())
        if (!direct.contains(result) && contains(groups.getUsers(result), op))
          return refuse("the consumer gathers from the result");
  return true;
}

//===----------------------------------------------------------------------===//
// Growth
//===----------------------------------------------------------------------===//

OpSet IslandGrower::growConsumers(OpSet set, unsigned maxEscaping, Accept accept,
                                  llvm::function_ref<void(unsigned)> undo) {
  std::set<unsigned> candidates;
  auto addUsers = [&](unsigned op) {
    for (unsigned user : groups.getUsers(op))
      if (!groups.isClaimed(user) && !contains(set, user))
        candidates.insert(user);
  };
  for (unsigned op : set)
    addUsers(op);
  size_t kept = set.size();
  while (!candidates.empty() && set.size() < maxOpsPerIsland) {
    unsigned op = *candidates.begin();
    candidates.erase(candidates.begin());
    OpKind kind = groups.getKind(op);
    if (kind != OpKind::Elementwise && kind != OpKind::Reduction && kind != OpKind::Movement)
      continue;
    OpSet extended = set;
    extended.push_back(op);
    if (!groups.isConvex(extended) || !accept(op, set))
      continue;
    set = std::move(extended);
    addUsers(op);
    if (groups.getEscaping(set).size() <= maxEscaping)
      kept = set.size();
  }
  for (unsigned op : ArrayRef<unsigned>(set).drop_front(kept))
    if (undo)
      undo(op);
  set.truncate(kept);
  return set;
}

OpSet IslandGrower::growSoleProducers(OpSet set, Accept accept) {
  // The set grows while it is walked, so producers of producers are seen too.
  for (size_t position = 0; position < set.size(); ++position)
    for (unsigned producer : groups.getProducers(set[position])) {
      auto isInside = [&](unsigned user) { return contains(set, user); };
      if (set.size() >= maxOpsPerIsland || groups.isClaimed(producer) || contains(set, producer) ||
          !llvm::all_of(groups.getUsers(producer), isInside))
        continue;
      OpSet extended = set;
      extended.push_back(producer);
      if (groups.isConvex(extended) && accept(producer, set))
        set = std::move(extended);
    }
  return set;
}

void IslandGrower::claim(ArrayRef<unsigned> set, unsigned anchor) {
  groups.claim(set);
  anchors[groups.getGroup(anchor)] = anchor;
}

void IslandGrower::growHeavy(unsigned anchor) {
  auto accept = [&](unsigned op, ArrayRef<unsigned> set) {
    auto generic = dyn_cast<linalg::GenericOp>(groups.getOp(op));
    return generic && !isGather(generic) && runsOverOperandsFrom(groups, op, set);
  };
  unsigned results = groups.getOp(anchor)->getNumResults();
  OpSet set = growConsumers({anchor}, results, accept);
  if (results == 1)
    growFrame(set);
  claim(set, anchor);
}

bool fovea::isBroadcastRow(Operation *op) {
  auto generic = dyn_cast_or_null<linalg::GenericOp>(op);
  return generic && generic.getNumLoops() > 1 && isCheapElementwise(generic) &&
         !isGather(generic) && llvm::all_of(generic.getDpsInputOperands(), [&](OpOperand *input) {
           return generic.getMatchingIndexingMap(input).getNumResults() <= 1 ||
                  input->get().getDefiningOp<linalg::FillOp>();
         });
}

/// Takes the insertions of the set's result into a tensor, if all that is inserted beside it costs
/// nothing but writing it: broadcasts and fills. Then the result is computed in its place.
void IslandGrower::growFrame(OpSet &set) {
  OpSet framed = set;
  auto isFree = [&](Value value) {
    std::optional<unsigned> index = groups.getDefiner(value);
    if (!index)
      return false;
    if (contains(framed, *index) || groups.getKind(*index) == OpKind::Filler)
      return true;
    if (groups.isClaimed(*index) || !value.hasOneUse() || !isBroadcastRow(groups.getOp(*index)))
      return false;
    framed.push_back(*index);
    return true;
  };
  for (bool grown = false;; grown = true) {
    SmallVector<Value> escaping = groups.getEscaping(framed);
    if (escaping.size() != 1)
      return;
    auto insert = escaping[0].hasOneUse()
                      ? dyn_cast<tensor::InsertSliceOp>(*escaping[0].user_begin())
                      : tensor::InsertSliceOp();
    if (!insert) {
      if (grown)
        set = framed;
      return;
    }
    std::optional<unsigned> index = groups.getDefiner(insert.getResult());
    if (!index || groups.getKind(*index) != OpKind::Movement || groups.isClaimed(*index) ||
        !isFree(insert.getSource()) || !isFree(insert.getDest()))
      return;
    framed.push_back(*index);
    llvm::sort(framed);
    if (framed.size() > maxOpsPerIsland || !groups.isConvex(framed))
      return;
  }
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

void IslandGrower::growRows(unsigned anchor) {
  auto reduction = cast<linalg::GenericOp>(groups.getOp(anchor));
  std::optional<RowDomain> domain = RowDomain::get(reduction);
  OpSet set{anchor};
  if (!domain)
    return claim(set, anchor);
  unsigned results = reduction->getNumResults();
  auto undo = [&](unsigned op) { domain->remove(groups.getOp(op)); };
  auto gathersFrom = [&](unsigned op, ArrayRef<unsigned> set) {
    auto generic = cast<linalg::GenericOp>(groups.getOp(op));
    return llvm::any_of(groups.getProducers(op), [&](unsigned producer) {
      return contains(set, producer) && llvm::none_of(generic.getInputs(), [&](Value input) {
               return groups.getDefiner(input) == producer;
             });
    });
  };
  auto acceptConsumer = [&](unsigned op, ArrayRef<unsigned> set) {
    auto generic = dyn_cast<linalg::GenericOp>(groups.getOp(op));
    return generic && !gathersFrom(op, set) && domain->add(generic);
  };
  auto acceptProducer = [&](unsigned op, ArrayRef<unsigned> set) {
    // Rows around an image are chosen where they are read.
    if (auto pad = dyn_cast<tensor::PadOp>(groups.getOp(op)))
      return pad.getConstantPaddingValue() && llvm::all_of(pad->getUsers(), [](Operation *user) {
               auto reader = dyn_cast<linalg::GenericOp>(user);
               return reader && !isGather(reader);
             });
    auto generic = dyn_cast<linalg::GenericOp>(groups.getOp(op));
    if (!generic || isGather(generic) || getLayout(generic))
      return false;
    // Reading the group through its users must agree with the role the producer gets.
    if (!domain->add(generic))
      return false;
    for (OpOperand &use : generic->getUses()) {
      auto user = dyn_cast<linalg::GenericOp>(use.getOwner());
      if (user && user.isDpsInput(&use) && domain->agreesWithUse(user, use))
        continue;
      domain->remove(generic);
      return false;
    }
    return true;
  };
  for (size_t before = 0; before != set.size();) {
    before = set.size();
    set = growConsumers(std::move(set), results, acceptConsumer, undo);
    set = growSoleProducers(std::move(set), acceptProducer);
  }
  claim(set, anchor);
  rows.insert({anchor, *domain});
}

bool IslandGrower::isTrailingRows(unsigned member) const {
  auto found = rows.find(getAnchor(member));
  return found != rows.end() && found->second.isTrailing();
}

//===----------------------------------------------------------------------===//
// Producers of heavy anchors
//===----------------------------------------------------------------------===//

static bool isConstant(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (op->hasTrait<OpTrait::ConstantLike>())
      return true;
    if (!isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op))
      return false;
    value = op->getOperand(0);
  }
  return false;
}

/// A LayerNorm whose only reader is the left operand of a product with weights, or of a convolution
/// that is one, reduced over the rows that it normalised.
bool IslandGrower::joinRowsPrologue(unsigned anchor, unsigned producer) {
  auto contraction = cast<linalg::GenericOp>(groups.getOp(anchor));
  auto found = rows.find(getAnchor(producer));
  if (found == rows.end() || !isConstant(contraction.getInputs()[1]))
    return false;
  const OpSet &prologue = groups.getMembers(producer);
  SmallVector<Value> escaping = groups.getEscaping(prologue);
  OpSet merged(prologue);
  llvm::append_range(merged, groups.getMembers(anchor));
  if (escaping.size() != 1 || escaping[0] != contraction.getInputs()[0] ||
      groups.getEscaping(merged).size() != groups.getEscaping(groups.getMembers(anchor)).size() ||
      !groups.isConvex(merged))
    return false;
  SmallVector<int64_t> extents = contraction.getStaticLoopRanges();
  ContractionLoops loops = getContractionLoops(contraction);
  SmallVector<bool> reduced;
  SmallVector<int64_t> read;
  // Where a convolution has a window of one element, its loops are 0.
  AffineMap left = simplifyIndexMap(contraction.getIndexingMapsArray()[0], extents);
  if (!isSelection(left))
    return false;
  for (AffineExpr expr : left.getResults()) {
    auto dim = dyn_cast<AffineDimExpr>(expr);
    if (!dim || extents[dim.getPosition()] == 1)
      continue;
    reduced.push_back(llvm::is_contained(loops.k, dim.getPosition()));
    read.push_back(extents[dim.getPosition()]);
  }
  if (ArrayRef<bool>(reduced) != found->second.getReduced() ||
      ArrayRef<int64_t>(read) != found->second.getExtents())
    return false;
  claim(merged, anchor);
  return true;
}

void IslandGrower::growProducers(unsigned anchor) {
  auto heavy = dyn_cast<linalg::GenericOp>(groups.getOp(anchor));
  if (!heavy)
    return;
  std::optional<unsigned> producer = groups.getDefiner(heavy.getInputs()[0]);
  while (producer) {
    if (groups.isClaimed(*producer)) {
      if (groups.getKind(anchor) != OpKind::Attention)
        joinRowsPrologue(anchor, *producer);
      return;
    }
    auto isInside = [&](unsigned user) { return groups.getGroup(user) == groups.getGroup(anchor); };
    Operation *op = groups.getOp(*producer);
    auto generic = dyn_cast<linalg::GenericOp>(op);
    bool isPadding = isa<tensor::PadOp>(op) && groups.getKind(anchor) == OpKind::Convolution;
    auto isTensor = [](Value value) { return isa<RankedTensorType>(value.getType()); };
    bool isCheap = generic && isCheapElementwise(generic) && !getLayout(generic) &&
                   !isGather(generic) && llvm::count_if(generic.getInputs(), isTensor) == 1;
    // A slice is a view.
    bool isSlice = isa<tensor::ExtractSliceOp>(op) && groups.getKind(*producer) == OpKind::Movement;
    OpSet merged(groups.getMembers(anchor));
    merged.push_back(*producer);
    if (!(isPadding || isCheap || isSlice) || !llvm::all_of(groups.getUsers(*producer), isInside) ||
        !groups.isConvex(merged))
      return;
    claim(merged, anchor);
    Value source = generic ? *llvm::find_if(generic.getInputs(), isTensor) : op->getOperand(0);
    producer = groups.getDefiner(source);
  }
}

//===----------------------------------------------------------------------===//
// The rest
//===----------------------------------------------------------------------===//

/// A slice of moved data is data moved differently, whoever computes it.
static bool isSliceOfLayout(const IslandGroups &groups, unsigned user) {
  auto slice = dyn_cast<tensor::ExtractSliceOp>(groups.getOp(user));
  return slice && getLayout(slice.getSource().getDefiningOp());
}

void IslandGrower::growElementwise(unsigned anchor) {
  auto acceptConsumer = [&](unsigned op, ArrayRef<unsigned> set) {
    if (groups.getKind(op) == OpKind::Elementwise)
      return runsOverOperandsFrom(groups, op, set);
    return isa<tensor::InsertSliceOp>(groups.getOp(op)) || isSliceOfLayout(groups, op);
  };
  auto acceptProducer = [&](unsigned op, ArrayRef<unsigned> set) {
    OpKind kind = groups.getKind(op);
    if (kind != OpKind::Elementwise && kind != OpKind::Movement)
      return false;
    return llvm::all_of(groups.getUsers(op), [&](unsigned user) {
      return isa<tensor::InsertSliceOp>(groups.getOp(user)) || isSliceOfLayout(groups, user) ||
             runsOverOperandsFrom(groups, user, {op});
    });
  };
  OpSet set{anchor};
  for (size_t before = 0; before != set.size();) {
    before = set.size();
    set = growConsumers(std::move(set), /*maxEscaping=*/1, acceptConsumer);
    set = growSoleProducers(std::move(set), acceptProducer);
  }
  claim(set, anchor);
}

/// Pieces of one tensor, if there are many, are one island: alone each would be a kernel.
void IslandGrower::joinPieces() {
  constexpr size_t many = 32;
  llvm::MapVector<Value, OpSet> pieces;
  for (unsigned op = 0; op < groups.size(); ++op)
    if (auto slice = dyn_cast<tensor::ExtractSliceOp>(groups.getOp(op));
        slice && groups.isClaimed(op) && groups.getMembers(op).size() == 1)
      pieces[slice.getSource()].push_back(op);
  for (auto &[source, set] : pieces)
    if (set.size() > many && groups.isConvex(set))
      claim(set, set.front());
}

void IslandGrower::run() {
  auto forEach = [&](llvm::function_ref<bool(OpKind)> selects,
                     void (IslandGrower::*grow)(unsigned)) {
    for (unsigned op = 0; op < groups.size(); ++op)
      if (!groups.isClaimed(op) && selects(groups.getKind(op)))
        (this->*grow)(op);
  };
  forEach(isHeavy, &IslandGrower::growHeavy);
  forEach([](OpKind kind) { return kind == OpKind::Reduction; }, &IslandGrower::growRows);
  for (unsigned op = 0; op < groups.size(); ++op)
    if (isHeavy(groups.getKind(op)))
      growProducers(op);
  forEach([](OpKind kind) { return kind == OpKind::Elementwise || kind == OpKind::Movement; },
          &IslandGrower::growElementwise);
  joinPieces();
}
