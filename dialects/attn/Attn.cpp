// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Registration of the attn dialect. Verifiers, canonicalization and interfaces live beside this
// file.

#include "dialects/attn/Attn.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/Interfaces/FoldInterfaces.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace fovea::attn;

#include "dialects/attn/AttnDialect.cpp.inc"
#include "dialects/attn/AttnEnums.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/attn/AttnAttrs.cpp.inc"
#define GET_OP_CLASSES
#include "dialects/attn/AttnOps.cpp.inc"

namespace {
/// Constants that folding makes stay inside of score regions, so that a region can be read by
/// itself.
struct AttnFoldInterface : DialectFoldInterface {
  using DialectFoldInterface::DialectFoldInterface;
  bool shouldMaterializeInto(Region *region) const final { return true; }
};
} // namespace

YieldOp AttentionOp::getYield() { return cast<YieldOp>(getScore().front().getTerminator()); }

YieldOp OnlineAttentionOp::getYield() { return cast<YieldOp>(getScore().front().getTerminator()); }

void AttnDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/attn/AttnAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/attn/AttnOps.cpp.inc"
      >();
  addInterfaces<AttnFoldInterface>();
}
