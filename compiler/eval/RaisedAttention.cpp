// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One query at a time: products through the maps, the score region as a list of instructions on
// doubles, the mask point by point, softmax, values. Nothing is shared with decomposition or code
// generators.

#include "compiler/eval/RaisedAttention.h"

#include "dialects/attn/Mask.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

#include <cmath>

using namespace mlir;
using namespace fovea;
using namespace fovea::eval;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// One op of a score region; integers and bools are doubles too.
struct Instruction {
  double (*compute)(int64_t detail, double a, double b, double c);
  int64_t detail = 0;
  std::array<unsigned, 3> operands = {0, 0, 0};
};

/// The score region, ready to run.
class ScoreProgram {
public:
  /// False for a region with an op that is not known.
  bool read(Region &region);
  /// `slots` holds the region's arguments first; returns what is yielded at position `number`.
  double run(std::vector<double> &slots, unsigned number = 0) const;
  size_t countSlots() const { return numbers.size(); }
  ArrayRef<double> getInitialSlots() const { return numbers; }

private:
  llvm::DenseMap<Value, unsigned> places;
  /// Constants in their slots.
  std::vector<double> numbers;
  std::vector<std::pair<unsigned, Instruction>> instructions;
  SmallVector<unsigned> results;
};

/// Whether a comparison that distinguishes smaller, equal, larger and unordered holds.
double compare(double a, double b, bool less, bool equal, bool greater, bool unordered) {
  return a < b ? less : a == b ? equal : a > b ? greater : unordered;
}

double compareFloats(int64_t predicate, double a, double b, double) {
  using P = arith::CmpFPredicate;
  switch (P(predicate)) {
  case P::AlwaysFalse:
    return 0;
  case P::OEQ:
    return compare(a, b, false, true, false, false);
  case P::OGT:
    return compare(a, b, false, false, true, false);
  case P::OGE:
    return compare(a, b, false, true, true, false);
  case P::OLT:
    return compare(a, b, true, false, false, false);
  case P::OLE:
    return compare(a, b, true, true, false, false);
  case P::ONE:
    return compare(a, b, true, false, true, false);
  case P::ORD:
    return compare(a, b, true, true, true, false);
  case P::UEQ:
    return compare(a, b, false, true, false, true);
  case P::UGT:
    return compare(a, b, false, false, true, true);
  case P::UGE:
    return compare(a, b, false, true, true, true);
  case P::ULT:
    return compare(a, b, true, false, false, true);
  case P::ULE:
    return compare(a, b, true, true, false, true);
  case P::UNE:
    return compare(a, b, true, false, true, true);
  case P::UNO:
    return compare(a, b, false, false, false, true);
  case P::AlwaysTrue:
    return 1;
  }
  return 0;
}

double compareIntegers(int64_t predicate, double a, double b, double) {
  using P = arith::CmpIPredicate;
  switch (P(predicate)) {
  case P::eq:
    return a == b;
  case P::ne:
    return a != b;
  case P::slt:
  case P::ult:
    return a < b;
  case P::sle:
  case P::ule:
    return a <= b;
  case P::sgt:
  case P::ugt:
    return a > b;
  case P::sge:
  case P::uge:
    return a >= b;
  }
  return 0;
}

using Compute = decltype(Instruction::compute);

/// How an op computes, or null.
Compute findInstruction(Operation *op) {
  return llvm::TypeSwitch<Operation *, Compute>(op)
      .Case<arith::AddFOp, arith::AddIOp>(
          [](auto) { return Compute([](int64_t, double a, double b, double) { return a + b; }); })
      .Case<arith::SubFOp, arith::SubIOp>(
          [](auto) { return Compute([](int64_t, double a, double b, double) { return a - b; }); })
      .Case<arith::MulFOp, arith::MulIOp, arith::AndIOp>(
          [](auto) { return Compute([](int64_t, double a, double b, double) { return a * b; }); })
      .Case<arith::DivFOp>(
          [](auto) { return Compute([](int64_t, double a, double b, double) { return a / b; }); })
      .Case<arith::DivSIOp>([](auto) {
        return Compute([](int64_t, double a, double b, double) { return std::trunc(a / b); });
      })
      .Case<arith::FloorDivSIOp>([](auto) {
        return Compute([](int64_t, double a, double b, double) { return std::floor(a / b); });
      })
      .Case<arith::RemSIOp>([](auto) {
        return Compute([](int64_t, double a, double b, double) { return std::fmod(a, b); });
      })
      .Case<arith::OrIOp, arith::MaxSIOp>([](auto) {
        return Compute([](int64_t, double a, double b, double) { return a > b ? a : b; });
      })
      .Case<arith::MinSIOp>([](auto) {
        return Compute([](int64_t, double a, double b, double) { return a < b ? a : b; });
      })
      .Case<arith::XOrIOp>([](auto) {
        return Compute([](int64_t, double a, double b, double) { return double(a != b); });
      })
      .Case<arith::MaximumFOp>([](auto) {
        return Compute([](int64_t, double a, double b, double) {
          return std::isnan(a) || std::isnan(b) ? NAN : std::max(a, b);
        });
      })
      .Case<arith::MinimumFOp>([](auto) {
        return Compute([](int64_t, double a, double b, double) {
          return std::isnan(a) || std::isnan(b) ? NAN : std::min(a, b);
        });
      })
      .Case<arith::NegFOp>(
          [](auto) { return Compute([](int64_t, double a, double, double) { return -a; }); })
      .Case<arith::SelectOp>([](auto) {
        return Compute([](int64_t, double a, double b, double c) { return a != 0 ? b : c; });
      })
      .Case<arith::CmpFOp>([](auto) { return Compute(compareFloats); })
      .Case<arith::CmpIOp>([](auto) { return Compute(compareIntegers); })
      .Case<arith::ExtFOp, arith::TruncFOp, arith::SIToFPOp, arith::UIToFPOp, arith::IndexCastOp,
            arith::ExtUIOp>(
          [](auto) { return Compute([](int64_t, double a, double, double) { return a; }); })
      .Case<math::TanhOp>([](auto) {
        return Compute([](int64_t, double a, double, double) { return std::tanh(a); });
      })
      .Case<math::ExpOp>([](auto) {
        return Compute([](int64_t, double a, double, double) { return std::exp(a); });
      })
      .Case<math::AbsFOp>([](auto) {
        return Compute([](int64_t, double a, double, double) { return std::fabs(a); });
      })
      .Default([](Operation *) { return Compute(nullptr); });
}

bool ScoreProgram::read(Region &region) {
  auto place = [&](Value value, double number) {
    places[value] = numbers.size();
    numbers.push_back(number);
  };
  for (BlockArgument argument : region.getArguments())
    place(argument, 0);
  for (Operation &op : region.front()) {
    if (isa<attn::YieldOp>(op)) {
      for (Value operand : op.getOperands())
        results.push_back(places.lookup(operand));
      return true;
    }
    if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
      if (auto number = dyn_cast<FloatAttr>(constant.getValue()))
        place(constant, number.getValueAsDouble());
      else if (auto integer = dyn_cast<IntegerAttr>(constant.getValue()))
        place(constant, integer.getType().isInteger(1) ? integer.getValue().getBoolValue()
                                                       : integer.getValue().getSExtValue());
      else
        return false;
      continue;
    }
    Instruction instruction{findInstruction(&op)};
    if (!instruction.compute || op.getNumOperands() > 3)
      return false;
    for (auto [index, operand] : llvm::enumerate(op.getOperands())) {
      auto found = places.find(operand);
      if (found == places.end())
        return false;
      instruction.operands[index] = found->second;
    }
    if (auto floats = dyn_cast<arith::CmpFOp>(op))
      instruction.detail = int64_t(floats.getPredicate());
    else if (auto integers = dyn_cast<arith::CmpIOp>(op))
      instruction.detail = int64_t(integers.getPredicate());
    instructions.push_back({unsigned(numbers.size()), instruction});
    place(op.getResult(0), 0);
  }
  return false;
}

double ScoreProgram::run(std::vector<double> &slots, unsigned number) const {
  for (const auto &[place, instruction] : instructions)
    slots[place] =
        instruction.compute(instruction.detail, slots[instruction.operands[0]],
                            slots[instruction.operands[1]], slots[instruction.operands[2]]);
  return slots[results[number]];
}

int64_t evaluateExpr(AffineExpr expr, ArrayRef<int64_t> point) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue();
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return point[dim.getPosition()];
  auto binary = cast<AffineBinaryOpExpr>(expr);
  int64_t a = evaluateExpr(binary.getLHS(), point), b = evaluateExpr(binary.getRHS(), point);
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return a + b;
  case AffineExprKind::Mul:
    return a * b;
  case AffineExprKind::Mod:
    return a - b * llvm::divideFloorSigned(a, b);
  case AffineExprKind::FloorDiv:
    return llvm::divideFloorSigned(a, b);
  default:
    return llvm::divideCeilSigned(a, b);
  }
}

/// A tensor read or written through a map over (b, h, i, j, d, e).
struct Mapped {
  Mapped(AffineMap map, ArrayRef<int64_t> shape) : map(map), strides(getStrides(shape)) {}

  int64_t locate(ArrayRef<int64_t> point) const {
    int64_t offset = 0;
    for (auto [expr, stride] : llvm::zip_equal(map.getResults(), strides))
      offset += evaluateExpr(expr, point) * stride;
    return offset;
  }

  AffineMap map;
  SmallVector<int64_t> strides;
};

struct Operand : Mapped {
  Operand(const Tensor &tensor, AffineMap map)
      : Mapped(map, tensor.getShape()),
        values(isFloat(tensor.kind()) ? tensor.elements<double>() : asDoubles(tensor)) {}

  static std::vector<double> asDoubles(const Tensor &tensor) {
    std::vector<int64_t> integers = tensor.elements<int64_t>();
    return {integers.begin(), integers.end()};
  }
  double operator()(ArrayRef<int64_t> point) const { return values[locate(point)]; }

  std::vector<double> values;
};

/// Weights of one row of scores, in place; `sink` is the score of one key more.
void normalize(MutableArrayRef<double> row, double sink, attn::AttentionOp op) {
  if (op.getNormalizer() == attn::Normalizer::None)
    return;
  if (op.getNormalizer() == attn::Normalizer::Mean) {
    for (double &p : row)
      p /= double(row.size());
    return;
  }
  double most = sink;
  bool isNaN = std::isnan(sink) || llvm::any_of(row, [](double s) { return std::isnan(s); });
  for (double s : row)
    most = std::max(most, s);
  if (most == -infinity && !isNaN) {
    bool isZero = op.getNumerics().getMaskedRows() == attn::MaskedRows::Zero;
    llvm::fill(row, isZero ? 0.0 : NAN);
    return;
  }
  double sum = std::exp(sink - most);
  for (double &s : row)
    sum += s = std::exp(s - most);
  for (double &p : row)
    p = isNaN ? NAN : p / sum;
}

} // namespace

std::optional<SmallVector<Tensor>> eval::evaluateAttention(attn::AttentionOp op,
                                                           ArrayRef<Tensor> operands) {
  using Dim = attn::AttentionOp::Dim;
  ScoreProgram program;
  if (!program.read(op.getScore()))
    return std::nullopt;
  std::vector<Operand> mapped;
  for (auto [index, tensor] : llvm::enumerate(operands))
    mapped.emplace_back(tensor, op.getMap(index));
  Type f64 = Float64Type::get(op.getContext());
  std::vector<std::vector<double>> results;
  std::vector<Mapped> places;
  for (auto [index, result] : llvm::enumerate(op->getResults())) {
    auto type = cast<RankedTensorType>(result.getType());
    results.emplace_back(type.getNumElements(), 0.0);
    places.emplace_back(op.getMap(operands.size() + index), type.getShape());
  }

  ArrayRef<int64_t> domain = op.getDomain();
  double scale = op.getNumerics().getScale().getValueAsDouble();
  bool isDense = op.getMask().isDense();
  double hidden = op.getNormalizer() == attn::Normalizer::Softmax ? -infinity : 0.0;
  std::vector<double> row(domain[Dim::J]), slots(program.getInitialSlots());
  std::array<int64_t, 6> at = {};
  auto forAll = [&](unsigned dim, auto body) {
    for (at[dim] = 0; at[dim] < domain[dim]; ++at[dim])
      body();
    at[dim] = 0;
  };
  auto runRegion = [&](double product, unsigned number) {
    slots[0] = product;
    for (unsigned dim = 0; dim < 4; ++dim)
      slots[1 + dim] = double(at[dim]);
    for (size_t capture = 3; capture < mapped.size(); ++capture)
      slots[2 + capture] = mapped[capture](at);
    return program.run(slots, number);
  };
  attn::YieldOp yield = op.getYield();
  const unsigned valueNumber = yield.getSink() ? 2 : 1;
  auto score = [&] {
    double product = 0;
    forAll(Dim::D, [&] { product += mapped[0](at) * mapped[1](at); });
    double s = runRegion(scale * product, 0);
    bool visible = isDense || attn::isVisible(op.getMask(), ArrayRef(at).take_front(4));
    row[at[Dim::J]] = visible ? s : hidden;
  };
  auto query = [&] {
    forAll(Dim::J, score);
    normalize(row, yield.getSink() ? runRegion(0, 1) : -infinity, op);
    if (results.size() > 1)
      forAll(Dim::J, [&] { results[1][places[1].locate(at)] = row[at[Dim::J]]; });
    forAll(Dim::E, [&] {
      double sum = 0;
      for (at[Dim::J] = 0; at[Dim::J] < domain[Dim::J]; ++at[Dim::J])
        sum += row[at[Dim::J]] *
               (mapped[2](at) + (yield.getValue() ? runRegion(0, valueNumber) : 0.0));
      at[Dim::J] = 0;
      results[0][places[0].locate(at)] = sum;
    });
  };
  forAll(Dim::B, [&] { forAll(Dim::H, [&] { forAll(Dim::I, query); }); });

  SmallVector<Tensor> tensors;
  for (auto [index, values] : llvm::enumerate(results)) {
    auto type = cast<RankedTensorType>(op->getResult(index).getType());
    tensors.push_back(makeTensor(RankedTensorType::get(type.getShape(), f64), ArrayRef(values)));
  }
  return tensors;
}
