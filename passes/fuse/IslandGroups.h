// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The ops of a block as a graph of groups. Merging keeps the graph of groups free of cycles, which
// is what makes every group convex and lets islands be put in an order.

#ifndef FOVEA_PASSES_FUSE_ISLANDGROUPS_H
#define FOVEA_PASSES_FUSE_ISLANDGROUPS_H

#include "mlir/IR/Block.h"
#include "passes/fuse/Classify.h"

#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/DenseMap.h"

#include <vector>

namespace fovea {

/// Indices of ops in program order.
using OpSet = llvm::SmallVector<unsigned>;

class IslandGroups {
public:
  explicit IslandGroups(mlir::Block &block);

  unsigned size() const { return ops.size(); }
  mlir::Operation *getOp(unsigned index) const { return ops[index]; }
  OpKind getKind(unsigned index) const { return kinds[index]; }
  void setKind(unsigned index, OpKind kind) { kinds[index] = kind; }

  /// The op of the block that defines a value or contains what defines it; nothing for arguments
  /// and other blocks.
  std::optional<unsigned> getDefiner(mlir::Value value) const;
  /// Ops that read the results of an op, through their regions too; in program order, without
  /// repetition.
  llvm::ArrayRef<unsigned> getUsers(unsigned index) const { return users[index]; }
  /// Ops whose results an op reads.
  llvm::ArrayRef<unsigned> getProducers(unsigned index) const { return producers[index]; }
  /// Ops of the block that read one value.
  OpSet getUsers(mlir::Value value) const;

  /// Whether the op belongs to a group that will be an island.
  bool isClaimed(unsigned index) const { return claimed.test(index); }
  unsigned getGroup(unsigned index) const { return groupOf[index]; }
  /// Members of the group of an op, in program order.
  const OpSet &getMembers(unsigned index) const { return members[groupOf[index]]; }

  /// Whether the union of the groups of these ops has no path that leaves it and returns.
  bool isConvex(llvm::ArrayRef<unsigned> set) const;
  /// Results of ops of the set that somebody outside reads, in program order.
  llvm::SmallVector<mlir::Value> getEscaping(llvm::ArrayRef<unsigned> set) const;

  /// Makes one claimed group of the groups of these ops. They must be convex.
  void claim(llvm::ArrayRef<unsigned> set);

private:
  /// The first op that a path from this one can get to, by way of groups whose ops are apart.
  unsigned getEarliestReachable(unsigned index) const;

  std::vector<mlir::Operation *> ops;
  std::vector<OpKind> kinds;
  std::vector<OpSet> users, producers, members;
  std::vector<unsigned> groupOf;
  /// For every op the first member of the groups that have members both before it and not before
  /// it; itself where there is none.
  std::vector<unsigned> earliest;
  llvm::BitVector claimed;
  llvm::DenseMap<mlir::Operation *, unsigned> indexOf;
};

} // namespace fovea

#endif // FOVEA_PASSES_FUSE_ISLANDGROUPS_H
