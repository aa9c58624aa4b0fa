// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The two large headers of this folder, parsed once. Halide's comes with its own hidden LLVM: types
// of the two never mix.

#ifndef FOVEA_COMPILER_CODEGEN_HALIDE_PCH_H
#define FOVEA_COMPILER_CODEGEN_HALIDE_PCH_H

#include <Halide.h>

#include "dialects/attn/Attn.h"
#include "dialects/kernel/Kernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"

#endif // FOVEA_COMPILER_CODEGEN_HALIDE_PCH_H
