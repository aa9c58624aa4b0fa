// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Walks the functions that a kernel calls or passes to the thread pool.

#include "compiler/codegen/Scratch.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace fovea;

/// The runtime aligns blocks to this, and may spend as much again on the alignment of the first.
static constexpr int64_t blockBytes = 128;

Expected<int64_t> codegen::getScratchBytes(const Function &kernel) {
  SetVector<const Function *> reached;
  reached.insert(&kernel);
  int64_t total = 0;
  for (size_t i = 0; i < reached.size(); ++i) {
    for (const Instruction &instruction : instructions(*reached[i])) {
      for (const Value *operand : instruction.operand_values())
        if (auto *function = dyn_cast<Function>(operand->stripPointerCasts()))
          reached.insert(function);
      auto *call = dyn_cast<CallBase>(&instruction);
      if (!call || !call->getCalledFunction() ||
          call->getCalledFunction()->getName() != "fovea_scratch_alloc")
        continue;
      auto *size = dyn_cast<ConstantInt>(call->getArgOperand(1));
      if (!size || size->getValue().ugt(uint64_t(1) << 46))
        return createStringError("the scratch memory of kernel '" + kernel.getName() +
                                 "' has no constant size");
      total += alignTo(size->getZExtValue(), blockBytes) + blockBytes;
    }
  }
  return total;
}
