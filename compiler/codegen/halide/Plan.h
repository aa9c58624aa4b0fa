// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A kernel as a list of stages. Each stage is one Halide pipeline with one output: a contraction,
// an attention, a group of row reductions, or elementwise work, with the elementwise ops around it
// composed in. Most kernels are one stage; a LayerNorm in front of a product, or the pieces of a
// concatenation, are more. Stages run in order and meet in memory.

#ifndef FOVEA_COMPILER_CODEGEN_HALIDE_PLAN_H
#define FOVEA_COMPILER_CODEGEN_HALIDE_PLAN_H

#include "compiler/codegen/halide/Translate.h"

#include "dialects/attn/Attn.h"

namespace fovea::codegen::halide {

/// A compiled pipeline `i32 symbol(ptr worker, halide_buffer_t *buffers..., halide_buffer_t
/// *output)`.
struct Stage {
  std::string symbol;
  std::vector<char> bitcode;
  llvm::SmallVector<unsigned> buffers;
  unsigned output = 0;
  int64_t outputOffset = 0; // bytes
};

/// What a stage computes: one element for each point of a box of loops, stored at `address` of a
/// buffer.
struct Domain {
  mlir::Operation *op = nullptr; // for diagnostics
  mlir::Type elementType;
  llvm::SmallVector<int64_t> extents;
  unsigned buffer = 0;
  mlir::AffineExpr address; // in elements, over the loops
  std::function<Halide::Expr(Translator &, IndicesRef)> element;
};

class Plan {
public:
  Plan(kernel::FuncOp kernel, const Target &target, std::string prefix)
      : kernel(kernel), target(target), prefix(std::move(prefix)) {}

  /// Compiles all stages. Throws Refusal or Halide::Error.
  void run();

  llvm::ArrayRef<Buffer> getBuffers() const { return buffers; }
  std::vector<Stage> &getStages() { return stages; }

  /// A number of the kernel's schedule; `fallback` when the schedule is of another kind or does not
  /// mention it.
  int64_t schedule(llvm::StringRef kind, llvm::StringRef name, int64_t fallback);
  const Target &getTarget() const { return target; }
  std::string stagePrefix() const { return prefix + "_s" + std::to_string(stages.size()); }
  const llvm::DenseMap<mlir::Value, Storage> &getStorage() const { return storage; }

  /// Compiles `output`, whose arguments are the variables of `groups` (innermost first; ~0: a
  /// dimension of extent 1), into the domain's memory.
  void finish(Translator &translator, Halide::Func output, const Domain &domain,
              llvm::ArrayRef<unsigned> groups);
  /// The same for an output with one argument: the flat address in the domain's buffer.
  void finishFlat(Translator &translator, Halide::Func output, const Domain &domain);
  /// New scratch memory for `elements` of this type.
  unsigned scratch(int64_t elements, mlir::Type elementType, mlir::Operation *op);

private:
  void checkSchedule();
  unsigned addBuffer(Buffer::Kind kind, unsigned index, mlir::RankedTensorType type);
  void emit(mlir::Value value, unsigned buffer, mlir::AffineMap address);
  void materialize(mlir::Value value);
  Domain domainOf(mlir::Value value, unsigned buffer, mlir::AffineMap address);
  void prepareOperands(mlir::Operation *anchor);
  void addStage(Translator &translator, Halide::Func output, const Domain &domain, int64_t offset);

  kernel::FuncOp kernel;
  const Target &target;
  std::string prefix;
  llvm::SmallVector<Buffer> buffers;
  llvm::DenseMap<mlir::Value, Storage> storage;
  std::vector<Stage> stages;
};

/// A reduction's parts: the accumulator is combined with `contribution` by `combiner` (an arith
/// op's name).
struct Reduction {
  mlir::Operation *combiner = nullptr;
  mlir::Value contribution;
};
/// Matches a generic with one result, one reduction or more, and a body that ends in
/// `combine(accumulator, x)`.
std::optional<Reduction> matchReduction(mlir::linalg::GenericOp op);
/// Whether a reduction is a sum of products of two of its inputs, perhaps extended first.
bool isContraction(mlir::linalg::GenericOp op);
/// Combines two scalars as `combiner` does.
Halide::Expr combine(mlir::Operation *combiner, Halide::Expr a, Halide::Expr b);

/// The loops of `domain` in groups for a stage without inner reductions; binds each group to a Var.
/// (Elementwise.cpp)
void emitElementwise(Plan &plan, const Domain &domain);
/// `domain` around one contraction. Returns false, having done nothing, when it does not see the
/// product's elements one to one.
bool emitContraction(Plan &plan, const Domain &domain, mlir::linalg::GenericOp product);
/// `domain` around reductions that share its outer loops. Returns false when their rows differ.
bool emitRows(Plan &plan, const Domain &domain, llvm::ArrayRef<mlir::linalg::GenericOp> reductions);
void emitAttention(Plan &plan, attn::AttentionOp op, unsigned buffer, mlir::AffineMap address);

} // namespace fovea::codegen::halide

#endif // FOVEA_COMPILER_CODEGEN_HALIDE_PLAN_H
