// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Everything is computed in double precision, whatever the model's types, so that rounding does not
// hide a difference. A value that the cut has twice, once computed from the other, is free once
// only.

#include "passes/raise/SelfCheck.h"

#include "compiler/eval/Evaluate.h"
#include "compiler/eval/RaisedAttention.h"
#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/NodeName.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxNormOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Remarks.h"
#include "passes/raise/GraphMatch.h"
#include "passes/remarks/RemarkCodes.h"

#include "llvm/Support/Format.h"

#include <cmath>
#include <random>

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;
using eval::Tensor;

namespace {

/// Multiplications that one evaluation of a site may take.
constexpr double maxWork = 3e8;
/// Ops of one site.
constexpr size_t maxOps = 512;

/// The ops between a cut and one value, in the order of their block; none when they are not in one
/// block, too many, or hold regions.
struct Slice {
  SmallVector<Operation *> ops;
  llvm::SetVector<Value> leaves;
  bool isWhole = true;
};

/// A value on both sides.
struct Result {
  Value raised, model;
};

/// How the inputs of one comparison are made.
struct Case {
  StringRef name;
  /// Numbers of operands are within this bound.
  double amplitude = 1;
  /// Elements of captured masks and biases that hide: none, one in three, all.
  int hidden = 0;
  /// What one element in 29 of query, key and value is.
  std::optional<double> poison = std::nullopt;
};

const Case cases[] = {
    {"random numbers"},
    {"big scores", 24},
    {"masked keys", 1, 1},
    {"masked rows", 1, 2},
    {"NaN in an operand", 1, 1, NAN},
    {"infinity in an operand", 1, 1, std::numeric_limits<double>::infinity()},
};

} // namespace

static Slice sliceTo(Value result, llvm::function_ref<bool(Value)> isLeaf) {
  Slice slice;
  llvm::SetVector<Operation *> ops;
  SmallVector<Value> pending = {result};
  while (!pending.empty()) {
    Value value = pending.pop_back_val();
    Operation *op = value.getDefiningOp();
    if (isLeaf(value) || !op || op->getBlock() != result.getParentBlock()) {
      slice.leaves.insert(value);
      continue;
    }
    if (!ops.insert(op))
      continue;
    bool isComputable = isa<attn::AttentionOp>(op) || op->getNumRegions() == 0;
    if (!isComputable || ops.size() > maxOps) {
      slice.isWhole = false;
      return slice;
    }
    llvm::append_range(pending, op->getOperands());
  }
  slice.ops = ops.takeVector();
  llvm::sort(slice.ops, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  return slice;
}

static bool isRounded(Type element) {
  return element.isF32() || element.isF16() || element.isBF16();
}

static RankedTensorType widen(RankedTensorType type) {
  return isRounded(type.getElementType()) ? type.clone(Float64Type::get(type.getContext())) : type;
}

/// The same numbers in another type of floats.
static Tensor convert(const Tensor &tensor, Type element) {
  if (tensor.getType().getElementType() == element)
    return tensor;
  RankedTensorType type = tensor.getType().clone(element);
  return eval::makeTensor(type, ArrayRef(tensor.elements<double>()));
}

static Tensor widen(const Tensor &tensor) {
  return convert(tensor, widen(tensor.getType()).getElementType());
}

/// Evaluates a copy of `op` whose floats are f64, or, where it does not take these, of `op` itself.
static FailureOr<SmallVector<Tensor>> evaluateOne(Operation *op, ArrayRef<Tensor> operands,
                                                  bool inDouble) {
  Block block;
  IRMapping mapping;
  SmallVector<Tensor> given(operands);
  for (auto [value, tensor] : llvm::zip_equal(op->getOperands(), given)) {
    Type type = value.getType();
    if (tensor && !inDouble)
      tensor = convert(tensor, cast<TensorType>(type).getElementType());
    if (tensor)
      type = tensor.getType();
    if (!mapping.contains(value))
      mapping.map(value, block.addArgument(type, op->getLoc()));
  }
  OpBuilder builder(op->getContext());
  builder.setInsertionPointToEnd(&block);
  Operation *clone = builder.clone(*op, mapping);
  if (inDouble)
    for (Value result : clone->getResults())
      if (auto type = dyn_cast<RankedTensorType>(result.getType()))
        result.setType(widen(type));
  FailureOr<SmallVector<Tensor>> results = eval::evaluate(clone, given);
  clone->erase();
  if (succeeded(results))
    for (Tensor &tensor : *results)
      tensor = tensor ? widen(tensor) : tensor;
  return results;
}

static FailureOr<SmallVector<Tensor>> computeOp(Operation *op, ArrayRef<Tensor> operands) {
  if (isa<onnx::NoneOp>(op))
    return SmallVector<Tensor>(1);
  if (auto constant = dyn_cast<onnx::ConstantOp>(op)) {
    std::optional<Tensor> tensor = Tensor::get(constant.getValue());
    if (!tensor)
      return failure();
    return SmallVector<Tensor>{widen(*tensor)};
  }
  if (auto attention = dyn_cast<attn::AttentionOp>(op)) {
    std::optional<SmallVector<Tensor>> results = eval::evaluateAttention(attention, operands);
    if (!results)
      return failure();
    return std::move(*results);
  }
  // Rounding to a smaller type is no part of what is compared.
  if (isa<onnx::CastOp>(op) && skipFloatCasts(op->getResult(0)) != op->getResult(0))
    return SmallVector<Tensor>{operands[0]};
  FailureOr<SmallVector<Tensor>> results = evaluateOne(op, operands, /*inDouble=*/true);
  return succeeded(results) ? results : evaluateOne(op, operands, /*inDouble=*/false);
}

/// The value at the slice's end; `known` holds its leaves. Nothing when an op cannot be evaluated
/// on them.
static std::optional<Tensor> run(const Slice &slice, Value result,
                                 llvm::DenseMap<Value, Tensor> known) {
  for (Operation *op : slice.ops) {
    SmallVector<Tensor> operands;
    for (Value operand : op->getOperands())
      operands.push_back(known.lookup(operand));
    FailureOr<SmallVector<Tensor>> results = computeOp(op, operands);
    if (failed(results))
      return std::nullopt;
    for (auto [value, tensor] : llvm::zip_equal(op->getResults(), *results))
      known[value] = tensor;
  }
  Tensor tensor = known.lookup(result);
  return tensor ? std::optional(tensor) : std::nullopt;
}

/// What an input is read by, and so what a case puts into it.
enum class Role { Operand, PoisonedOperand, Capture };

/// Inputs of `type` for a case; captures hide where operands have numbers.
static Tensor makeInput(RankedTensorType type, const Case &how, Role role,
                        std::mt19937_64 &random) {
  Type element = type.getElementType();
  std::uniform_real_distribution<double> unit(0, 1);
  if (!isa<FloatType>(element)) {
    std::vector<int64_t> integers(type.getNumElements());
    for (int64_t &number : integers)
      number = how.hidden == 2 ? 0 : unit(random) < (how.hidden ? 0.6 : 0.5);
    return eval::makeTensor(type, ArrayRef(integers));
  }
  std::vector<double> numbers(type.getNumElements());
  for (auto [index, number] : llvm::enumerate(numbers)) {
    number = (2 * unit(random) - 1) * how.amplitude;
    if (role == Role::Capture && (how.hidden == 2 || (how.hidden == 1 && unit(random) < 0.3)))
      number = -std::numeric_limits<double>::infinity();
    if (role == Role::PoisonedOperand && how.poison && index % 29 == 7)
      number = *how.poison;
  }
  return eval::makeTensor(widen(type), ArrayRef(numbers));
}

/// Where the results differ, in words; empty when they agree. A poisoned operand may reach fewer
/// results than in the model, not more, but for those that a NaN guard makes zero: a guard is there
/// for rows that see no key, and may find NaN in keys that are hidden. What is infinite in the
/// model may be no number, since infinity times a weight of zero is none. A mask that makes weights
/// zero is a guard too; rows that a bias alone hides, no numbers in the model, are zero with it.
static std::string findDifference(const Tensor &raised, const Tensor &model, bool isPoisoned,
                                  bool isGuarded) {
  if (raised.getShape() != model.getShape())
    return "the shapes differ";
  std::vector<double> found = raised.elements<double>(), expected = model.elements<double>();
  double most = 0;
  for (double number : expected)
    if (std::isfinite(number))
      most = std::max(most, std::fabs(number));
  for (auto [index, pair] : llvm::enumerate(llvm::zip_equal(found, expected))) {
    auto [a, b] = pair;
    if (isPoisoned && ((isGuarded && b == 0) || (std::isinf(b) && !std::isfinite(a))))
      continue;
    if (isGuarded && a == 0 && std::isnan(b))
      continue;
    bool agrees = std::isnan(b) ? isPoisoned || std::isnan(a)
                                : a == b || std::fabs(a - b) <= 1e-4 * (most + 1e-30);
    if (!agrees) {
      std::string text;
      llvm::raw_string_ostream(text) << "element " << index << " is " << llvm::format("%.9g", a)
                                     << ", and " << llvm::format("%.9g", b) << " in the model";
      return text;
    }
  }
  return "";
}

namespace {
/// One result of a site, and what both graphs compute it from.
class Comparison {
public:
  Comparison(attn::AttentionOp attention, Slice raised, Slice model, Result result,
             llvm::function_ref<Value(Value)> toModel)
      : attention(attention), raised(std::move(raised)), model(std::move(model)), result(result) {
    for (Value leaf : this->raised.leaves) {
      modelOf[leaf] = toModel(leaf);
      inputs.insert(modelOf[leaf]);
    }
    inputs.insert(this->model.leaves.begin(), this->model.leaves.end());
    findReaders();
  }

  /// What differs, in words, or nothing when all cases agree; `compared` counts those that could be
  /// computed.
  std::string run(unsigned &compared) const {
    std::mt19937_64 random(0x5eed);
    for (const Case &how : cases) {
      std::optional<llvm::DenseMap<Value, Tensor>> known = makeInputs(how, random);
      if (!known)
        continue;
      llvm::DenseMap<Value, Tensor> raisedInputs;
      for (auto [leaf, value] : modelOf)
        raisedInputs[leaf] = known->lookup(value);
      std::optional<Tensor> expected = ::run(model, result.model, std::move(*known));
      std::optional<Tensor> found = ::run(raised, result.raised, std::move(raisedInputs));
      if (!expected || !found)
        continue;
      ++compared;
      bool isGuarded =
          attn::AttentionOp(attention).getNumerics().getMaskedRows() == attn::MaskedRows::Zero;
      std::string difference = findDifference(*found, *expected, how.poison.has_value(), isGuarded);
      if (!difference.empty())
        return "on " + how.name.str() + " " + difference;
    }
    return "";
  }

private:
  /// Which inputs query and key, values and captures are computed from.
  void findReaders() {
    auto isLeaf = [&](Value value) { return raised.leaves.contains(value); };
    for (auto [index, operand] : llvm::enumerate(attention.getOperands()))
      for (Value leaf : sliceTo(operand, isLeaf).leaves)
        (index < 2 ? factors : index < 3 ? summands : captures).insert(modelOf.lookup(leaf));
  }

  /// Where a finite number hides keys, infinite scores that are not hidden would be hidden more:
  /// then only values are poisoned.
  Role getRole(Value input) const {
    if (factors.contains(input))
      return attn::AttentionOp(attention).getMask().isDense() ? Role::PoisonedOperand
                                                              : Role::Operand;
    return summands.contains(input)   ? Role::PoisonedOperand
           : captures.contains(input) ? Role::Capture
                                      : Role::Operand;
  }

  /// A tensor for each input: what follows from other inputs and constants is computed.
  std::optional<llvm::DenseMap<Value, Tensor>> makeInputs(const Case &how,
                                                          std::mt19937_64 &random) const {
    llvm::DenseMap<Value, Tensor> known;
    SmallVector<std::pair<Value, Slice>> derived;
    for (Value input : inputs) {
      if (isa<NoneType>(input.getType())) {
        known[input] = Tensor();
        continue;
      }
      Slice slice =
          sliceTo(input, [&](Value value) { return value != input && inputs.contains(value); });
      if (slice.isWhole && !slice.ops.empty() &&
          llvm::all_of(slice.leaves, [&](Value leaf) { return inputs.contains(leaf); })) {
        derived.push_back({input, std::move(slice)});
        continue;
      }
      RankedTensorType type = getStaticType(input);
      if (!type || !eval::getKind(type.getElementType()))
        return std::nullopt;
      known[input] = makeInput(type, how, getRole(input), random);
    }
    llvm::sort(derived, [](const auto &a, const auto &b) {
      return a.first.getDefiningOp()->isBeforeInBlock(b.first.getDefiningOp());
    });
    for (auto &[input, slice] : derived) {
      std::optional<Tensor> tensor = ::run(slice, input, known);
      if (!tensor)
        return std::nullopt;
      known[input] = *tensor;
    }
    return known;
  }

  attn::AttentionOp attention;
  Slice raised, model;
  Result result;
  llvm::DenseMap<Value, Value> modelOf;
  llvm::SetVector<Value> inputs, factors, summands, captures;
};
} // namespace

SelfCheck::SelfCheck(func::FuncOp function) {
  IRMapping mapping;
  copy = cast<func::FuncOp>(function->clone(mapping));
  for (auto [op, cloned] : mapping.getOperationMap())
    ops[op] = cloned;
  for (auto [value, cloned] : mapping.getValueMap())
    values[value] = cloned;
}

SelfCheck::~SelfCheck() { copy->erase(); }

void SelfCheck::notifyOperationErased(Operation *op) {
  ops.erase(op);
  for (Value result : op->getResults())
    values.erase(result);
}

/// Where ops of the model read what raising made of a site, from the attention on.
static SmallVector<Result> findResults(attn::AttentionOp attention,
                                       const llvm::DenseMap<Operation *, Operation *> &modelOps) {
  SmallVector<Result> results;
  llvm::SetVector<Value> reached;
  reached.insert(attention->result_begin(), attention->result_end());
  for (size_t next = 0; next < reached.size(); ++next) {
    Value model;
    for (OpOperand &use : reached[next].getUses()) {
      if (Operation *reader = modelOps.lookup(use.getOwner()))
        model = reader->getOperand(use.getOperandNumber());
      else
        reached.insert(use.getOwner()->result_begin(), use.getOwner()->result_end());
    }
    if (model)
      results.push_back({reached[next], model});
  }
  return results;
}

/// Whether `value` is another softmax's, times factors: made-up numbers would not add up to 1.
static bool isProbability(Value value) {
  for (unsigned depth = 0; depth < 4 && value; ++depth) {
    if (value.getDefiningOp<onnx::SoftmaxOp>())
      return true;
    auto mul = value.getDefiningOp<onnx::MulOp>();
    if (!mul)
      return false;
    value = mul.getA().getType() == mul.getC().getType() ? mul.getA() : mul.getB();
  }
  return false;
}

LogicalResult SelfCheck::compare(attn::AttentionOp attention, int64_t number) {
  SmallVector<Result> results = findResults(attention, ops);
  std::string obstacle, difference;
  unsigned compared = 0;
  {
    // What fails here fails on made-up inputs, such as indices out of range.
    ScopedDiagnosticHandler quiet(attention.getContext(), [](Diagnostic &) { return success(); });
    for (Result &result : results) {
      Slice raised = sliceTo(result.raised, [&](Value value) {
        return values.contains(value) && !isProbability(value);
      });
      llvm::DenseSet<Value> cut;
      for (Value leaf : raised.leaves)
        cut.insert(values.lookup(leaf));
      Slice model = sliceTo(result.model, [&](Value value) { return cut.contains(value); });
      double work = 0;
      for (Operation *op : model.ops)
        work += isa<onnx::NoneOp, onnx::ConstantOp>(op) ? 0 : eval::estimateWork(op);
      if (cut.contains(Value()) || !raised.isWhole || !model.isWhole)
        obstacle = "its ops could not be taken apart from the graph";
      else if (work > maxWork)
        obstacle =
            "it takes more multiplications than a check may; give smaller extents with --dim";
      else if (difference.empty())
        difference = Comparison(attention, raised, model, result, [&](Value value) {
                       return values.lookup(value);
                     }).run(compared);
    }
  }
  for (Result &result : results)
    values[result.raised] = result.model;
  if (!difference.empty())
    return emitError(attention.getLoc())
           << "--self-check: attention site " << number
           << " does not compute what the model's nodes do: " << difference;
  if (obstacle.empty() && compared == 0)
    obstacle = "an op could not be evaluated on made-up inputs";
  if (!obstacle.empty())
    remarkMissed(RemarkCode::SiteNotChecked, attention.getLoc(),
                 "site " + Twine(number) + ": " + obstacle);
  else
    remark::analysis(attention.getLoc(), remark::RemarkOpts::name("self-check").category("raise"))
        << remark::metric("CheckedSite", number) << remark::metric("Cases", compared)
        << remark::metric("Node", onnx::getNodeName(attention.getLoc()));
  return success();
}
