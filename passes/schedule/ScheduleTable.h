// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The tables behind select-schedules: extents and target in, schedule out. No IR is read here.

#ifndef FOVEA_PASSES_SCHEDULE_SCHEDULETABLE_H
#define FOVEA_PASSES_SCHEDULE_SCHEDULETABLE_H

#include "dialects/kernel/Kernel.h"

namespace fovea {

/// What the tables know of a machine.
struct ScheduleTarget {
  int64_t vectorWidth = 16; ///< f32 elements of a vector register
  int64_t l2Bytes = 1 << 20;

  /// Architectural vector registers: 32 with AVX-512, 16 before.
  int64_t registers() const { return vectorWidth >= 16 ? 32 : 16; }
};

/// A product of `m x k` by `k x n`. Outer loops that only the left operand has count into `m`.
struct GemmExtents {
  int64_t m, n, k;
};
/// `gemm mr, nv [, mb]`: tiles of mr rows by nv vectors; blocks of mb rows when the left operand
/// outgrows the cache.
kernel::ScheduleAttr selectGemm(mlir::MLIRContext *context, const GemmExtents &extents,
                                const ScheduleTarget &target);

/// A convolution with `row` output pixels along the innermost spatial dimension, `pixels` in all,
/// `channels` output channels a group, and `depth` products in a sum.
struct ConvExtents {
  int64_t row, pixels, channels, depth;
};
/// `conv mr, nv [, mb]`: tiles of mr pixels of a row by nv vectors of channels; blocks of mb
/// pixels, each for all channels, where the weights stay in the cache.
kernel::ScheduleAttr selectConv(mlir::MLIRContext *context, const ConvExtents &extents,
                                const ScheduleTarget &target);

struct AttentionExtents {
  int64_t queries, keys;
};
/// `attention r`: strips of r query rows.
kernel::ScheduleAttr selectAttention(mlir::MLIRContext *context, const AttentionExtents &extents);

/// `rows unroll`: vectors of a row of `length` elements that are reduced side by side.
kernel::ScheduleAttr selectRows(mlir::MLIRContext *context, int64_t length,
                                const ScheduleTarget &target);

/// `ew vec, unroll`.
kernel::ScheduleAttr selectElementwise(mlir::MLIRContext *context, const ScheduleTarget &target);

} // namespace fovea

#endif // FOVEA_PASSES_SCHEDULE_SCHEDULETABLE_H
