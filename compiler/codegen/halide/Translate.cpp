// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Elements of tensors as Halide expressions: composition of elementwise ops and of index changes.

#include "compiler/codegen/halide/Translate.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
namespace H = Halide;

namespace fovea::codegen::halide {

AffineMap rowMajor(ArrayRef<int64_t> shape, MLIRContext *context) {
  AffineExpr address = getAffineConstantExpr(0, context);
  for (auto [dim, extent] : llvm::enumerate(shape))
    address = address * extent +
              (extent == 1 ? getAffineConstantExpr(0, context) : getAffineDimExpr(dim, context));
  return AffineMap::get(shape.size(), 0, address);
}

static AffineExpr constant(int64_t value, MLIRContext *context) {
  return getAffineConstantExpr(value, context);
}

H::ImageParam Translator::param(unsigned buffer, H::Type type) {
  for (auto [known, number] : llvm::zip(params, paramBuffers))
    if (number == buffer)
      return known;
  H::ImageParam made(type, 1, name("b" + std::to_string(buffer)));
  made.dim(0).set_min(0).set_stride(1);
  params.push_back(made);
  paramBuffers.push_back(buffer);
  return made;
}

H::Expr Translator::addressExpr(AffineExpr address) {
  if (!tabulate || space.linear(address))
    return space.toExpr(address);
  auto [plain, dividing] = space.separate(address);
  return space.toExpr(plain) + tabulate(dividing);
}

H::Expr Translator::load(Value value, IndicesRef indices) {
  const Storage &place = storage.find(value)->second;
  auto type = cast<RankedTensorType>(value.getType());
  H::ImageParam memory =
      param(place.buffer, storageType(type.getElementType(), value.getDefiningOp()));
  if (!place.panels) {
    AffineExpr address = place.map.getResult(0).replaceDims(indices);
    if (accesses)
      accesses->push_back(address);
    return fromStorage(memory(addressExpr(address)), type.getElementType());
  }
  AffineExpr columnIndex = indices[place.panels.getAxis()],
             rowIndex = constant(0, type.getContext());
  int32_t width = place.panels.getWidth(), rows = 1;
  for (int64_t dim : place.panels.getRowDims()) {
    rowIndex = rowIndex * type.getDimSize(dim) + indices[dim];
    rows *= type.getDimSize(dim);
  }
  if (accesses)
    accesses->append({rowIndex, columnIndex});
  H::Expr row = space.toExpr(rowIndex), panel, column;
  if (panelColumn && space.coefficient(columnIndex, panelColumn->group) == 1 &&
      space.linear(columnIndex)->constant == 0) {
    panel = panelColumn->panel;
    column = panelColumn->column;
  } else {
    H::Expr n = space.toExpr(columnIndex);
    panel = n / width;
    column = n % width;
  }
  return fromStorage(memory((panel * rows + row) * width + column), type.getElementType());
}

Indices Translator::loopsAt(linalg::GenericOp op, unsigned result, IndicesRef indices) {
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  Indices loops(extents.size());
  for (unsigned loop = 0; loop < extents.size(); ++loop)
    if (extents[loop] == 1)
      loops[loop] = constant(0, op.getContext());
  AffineMap map = op.getMatchingIndexingMap(op.getDpsInitOperand(result));
  Space own(op.getContext());
  for (int64_t extent : extents)
    own.addDim(extent);
  for (auto [expr, index] : llvm::zip(map.getResults(), indices)) {
    std::optional<Linear> sum = own.linear(expr);
    if (!sum)
      throw Refusal{op, "the result's indexing map is not linear"};
    // A mixed-radix number: the largest coefficient is the most significant digit.
    SmallVector<unsigned> digits;
    for (unsigned loop = 0; loop < extents.size(); ++loop)
      if (sum->coefficients[loop] != 0 && extents[loop] != 1)
        digits.push_back(loop);
    llvm::sort(digits,
               [&](unsigned a, unsigned b) { return sum->coefficients[a] > sum->coefficients[b]; });
    for (auto [position, loop] : llvm::enumerate(digits)) {
      AffineExpr value = space.floorDiv(index - sum->constant, sum->coefficients[loop]);
      loops[loop] = position ? space.mod(value, extents[loop]) : value;
    }
  }
  for (auto [loop, kind] : llvm::enumerate(op.getIteratorTypesArray()))
    if (!loops[loop] && kind == utils::IteratorType::parallel)
      throw Refusal{op, "a parallel loop does not appear in the result's indexing map"};
  return loops;
}

H::Expr Translator::at(Value value, IndicesRef indices) {
  std::vector<const void *> key = {value.getAsOpaquePointer()};
  for (AffineExpr index : indices)
    key.push_back(index.getAsOpaquePointer());
  auto known = memo.find(key);
  if (known != memo.end())
    return known->second;
  // Indices of extent 1 are written 0, so that equal elements have equal keys and constant
  // addresses.
  Indices exact(indices);
  auto type = cast<RankedTensorType>(value.getType());
  for (auto [dim, extent] : llvm::enumerate(type.getShape()))
    if (extent == 1)
      exact[dim] = constant(0, type.getContext());
  H::Expr expr = uncached(value, exact);
  memo[key] = expr;
  return expr;
}

static Indices linearised(ArrayRef<ReassociationIndices> groups, ArrayRef<int64_t> shape,
                          IndicesRef indices) {
  Indices result;
  for (const ReassociationIndices &group : groups) {
    AffineExpr sum = constant(0, indices.empty() ? nullptr : indices[0].getContext());
    for (int64_t dim : group)
      sum = sum * shape[dim] + indices[dim];
    result.push_back(sum);
  }
  return result;
}

H::Expr Translator::uncached(Value value, IndicesRef indices) {
  if (auto known = computed.find(value); known != computed.end())
    return known->second(indices);
  if (storage.count(value))
    return load(value, indices);
  MLIRContext *context = value.getContext();
  Operation *op = value.getDefiningOp();
  auto type = cast<RankedTensorType>(value.getType());
  if (!op)
    throw Refusal{value.getParentBlock()->getParentOp(), "an argument has no memory"};
  DenseElementsAttr splat;
  if (matchPattern(op, m_Constant(&splat)) && splat.isSplat())
    return constantExpr(splat.getSplatValue<Attribute>(), op);

  return llvm::TypeSwitch<Operation *, H::Expr>(op)
      .Case([&](linalg::GenericOp generic) {
        unsigned result = cast<OpResult>(value).getResultNumber();
        if (generic.getNumReductionLoops())
          throw Refusal{op, "this reduction cannot be computed inside another op"};
        return atLoops(generic, result, loopsAt(generic, result, indices));
      })
      .Case([&](linalg::FillOp fill) { return region(fill.getInputs()[0], {}); })
      .Case([&](tensor::EmptyOp) { return H::cast(scalarType(type.getElementType(), op), 0); })
      .Case([&](tensor::CollapseShapeOp reshape) {
        // Take the index of each group apart again.
        RankedTensorType from = reshape.getSrcType();
        Indices source(from.getRank(), constant(0, context));
        for (auto [group, index] : llvm::zip(reshape.getReassociationIndices(), indices)) {
          int64_t inner = 1;
          for (int64_t dim : llvm::reverse(group)) {
            AffineExpr digit = space.floorDiv(index, inner);
            inner *= from.getDimSize(dim);
            source[dim] = dim == group.front() ? digit : space.mod(digit, from.getDimSize(dim));
          }
        }
        return at(reshape.getSrc(), source);
      })
      .Case([&](tensor::ExpandShapeOp reshape) {
        if (indices.empty())
          throw Refusal{op, "a reshape of a scalar is not supported"};
        return at(reshape.getSrc(),
                  linearised(reshape.getReassociationIndices(), type.getShape(), indices));
      })
      .Case([&](tensor::ExtractSliceOp slice) {
        Indices source;
        llvm::SmallBitVector dropped = slice.getDroppedDims();
        unsigned next = 0;
        for (unsigned dim = 0; dim < slice.getSourceType().getRank(); ++dim) {
          AffineExpr index = dropped[dim] ? constant(0, context) : indices[next++];
          source.push_back(index * slice.getStaticStrides()[dim] + slice.getStaticOffsets()[dim]);
        }
        return at(slice.getSource(), source);
      })
      .Case([&](tensor::InsertSliceOp insert) {
        H::Expr inside = H::Internal::const_true();
        Indices source;
        llvm::SmallBitVector dropped = insert.getDroppedDims();
        for (unsigned dim = 0; dim < indices.size(); ++dim) {
          int64_t offset = insert.getStaticOffsets()[dim], stride = insert.getStaticStrides()[dim],
                  size = insert.getStaticSizes()[dim];
          if (stride != 1)
            throw Refusal{op, "an insertion with strides cannot be read back"};
          H::Expr index = space.toExpr(indices[dim]);
          if (offset)
            inside = inside && index >= int32_t(offset);
          if (offset + size != type.getDimSize(dim))
            inside = inside && index < int32_t(offset + size);
          if (dropped[dim])
            continue;
          bool whole = offset == 0 && size == type.getDimSize(dim);
          if (accesses)
            accesses->push_back(indices[dim]);
          source.push_back(
              whole
                  ? indices[dim]
                  : space.addValue(H::clamp(index - int32_t(offset), 0, int32_t(size - 1)), size));
        }
        return H::select(inside, at(insert.getSource(), source), at(insert.getDest(), indices));
      })
      .Case([&](tensor::PadOp pad) {
        Value padding = pad.getConstantPaddingValue();
        if (!padding)
          throw Refusal{op, "the padding is not a constant"};
        H::Expr inside = H::Internal::const_true();
        Indices source;
        RankedTensorType from = pad.getSourceType();
        for (unsigned dim = 0; dim < indices.size(); ++dim) {
          int64_t low = pad.getStaticLow()[dim], size = from.getDimSize(dim);
          if (low == 0 && size == type.getDimSize(dim)) {
            source.push_back(indices[dim]);
            continue;
          }
          H::Expr index = space.toExpr(indices[dim]) - int32_t(low);
          if (accesses)
            accesses->push_back(indices[dim]);
          inside = inside && index >= 0 && index < int32_t(size);
          source.push_back(space.addValue(H::clamp(index, 0, int32_t(size - 1)), size));
        }
        return H::select(inside, at(pad.getSource(), source), region(padding, {}));
      })
      .Default([&](Operation *other) -> H::Expr {
        throw Refusal{other, "'" + other->getName().getStringRef().str() +
                                 "' is not an op that the Halide backend can translate"};
      });
}

H::Expr Translator::atLoops(linalg::GenericOp op, unsigned result, IndicesRef loops) {
  auto yield = cast<linalg::YieldOp>(op.getBody()->getTerminator());
  return evaluate(op, yield.getOperand(result), loops);
}

H::Expr Translator::evaluate(linalg::GenericOp op, Value scalarValue, IndicesRef loops) {
  Scalars scalars;
  std::map<void *, AffineExpr> affine;
  // Block arguments are evaluated when they are met: an unused init is never read.
  return scalar(scalarValue, scalars, affine, loops);
}

H::Expr Translator::region(Value yielded, std::map<void *, H::Expr> arguments) {
  std::map<void *, AffineExpr> affine;
  return scalar(yielded, arguments, affine, {});
}

H::Expr Translator::scalar(Value value, Scalars &scalars, std::map<void *, AffineExpr> &affine,
                           IndicesRef loops) {
  auto known = scalars.find(value.getAsOpaquePointer());
  if (known != scalars.end())
    return known->second;
  H::Expr expr;
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto generic = dyn_cast<linalg::GenericOp>(argument.getOwner()->getParentOp());
    if (!generic)
      throw Refusal{argument.getOwner()->getParentOp(), "a scalar comes from outside the body"};
    OpOperand &operand = generic->getOpOperand(argument.getArgNumber());
    if (isa<RankedTensorType>(operand.get().getType())) {
      Indices indices;
      for (AffineExpr index : generic.getMatchingIndexingMap(&operand).getResults())
        indices.push_back(index.replaceDims(loops));
      expr = at(operand.get(), indices);
    } else {
      expr = scalar(operand.get(), scalars, affine, loops);
    }
  } else if (auto index = value.getDefiningOp<linalg::IndexOp>()) {
    AffineExpr loop = loops[index.getDim()];
    affine[value.getAsOpaquePointer()] = loop;
    if (accesses)
      accesses->push_back(loop);
    expr = space.toExpr(loop);
  } else if (auto constantOp = value.getDefiningOp<arith::ConstantOp>()) {
    if (auto integer = dyn_cast<IntegerAttr>(constantOp.getValue());
        integer && value.getType().isIndex())
      affine[value.getAsOpaquePointer()] = constant(integer.getInt(), value.getContext());
    expr = constantExpr(constantOp.getValue(), constantOp);
  } else if (auto extract = value.getDefiningOp<tensor::ExtractOp>()) {
    expr = gather(extract, scalars, affine, loops);
  } else {
    Operation *op = value.getDefiningOp();
    std::vector<H::Expr> operands;
    for (Value operand : op->getOperands()) {
      if (isa<ShapedType>(operand.getType()))
        throw Refusal{op, "a body op has a tensor operand"};
      operands.push_back(scalar(operand, scalars, affine, loops));
    }
    expr = translateScalar(op, operands);
    if (isa<arith::AddIOp, arith::SubIOp, arith::MulIOp>(op)) {
      auto left = affine.find(op->getOperand(0).getAsOpaquePointer());
      auto right = affine.find(op->getOperand(1).getAsOpaquePointer());
      if (left != affine.end() && right != affine.end()) {
        AffineExpr sum = isa<arith::AddIOp>(op)   ? left->second + right->second
                         : isa<arith::SubIOp>(op) ? left->second - right->second
                                                  : left->second * right->second;
        if (space.linear(sum))
          affine[value.getAsOpaquePointer()] = sum;
      }
    }
  }
  scalars[value.getAsOpaquePointer()] = expr;
  return expr;
}

H::Expr Translator::gather(Operation *op, Scalars &scalars, std::map<void *, AffineExpr> &affine,
                           IndicesRef loops) {
  auto extract = cast<tensor::ExtractOp>(op);
  auto type = cast<RankedTensorType>(extract.getTensor().getType());
  Indices indices;
  for (auto [index, extent] : llvm::zip(extract.getIndices(), type.getShape())) {
    H::Expr value = scalar(index, scalars, affine, loops);
    auto linear = affine.find(index.getAsOpaquePointer());
    if (linear != affine.end())
      indices.push_back(linear->second);
    else
      indices.push_back(space.addValue(H::clamp(value, 0, int32_t(extent - 1)), extent));
  }
  return at(extract.getTensor(), indices);
}

} // namespace fovea::codegen::halide
