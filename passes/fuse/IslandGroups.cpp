// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/fuse/IslandGroups.h"

#include "mlir/Transforms/RegionUtils.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace fovea;

IslandGroups::IslandGroups(Block &block) {
  for (Operation &op : block) {
    indexOf[&op] = ops.size();
    ops.push_back(&op);
    kinds.push_back(classify(&op));
  }
  users.resize(size());
  producers.resize(size());
  members.resize(size());
  groupOf.resize(size());
  claimed.resize(size());
  earliest.resize(size());
  for (unsigned index = 0; index < size(); ++index) {
    groupOf[index] = earliest[index] = index;
    members[index] = {index};
    llvm::SetVector<Value> read(ops[index]->operand_begin(), ops[index]->operand_end());
    getUsedValuesDefinedAbove(ops[index]->getRegions(), read);
    for (Value value : read) {
      std::optional<unsigned> definer = getDefiner(value);
      if (!definer || llvm::is_contained(producers[index], *definer))
        continue;
      producers[index].push_back(*definer);
      users[*definer].push_back(index);
    }
  }
}

std::optional<unsigned> IslandGroups::getDefiner(Value value) const {
  Operation *op = value.getDefiningOp();
  auto found = op ? indexOf.find(op) : indexOf.end();
  return found == indexOf.end() ? std::nullopt : std::optional<unsigned>(found->second);
}

OpSet IslandGroups::getUsers(Value value) const {
  llvm::SetVector<unsigned> found;
  for (Operation *user : value.getUsers())
    if (Operation *ancestor = ops.front()->getBlock()->findAncestorOpInBlock(*user))
      found.insert(indexOf.lookup(ancestor));
  OpSet result(found.begin(), found.end());
  llvm::sort(result);
  return result;
}

unsigned IslandGroups::getEarliestReachable(unsigned index) const {
  // A group that begins further ahead may itself be reached by way of another.
  while (earliest[index] < index)
    index = earliest[index];
  return index;
}

bool IslandGroups::isConvex(ArrayRef<unsigned> set) const {
  llvm::BitVector inside(size()), visited(size());
  OpSet groups;
  unsigned last = 0;
  for (unsigned index : set) {
    if (inside.test(groupOf[index]))
      continue;
    inside.set(groupOf[index]);
    groups.push_back(groupOf[index]);
    last = std::max(last, members[groupOf[index]].back());
  }
  SmallVector<unsigned> stack;
  // Returns true when an edge leads back inside.
  auto visitUsers = [&](unsigned group, bool isOutside) {
    for (unsigned member : members[group])
      for (unsigned user : users[member]) {
        unsigned next = groupOf[user];
        if (inside.test(next)) {
          if (isOutside)
            return true;
        } else if (!visited.test(next) && getEarliestReachable(members[next].front()) <= last) {
          // Whatever is only followed by ops behind the set does not lead back.
          visited.set(next);
          stack.push_back(next);
        }
      }
    return false;
  };
  for (unsigned group : groups)
    visitUsers(group, /*isOutside=*/false);
  while (!stack.empty())
    if (visitUsers(stack.pop_back_val(), /*isOutside=*/true))
      return false;
  return true;
}

SmallVector<Value> IslandGroups::getEscaping(ArrayRef<unsigned> set) const {
  llvm::BitVector inside(size());
  for (unsigned index : set)
    inside.set(index);
  OpSet sorted(set);
  llvm::sort(sorted);
  SmallVector<Value> escaping;
  for (unsigned index : sorted)
    for (Value result : ops[index]->getResults()) {
      // A user in another block counts as outside.
      bool leaves = llvm::any_of(result.getUsers(), [&](Operation *user) {
        Operation *ancestor = ops.front()->getBlock()->findAncestorOpInBlock(*user);
        return !ancestor || !inside.test(indexOf.lookup(ancestor));
      });
      if (leaves)
        escaping.push_back(result);
    }
  return escaping;
}

void IslandGroups::claim(ArrayRef<unsigned> set) {
  OpSet all;
  for (unsigned index : set)
    llvm::append_range(all, members[groupOf[index]]);
  llvm::sort(all);
  all.erase(llvm::unique(all), all.end());
  unsigned group = all.front();
  for (unsigned index : all) {
    groupOf[index] = group;
    claimed.set(index);
    members[index].clear();
  }
  for (unsigned index = group + 1; index <= all.back(); ++index)
    earliest[index] = std::min(earliest[index], group);
  members[group] = std::move(all);
}
