// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From a kernel on tensors to loops on memory: a sequence of steps, each a function of buffers in
// the LLVM dialect.

#ifndef FOVEA_COMPILER_CODEGEN_LLVM_LOOPS_H
#define FOVEA_COMPILER_CODEGEN_LLVM_LOOPS_H

#include "dialects/kernel/Kernel.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include "llvm/ADT/SmallVector.h"

#include <string>

namespace fovea::codegen {

/// Memory that the steps use: an argument of the kernel (inputs, then outputs) or scratch.
struct Buffer {
  int64_t bytes = 0;
  bool scratch = false;
  /// Place in the kernel's scratch block, a multiple of 64; buffers that are never in use together
  /// may overlap.
  int64_t offset = 0;
  /// First and last step that touches the buffer.
  int64_t firstStep = -1, lastStep = -1;
};

/// What a step gets of a buffer: all of it from this byte on.
struct StepBuffer {
  unsigned buffer = 0;
  int64_t offset = 0;
  bool written = false;
};

/// One loop nest, or the whole of a sequential kernel. Its function takes the buffers' addresses,
/// in order, then with `checks` the address of an i32 that becomes the kernel's status when a check
/// fails, the iterations of loops around it, and at last the half-open range of the outermost loop
/// to run when `extent` is positive. Steps that differ in addresses alone share a function.
struct Step {
  std::string function;
  bool checks = false;
  llvm::SmallVector<StepBuffer> buffers;
  /// The loops of the program whose induction variables the function takes.
  llvm::SmallVector<unsigned> loops;
  /// Iterations of the outermost loop when they are independent, 0 when the step cannot be split.
  int64_t extent = 0;
  /// Calls of the loop body in the whole step.
  int64_t work = 0;
};

/// Steps that are repeated, [begin, end), for every value from `lower` up to the upper bound, by
/// `stride`: the bound is what the function `upper` returns for the induction variables of `outer`.
struct StepLoop {
  unsigned begin = 0, end = 0;
  int64_t lower = 0, stride = 1;
  std::string upper;
  llvm::SmallVector<unsigned> outer;
};

/// A kernel as steps to be run in order; loops around others come before these.
struct StepProgram {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  llvm::SmallVector<Buffer> buffers;
  llvm::SmallVector<Step> steps;
  llvm::SmallVector<StepLoop> loops;
  /// Size of the scratch block, 0 when none is needed.
  int64_t scratchBytes = 0;
};

/// Loads the dialects that the functions below make ops of, with their interfaces. No pass may be
/// running.
void loadLoopDialects(mlir::MLIRContext &context);

/// A module whose one function is the kernel on memory: inputs, then outputs, as contiguous
/// memrefs; the body is linalg ops, copies and views. Emits an error at an op that has no lowering.
mlir::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>> bufferizeKernel(kernel::FuncOp kernel);

/// Splits the function made by `bufferizeKernel` into steps and lowers them to the LLVM dialect.
/// The body of a sequential kernel stays one step.
mlir::FailureOr<StepProgram> lowerToSteps(mlir::OwningOpRef<mlir::ModuleOp> module,
                                          kernel::Anchor anchor);

/// A step's function of buffers of these types, and then `others`, with what stands for the buffers
/// in its body, where `builder` is left. One without elements is passed as an empty row of bytes:
/// bare pointers cannot stand for every shape that has a 0.
mlir::func::FuncOp makeStepFunction(mlir::OpBuilder &builder, mlir::Location loc,
                                    llvm::StringRef name, mlir::TypeRange buffers,
                                    mlir::TypeRange others,
                                    llvm::SmallVectorImpl<mlir::Value> &inside);

/// Makes the one step of a sequential kernel's function made by `bufferizeKernel`.
mlir::LogicalResult makeSequentialStep(mlir::func::FuncOp function, StepProgram &program);

/// Loops around one scalar body, outermost first, and which of them have independent iterations.
struct LoopNest {
  llvm::SmallVector<mlir::Operation *> loops;
  llvm::SmallVector<bool> parallel;
};

/// The extents of an op's loops; of one that only the run knows, the most that it may be.
llvm::SmallVector<int64_t> getMostExtents(mlir::linalg::LinalgOp op);

/// Copies an operand of a product on tensors so that the result's contiguous loop is contiguous in
/// it too, when every order of the loops steps over memory and the copy is read often.
void packOperands(mlir::linalg::GenericOp op);

/// Cuts a long sum of products on tensors whose innermost loop is not the sum's into sums of a few
/// hundred terms, and a sum of these: the error of a sum grows with its length. (SumBlocks.cpp)
void blockSums(mlir::linalg::GenericOp op);

/// The loop that suits vectors best; among equals the one that is innermost already.
unsigned chooseInnermost(mlir::linalg::GenericOp op);

/// Turns one linalg op on memory into scalar loops, in an order that suits LLVM's vectoriser, and
/// erases it.
mlir::FailureOr<LoopNest> lowerToLoops(mlir::Operation *linalgOp);

} // namespace fovea::codegen

#endif // FOVEA_COMPILER_CODEGEN_LLVM_LOOPS_H
