// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ops that change nothing. What is dropped must be exact for every float, NaN, infinity and -0
// included.

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/Extents.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxScatterOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "passes/frontend/Passes.h"
#include "passes/frontend/Simplify.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>
#include <cstring>

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

namespace fovea {
#define GEN_PASS_DEF_ERASENOOPSPASS
#include "passes/frontend/Passes.h.inc"
} // namespace fovea

/// The static type of a value, null when some extent is unknown.
static RankedTensorType getStaticType(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.hasStaticShape() ? type : RankedTensorType();
}

/// `x` as it is when it has the result's type, else stretched to it; null while types are not
/// known.
static Value stretch(Value x, Value result) {
  RankedTensorType from = getStaticType(x), to = getStaticType(result);
  if (!from || !to || from.getElementType() != to.getElementType())
    return {};
  if (from == to)
    return x;
  OpBuilder builder(x.getContext());
  builder.setInsertionPointAfter(result.getDefiningOp());
  auto shapeType = RankedTensorType::get({to.getRank()}, builder.getI64Type());
  ArrayRef<int64_t> shape = to.getShape();
  auto constant = ConstantOp::create(
      builder, result.getLoc(),
      makeConstant(shapeType, ArrayRef(reinterpret_cast<const char *>(shape.data()),
                                       shape.size() * sizeof(int64_t))));
  return ExpandOp::create(builder, result.getLoc(), to, x, constant);
}

/// The operand when an op that keeps the number and order of elements keeps the type as well.
static Value keepsType(Value x, Value result) {
  RankedTensorType type = getStaticType(x);
  return type && type == result.getType() ? x : Value();
}

static Value simplify(TransposeOp op) {
  RankedTensorType type = getStaticType(op.getX());
  if (!type)
    return {};
  SmallVector<int64_t> permutation(op.getPermutation());
  if (permutation.empty())
    permutation.assign(llvm::reverse(llvm::seq<int64_t>(0, type.getRank())).begin(),
                       llvm::reverse(llvm::seq<int64_t>(0, type.getRank())).end());
  if (llvm::equal(permutation, llvm::seq<int64_t>(0, type.getRank())))
    return op.getX();
  auto inner = op.getX().getDefiningOp<TransposeOp>();
  if (!inner || inner.getPermutation().size() != permutation.size())
    return {};
  for (int64_t &from : permutation)
    from = inner.getPermutation()[from];
  OpBuilder builder(op.getContext());
  builder.setInsertionPointAfter(op);
  return TransposeOp::create(builder, op.getLoc(), op.getType(), inner.getX(), permutation);
}

static Value simplify(ReshapeOp op) {
  if (Value x = keepsType(op.getX(), op.getY()))
    return x;
  RankedTensorType type = getStaticType(op.getY());
  auto inner = op.getX().getDefiningOp<ReshapeOp>();
  if (!type || !inner || !getStaticType(inner.getX()))
    return {};
  if (inner.getX().getType() == type)
    return inner.getX();
  OpBuilder builder(op.getContext());
  builder.setInsertionPointAfter(op);
  auto shapeType = RankedTensorType::get({type.getRank()}, builder.getI64Type());
  ArrayRef<int64_t> shape = type.getShape();
  auto constant = ConstantOp::create(
      builder, op.getLoc(),
      makeConstant(shapeType, ArrayRef(reinterpret_cast<const char *>(shape.data()),
                                       shape.size() * sizeof(int64_t))));
  return ReshapeOp::create(builder, op.getLoc(), type, inner.getX(), constant,
                           /*allowzero=*/true);
}

static Value simplify(SliceOp op) {
  if (!keepsType(op.getX(), op.getY()))
    return {};
  if (!isPresent(op.getSteps()))
    return op.getX();
  // A whole axis taken backwards has the same type but other elements.
  std::optional<SmallVector<int64_t>> steps = getConstantIntegers(op.getSteps());
  return steps && llvm::all_of(*steps, [](int64_t step) { return step > 0; }) ? op.getX() : Value();
}

static Value simplify(ConcatOp op) {
  RankedTensorType type = getStaticType(op.getResult());
  if (!type)
    return {};
  Value only;
  for (Value input : op.getInputs()) {
    RankedTensorType inputType = getStaticType(input);
    if (!inputType)
      return {};
    if (inputType.getNumElements() == 0)
      continue;
    if (only)
      return {};
    only = input;
  }
  return only && only.getType() == type ? only : Value();
}

/// Updates at every place, in order, are the result: an assignment to all of a tensor.
static Value simplify(ScatterNDOp op) {
  RankedTensorType type = getStaticType(op.getX()), indices = getStaticType(op.getIndices());
  ElementsAttr attr = getConstantAttr(op.getIndices());
  if (!type || !indices || !attr || op.getReduction() != "none" || indices.getRank() == 0 ||
      op.getUpdates().getType() != type || op.getY().getType() != type ||
      !indices.getElementType().isInteger(64))
    return {};
  int64_t depth = indices.getShape().back();
  if (depth <= 0 || depth > type.getRank() ||
      indices.getShape().drop_back() != type.getShape().take_front(depth))
    return {};
  std::optional<ConstantData> data = getConstantData(attr);
  if (!data || data->splat)
    return {};
  SmallVector<int64_t> place(depth, 0), index(depth);
  for (int64_t n = 0, places = indices.getNumElements() / depth; n < places; ++n) {
    std::memcpy(index.data(), data->bytes.data() + n * depth * sizeof(int64_t),
                depth * sizeof(int64_t));
    if (index != place)
      return {};
    for (int64_t dim = depth; dim-- > 0 && ++place[dim] == type.getDimSize(dim);)
      place[dim] = 0;
  }
  return op.getUpdates();
}

static bool isInteger(Value value) { return isa<IntegerType>(getElementType(value)); }

/// A neutral operand: one that leaves every other operand as it is.
static bool isConstant(Value value, double wanted) {
  std::optional<double> scalar = getConstantScalar(value);
  return scalar && *scalar == wanted;
}
/// x + 0 is x for integers; for floats only when the zero is -0, since -0 + 0 is 0.
static bool isNeutralInSum(Value value) {
  std::optional<double> scalar = getConstantScalar(value);
  return scalar && *scalar == 0 && (isInteger(value) || std::signbit(*scalar));
}
/// x - 0 is x; x - (-0) is not for x = -0.
static bool isNeutralInDifference(Value value) {
  std::optional<double> scalar = getConstantScalar(value);
  return scalar && *scalar == 0 && (isInteger(value) || !std::signbit(*scalar));
}

/// The other operand of a commutative op when one is neutral.
template <typename OpT, typename Test> static Value dropNeutral(OpT op, Test isNeutral) {
  if (isNeutral(op.getB()))
    return stretch(op.getA(), op.getC());
  if (isNeutral(op.getA()))
    return stretch(op.getB(), op.getC());
  return {};
}

static Value simplify(WhereOp op) {
  std::optional<double> condition = getConstantScalar(op.getCondition());
  if (!condition)
    return {};
  return stretch(*condition != 0 ? op.getX() : op.getY(), op.getResult());
}

/// What an op's first result equals, or null.
static Value findReplacement(Operation *op) {
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case<IdentityOp>(
          [](auto op) { return op.getX().getType() == op.getType() ? op.getX() : Value(); })
      .Case<DropoutOp>([](auto op) {
        bool masked = op.getMask() && !op.getMask().use_empty();
        bool same = op.getX().getType() == op.getY().getType() && op.isIdentity() == true;
        return masked || !same ? Value() : op.getX();
      })
      .Case<CastOp>(
          [](auto op) { return op.getX().getType() == op.getType() ? op.getX() : Value(); })
      .Case<ExpandOp, TileOp, SqueezeOp, UnsqueezeOp, FlattenOp>(
          [](auto op) { return keepsType(op.getX(), op.getY()); })
      .Case<SplitOp>([](auto op) {
        return op.getParts().size() == 1 ? keepsType(op.getX(), op.getParts()[0]) : Value();
      })
      .Case<ClipOp>([](auto op) {
        bool limits = isPresent(op.getLow()) || isPresent(op.getHigh());
        return limits || op.getX().getType() != op.getType() ? Value() : op.getX();
      })
      .Case<TransposeOp, ReshapeOp, SliceOp, ScatterNDOp, ConcatOp, WhereOp>(
          [](auto op) { return simplify(op); })
      .Case<MulOp>(
          [](auto op) { return dropNeutral(op, [](Value value) { return isConstant(value, 1); }); })
      .Case<AddOp>([](auto op) { return dropNeutral(op, isNeutralInSum); })
      .Case<AndOp>(
          [](auto op) { return dropNeutral(op, [](Value value) { return isConstant(value, 1); }); })
      .Case<OrOp>(
          [](auto op) { return dropNeutral(op, [](Value value) { return isConstant(value, 0); }); })
      .Case<DivOp>([](auto op) {
        return isConstant(op.getB(), 1) ? stretch(op.getA(), op.getC()) : Value();
      })
      .Case<SubOp>([](auto op) {
        return isNeutralInDifference(op.getB()) ? stretch(op.getA(), op.getC()) : Value();
      })
      .Default([](Operation *) { return Value(); });
}

bool fovea::replaceNoOp(Operation *op) {
  Value replacement = findReplacement(op);
  if (!replacement)
    return false;
  op->getResult(0).replaceAllUsesWith(replacement);
  return true;
}

namespace {
struct EraseNoOps : fovea::impl::EraseNoOpsPassBase<EraseNoOps> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    auto erase = [](Operation *op) { op->erase(); };
    auto step = [](Operation *op) -> FailureOr<bool> { return !replaceNoOp(op); };
    if (failed(visitOps(function, {step, erase, nullptr})))
      return signalPassFailure();
    eraseUnused(function, erase);
    updateFunctionType(function);
  }
};
} // namespace
