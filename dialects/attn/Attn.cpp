// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Registration and verifiers of the attn dialect.

#include "dialects/attn/Attn.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace fovea::attn;

#include "dialects/attn/AttnDialect.cpp.inc"
#include "dialects/attn/AttnEnums.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/attn/AttnAttrs.cpp.inc"
#define GET_OP_CLASSES
#include "dialects/attn/AttnOps.cpp.inc"

void AttnDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/attn/AttnAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/attn/AttnOps.cpp.inc"
      >();
}

LogicalResult AttentionOp::verify() {
  if (getDomain().size() != 6)
    return emitOpError("needs six extents (b, h, i, j, d, e) in its domain, not ")
           << getDomain().size();
  size_t maps = 4 + getCaptures().size() + (getProbabilities() ? 1 : 0);
  if (getIndexingMaps().size() != maps)
    return emitOpError("needs ") << maps << " indexing maps, has " << getIndexingMaps().size();
  return success();
}
