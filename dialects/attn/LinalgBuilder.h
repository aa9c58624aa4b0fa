// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shorthand for the linalg.generic ops that attn ops expand to.

#ifndef FOVEA_DIALECTS_ATTN_LINALGBUILDER_H
#define FOVEA_DIALECTS_ATTN_LINALGBUILDER_H

#include "dialects/attn/Attn.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Value.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace fovea::attn {

/// A tensor and the map by which the loops read or write it.
struct MappedTensor {
  mlir::Value tensor;
  mlir::AffineMap map;
};

/// Builds linalg ops over loops whose extents are given: loop n is dimension `loops[n]` of the
/// attention's domain, so a map over the six dimensions of the domain can be restated over the
/// loops.
class LinalgBuilder {
public:
  LinalgBuilder(mlir::OpBuilder &builder, mlir::Location loc, llvm::ArrayRef<int64_t> domain)
      : builder(builder), loc(loc), domain(domain), extents(domain.size()) {}

  /// Gives dimension `dim` this many iterations, of the domain's at most.
  void setExtent(unsigned dim, mlir::Value extent) { extents[dim] = extent; }
  mlir::OpFoldResult getExtent(unsigned dim) {
    return extents[dim] ? mlir::OpFoldResult(extents[dim])
                        : mlir::OpFoldResult(builder.getIndexAttr(domain[dim]));
  }

  using Body = llvm::function_ref<mlir::Value(mlir::OpBuilder &, mlir::Location, mlir::ValueRange)>;

  /// A linalg.generic over `loops`, those in `reductions` being reductions. `inputs` have maps over
  /// the six dimensions, `output` as well. The body gets one element of each input, then of the
  /// output; it returns the new output element.
  mlir::Value generic(llvm::ArrayRef<unsigned> loops, llvm::ArrayRef<unsigned> reductions,
                      llvm::ArrayRef<MappedTensor> inputs, MappedTensor output, Body body);

  /// The map of a tensor whose dimensions are `dims` of the domain, in that order.
  mlir::AffineMap getDimsMap(llvm::ArrayRef<unsigned> dims);

  /// An uninitialised tensor over `dims`, and one filled with `number`.
  MappedTensor empty(llvm::ArrayRef<unsigned> dims, mlir::Type elementType);
  MappedTensor filled(llvm::ArrayRef<unsigned> dims, mlir::Type elementType, double number);

private:
  mlir::Value cutToDomain(const MappedTensor &input);

  mlir::OpBuilder &builder;
  mlir::Location loc;
  llvm::ArrayRef<int64_t> domain;
  /// Null where the domain says it.
  llvm::SmallVector<mlir::Value> extents;
};

/// `value` converted to the floating-point type `type`.
mlir::Value convertFloat(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value,
                         mlir::Type type);

} // namespace fovea::attn

#endif // FOVEA_DIALECTS_ATTN_LINALGBUILDER_H
