// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The decisions of form-islands: which ops share an island.

#ifndef FOVEA_PASSES_FUSE_GROWISLANDS_H
#define FOVEA_PASSES_FUSE_GROWISLANDS_H

#include "passes/fuse/IslandGroups.h"
#include "passes/fuse/Rows.h"

#include "llvm/ADT/MapVector.h"

namespace fovea {

/// Whether the op writes a fill or one row again and again: cheaper than memory that holds the
/// result.
bool isBroadcastRow(mlir::Operation *op);

class IslandGrower {
public:
  explicit IslandGrower(IslandGroups &groups) : groups(groups) {}

  /// Claims every computation of the block.
  void run();

  /// The op that gives a claimed group its anchor.
  unsigned getAnchor(unsigned member) const { return anchors.lookup(groups.getGroup(member)); }
  /// Whether the reductions of the group are over the innermost dimensions of what they read.
  bool isTrailingRows(unsigned member) const;

private:
  using Accept = llvm::function_ref<bool(unsigned op, llvm::ArrayRef<unsigned> set)>;

  void growHeavy(unsigned anchor);
  void growFrame(OpSet &set);
  void growRows(unsigned anchor);
  void growProducers(unsigned anchor);
  void growElementwise(unsigned anchor);
  void joinPieces();

  /// Adds unclaimed consumers in program order; keeps the largest set that at most `maxEscaping`
  /// values leave. `undo` hears of accepted ops that are not kept.
  OpSet growConsumers(OpSet set, unsigned maxEscaping, Accept accept,
                      llvm::function_ref<void(unsigned)> undo = nullptr);
  /// Adds unclaimed producers whose users are all in the set.
  OpSet growSoleProducers(OpSet set, Accept accept);

  bool joinRowsPrologue(unsigned anchor, unsigned producer);
  void claim(llvm::ArrayRef<unsigned> set, unsigned anchor);

  IslandGroups &groups;
  llvm::DenseMap<unsigned, unsigned> anchors; ///< group to anchor op
  llvm::DenseMap<unsigned, RowDomain> rows;   ///< anchor op of a rows group to its domain
};

/// Whether the elementwise generic runs over exactly the elements of each value of `set` that it
/// reads, up to a permutation and loops of extent 1. `why`, when given, receives the reason if not.
bool runsOverOperandsFrom(const IslandGroups &groups, unsigned op, llvm::ArrayRef<unsigned> set,
                          llvm::StringRef *why = nullptr);

} // namespace fovea

#endif // FOVEA_PASSES_FUSE_GROWISLANDS_H
