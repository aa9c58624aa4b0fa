// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The static memory plan: buffers from liveness, weights one after the other. Placing larger
// buffers first, each at the lowest offset where it meets no neighbour alive at the same time, is
// the greedy-by-size strategy of Pisarchyk and Lee, "Efficient Memory Management for Deep Neural
// Net Inference" (2020).

#include "passes/bufferize/Passes.h"

#include "dialects/kernel/Kernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/Support/CheckedArithmetic.h"

namespace fovea {
#define GEN_PASS_DEF_PLANARENAPASS
#include "passes/bufferize/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;

static constexpr int64_t alignment = 64;

namespace {
/// A buffer alive from its first write to its last use, in positions of the program's ops, both
/// included.
struct Buffer {
  memref::AllocOp alloc;
  int64_t size = 0, first = 0, last = 0, offset = 0;

  bool meets(const Buffer &other) const { return first <= other.last && other.first <= last; }
};

/// Buffers that have offsets, by when they are alive: most buffers of a deep model never meet.
class PlacedBuffers {
public:
  /// Gives `buffer` the lowest offset that no placed buffer alive with it occupies.
  void place(Buffer &buffer) {
    SmallVector<Buffer *> alive;
    for (int64_t span = buffer.first / spanLength; span <= buffer.last / spanLength; ++span)
      for (Buffer *other : spans[span])
        if (other->meets(buffer))
          alive.push_back(other);
    llvm::sort(alive, [](Buffer *a, Buffer *b) {
      return a->offset != b->offset ? a->offset < b->offset : a < b;
    });
    for (Buffer *other : alive)
      if (buffer.offset < other->offset + other->size &&
          other->offset < buffer.offset + buffer.size)
        buffer.offset = other->offset + other->size;
    for (int64_t span = buffer.first / spanLength; span <= buffer.last / spanLength; ++span)
      spans[span].push_back(&buffer);
  }

private:
  static constexpr int64_t spanLength = 64;
  llvm::DenseMap<int64_t, SmallVector<Buffer *>> spans;
};

struct PlanArena : fovea::impl::PlanArenaPassBase<PlanArena> {
  using PlanArenaPassBase::PlanArenaPassBase;

  void runOnOperation() override {
    auto main = getOperation().lookupSymbol<func::FuncOp>("main");
    if (!main || main.getNumArguments() == 0) {
      getOperation().emitError("needs a bufferized function @main");
      return signalPassFailure();
    }
    if (failed(planArena(main)) || failed(planWeights()))
      signalPassFailure();
  }

private:
  LogicalResult planArena(func::FuncOp main) {
    SmallVector<Buffer> buffers;
    if (failed(collect(main, buffers)))
      return failure();
    SmallVector<Buffer *> bySize;
    for (Buffer &buffer : buffers)
      bySize.push_back(&buffer);
    llvm::sort(bySize, [](Buffer *a, Buffer *b) {
      return a->size != b->size ? a->size > b->size : a < b; // equal sizes in program order
    });
    PlacedBuffers placed;
    int64_t end = 0;
    for (Buffer *buffer : bySize) {
      placed.place(*buffer);
      end = std::max(end, buffer->offset + buffer->size);
    }

    OpBuilder builder(&getContext());
    Value arena = main.getArguments().back();
    for (Buffer &buffer : buffers) {
      builder.setInsertionPoint(buffer.alloc);
      Value offset = arith::ConstantIndexOp::create(builder, buffer.alloc.getLoc(), buffer.offset);
      buffer.alloc.replaceAllUsesWith(memref::ViewOp::create(builder, buffer.alloc.getLoc(),
                                                             buffer.alloc.getType(), arena, offset,
                                                             ValueRange())
                                          .getResult());
      buffer.alloc.erase();
    }
    getOperation()->setAttr("fovea.arena_bytes",
                            builder.getI64IntegerAttr(end + kernel::readableSlack));
    return success();
  }

  LogicalResult collect(func::FuncOp main, SmallVectorImpl<Buffer> &buffers) {
    // Where each op begins, and where the last op of its bodies ends.
    llvm::DenseMap<Operation *, std::pair<int64_t, int64_t>> positions;
    int64_t next = 0;
    main.walk<WalkOrder::PreOrder>([&](Operation *op) { positions[op].first = next++; });
    main.walk<WalkOrder::PostOrder>([&](Operation *op) {
      int64_t &end = positions[op].second;
      end = std::max(end, positions[op].first);
      if (Operation *parent = op->getParentOp())
        positions[parent].second = std::max(positions[parent].second, end);
    });
    WalkResult walked = main.walk([&](memref::AllocOp alloc) {
      Buffer buffer;
      buffer.alloc = alloc;
      auto type = alloc.getType();
      auto size =
          kernel::getStorageSize(RankedTensorType::get(type.getShape(), type.getElementType()));
      if (failed(size)) {
        alloc.emitError("a buffer of type ") << type << " has no size that fits in memory";
        return WalkResult::interrupt();
      }
      buffer.size = llvm::alignTo(std::max<int64_t>(*size, 1), alignment);
      findLifetime(buffer, positions);
      buffers.push_back(buffer);
      return WalkResult::advance();
    });
    return failure(walked.wasInterrupted());
  }

  /// From the first to the last use. A use inside of a loop or branch, which runs more often than
  /// the block of the buffer, or not at all, takes the whole of it.
  static void
  findLifetime(Buffer &buffer,
               const llvm::DenseMap<Operation *, std::pair<int64_t, int64_t>> &positions) {
    Block *home = buffer.alloc->getBlock();
    buffer.first = INT64_MAX;
    // A view keeps the buffer alive as long as the view's own users, and so does what a loop that
    // carries it returns.
    SmallVector<Value> views = {buffer.alloc.getResult()};
    llvm::SmallPtrSet<Operation *, 4> seen;
    while (!views.empty())
      for (Operation *user : views.pop_back_val().getUsers()) {
        if (isa<memref::ReinterpretCastOp, kernel::SliceOp>(user)) {
          views.push_back(user->getResult(0));
          continue;
        }
        Operation *at = home->findAncestorOpInBlock(*user);
        auto [begin, end] = positions.lookup(at);
        buffer.first = std::min(buffer.first, begin);
        buffer.last = std::max(buffer.last, end);
        if (isa<scf::ForOp, scf::WhileOp>(user) && seen.insert(user).second)
          llvm::append_range(views, user->getResults());
      }
  }

  LogicalResult planWeights() {
    int64_t end = 0;
    for (auto constant : getOperation().getOps<kernel::ConstantOp>()) {
      auto size = kernel::getStorageSize(cast<RankedTensorType>(constant.getType()));
      constant.setOffset(end);
      if (failed(size) || !llvm::checkedAdd<int64_t>(end, *size + alignment))
        return constant.emitError("the weights are too large for one section");
      end = llvm::alignTo(end + *size, alignment);
    }
    return success();
  }
};
} // namespace
