// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loops and element accesses of sequential kernels.

#include "passes/lower/Sequential.h"

#include "dialects/kernel/Kernel.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

Value Sequential::toIndex(Value value, bool isUnsigned) {
  Type index = builder.getIndexType();
  if (value.getType() == index)
    return value;
  return create<arith::IndexCastOp>(index, convert(value, builder.getI64Type(), isUnsigned));
}

Value Sequential::toInteger(Value position, Type type) {
  return create<arith::IndexCastOp>(type, position);
}

Value Sequential::isWithin(Value value, Value low, Value high) {
  return both(create<arith::CmpIOp>(arith::CmpIPredicate::sge, value, low), isLess(value, high));
}

Value Sequential::isLess(Value a, Value b) {
  return create<arith::CmpIOp>(arith::CmpIPredicate::slt, a, b);
}

Value Sequential::isEqual(Value a, Value b) {
  return create<arith::CmpIOp>(arith::CmpIPredicate::eq, a, b);
}

Value Sequential::negate(Value condition) {
  return create<arith::XOrIOp>(condition, number(builder.getI1Type(), 1));
}

Value Sequential::empty(ArrayRef<int64_t> shape, Type elementType) {
  return create<tensor::EmptyOp>(shape, elementType);
}

Value Sequential::filled(ArrayRef<int64_t> shape, TypedAttr value) {
  Value scalar = constant(value);
  Value tensor = empty(shape, value.getType());
  return linalg::FillOp::create(builder, loc, scalar, tensor).getResult(0);
}

Value Sequential::copy(Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  // Written as loops: a generic that only copies would be folded away, and the operand of the
  // kernel be written.
  return loops(type.getShape(), empty(type.getShape(), type.getElementType()),
               [&](ValueRange position, ValueRange carried) -> Values {
                 return {write(read(tensor, position), carried[0], position)};
               })[0];
}

Value Sequential::read(Value tensor, ValueRange position) {
  return create<tensor::ExtractOp>(tensor, position);
}

Value Sequential::write(Value scalar, Value tensor, ValueRange position) {
  return create<tensor::InsertOp>(scalar, tensor, position);
}

Value Sequential::readScalar(Value tensor) {
  int64_t rank = cast<RankedTensorType>(tensor.getType()).getRank();
  return read(tensor, Values(rank, index(0)));
}

Values Sequential::loop(Value extent, ValueRange carried, LoopBody body) {
  auto forOp =
      scf::ForOp::create(builder, loc, index(0), extent, index(1), carried,
                         [&](OpBuilder &nested, Location, Value position, ValueRange arguments) {
                           OpBuilder::InsertionGuard guard(builder);
                           builder.restoreInsertionPoint(nested.saveInsertionPoint());
                           Values next = body(position, arguments);
                           scf::YieldOp::create(builder, loc, next);
                         });
  return Values(forOp.getResults());
}

Values Sequential::loops(ArrayRef<int64_t> shape, ValueRange carried, LoopBody body) {
  Values position;
  auto nest = [&](auto &&self, size_t dim, ValueRange arguments) -> Values {
    if (dim == shape.size())
      return body(position, arguments);
    return loop(index(shape[dim]), arguments, [&](ValueRange at, ValueRange inner) {
      position.push_back(at[0]);
      Values next = self(self, dim + 1, inner);
      position.pop_back();
      return next;
    });
  };
  return nest(nest, 0, carried);
}

Values Sequential::whenever(Value condition, ValueRange carried,
                            llvm::function_ref<Values()> body) {
  auto build = [&](auto make) {
    return [this, make](OpBuilder &nested, Location) {
      OpBuilder::InsertionGuard guard(builder);
      builder.restoreInsertionPoint(nested.saveInsertionPoint());
      Values next = make();
      scf::YieldOp::create(builder, loc, next);
    };
  };
  auto branch = scf::IfOp::create(builder, loc, condition, build([&] { return body(); }),
                                  build([&] { return Values(carried); }));
  return Values(branch.getResults());
}

void Sequential::check(Value condition, StringRef expectation) {
  kernel::CheckOp::create(builder, loc, condition, expectation);
}

Values lower::readOperands(Sequential &code, ArrayRef<MappedTensor> inputs) {
  Values scalars;
  for (const MappedTensor &input : inputs) {
    Values position;
    for (AffineExpr expr : input.map.getResults())
      position.push_back(code.index(cast<AffineConstantExpr>(expr).getValue()));
    scalars.push_back(code.read(input.tensor, position));
  }
  return scalars;
}

Values lower::createSequential(OpBuilder &builder, Location loc,
                               llvm::function_ref<Values(Sequential &code)> body) {
  // The island's results are known when its body is.
  auto block = std::make_unique<Block>();
  Values results;
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(block.get());
    Sequential code(builder, loc);
    results = body(code);
    kernel::YieldOp::create(builder, loc, results);
  }
  auto anchor = kernel::AnchorAttr::get(builder.getContext(), kernel::Anchor::Sequential);
  auto island = kernel::IslandOp::create(builder, loc, TypeRange(ValueRange(results)), anchor,
                                         kernel::BackendAttr(), kernel::ScheduleAttr());
  island.getBody().push_back(block.release());
  return Values(island.getResults());
}
