#include "compiler/codegen/halide/Plan.h"
namespace fovea::codegen::halide {
void emitAttention(Plan &, attn::AttentionOp op, unsigned, mlir::AffineMap) { throw Refusal{op, "no"}; }
}
