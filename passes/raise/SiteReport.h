// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which ops are attention sites, and the one remark that each of them gets.

#ifndef FOVEA_PASSES_RAISE_SITEREPORT_H
#define FOVEA_PASSES_RAISE_SITEREPORT_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/PatternMatch.h"
#include "passes/raise/AttentionSite.h"

namespace fovea::raise {

/// Every onnx.Attention, and every Softmax whose result reaches a product through ops that keep its
/// shape or change the layout, in program order.
llvm::SmallVector<mlir::Operation *> findSites(mlir::func::FuncOp function);

/// Every other Softmax, and every LogSoftmax, in program order.
llvm::SmallVector<mlir::Operation *> findOtherSoftmaxes(mlir::func::FuncOp function);

/// The remark of one site. It is made before the site is changed, listens to the changes, and is
/// emitted by one of its members.
class SiteReport : public mlir::RewriterBase::Listener {
public:
  /// `number` counts the module's sites from 0. What the report hears of, `next` is told as well,
  /// unless it is null.
  SiteReport(mlir::Operation *anchor, int64_t number, llvm::StringRef function,
             mlir::RewriterBase::Listener *next);

  /// The site became `attention`, and what it does not need was erased.
  void reportRaised(attn::AttentionOp attention, llvm::ArrayRef<std::string> maskNotes) const;
  /// The site stays.
  void reportRefused(const Refusal &refusal) const;

  void notifyOperationInserted(mlir::Operation *op, mlir::OpBuilder::InsertPoint previous) override;
  void notifyOperationErased(mlir::Operation *op) override;

private:
  /// Bytes of the tensors with as many elements as the scores that `op` of the block makes.
  int64_t countScoreBytes(mlir::Operation *op) const;
  /// Bytes of those among them that lie between the products around a Softmax.
  int64_t countBytesAround(mlir::Operation *softmax) const;

  mlir::Location loc;
  mlir::Block *block;
  int64_t number;
  llvm::StringRef function;
  /// "softmax", "decomposed softmax", "onnx.Attention", ...
  std::string kind;
  /// Elements of the scores, 0 when their shape is open, the bytes that the site's tensors of this
  /// size take, and how many bytes of such tensors the changes have removed.
  int64_t elements = 0, bytesAround = 0, bytesErased = 0;
  mlir::RewriterBase::Listener *next;
};

/// The remark of a site that constant folding has computed: its node was at `loc`.
void reportConstantSite(mlir::Location loc, int64_t number, llvm::StringRef function);

/// The remark of a softmax that is no site.
void reportNoSite(mlir::Operation *softmax, int64_t number);

} // namespace fovea::raise

#endif // FOVEA_PASSES_RAISE_SITEREPORT_H
