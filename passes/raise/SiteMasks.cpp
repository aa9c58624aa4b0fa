// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Classes of masks by what they add: minus infinity gives weights of exactly zero whatever the
// scores; the lowest finite number does so in a row that sees some key, since no other score comes
// near it; -10000 or -100 is small beside most scores and beside some it is not.

#include "passes/raise/SiteMasks.h"

#include "dialects/attn/MaskTiles.h"
#include "dialects/onnx/ConstantData.h"
#include "mlir/IR/TypeUtilities.h"
#include "passes/raise/MaskReader.h"

#include "llvm/Support/Format.h"

#include <cmath>
#include <cstring>
#include <limits>

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;

namespace {
enum class Exactness { None, Approximate, Lowest, Exact };

/// A step as a mask: the score stays where `visible`, and elsewhere becomes, or is lowered by,
/// `hidden`.
struct HidingStep {
  Exactness exactness = Exactness::None;
  double hidden = 0;
  attn::MaskAttr mask;
  FormulaRef rest;
};

class MaskAbsorber {
public:
  MaskAbsorber(AttentionSite &site, bool approximate)
      : site(site), approximate(approximate), context(site.anchor->getContext()),
        extents(ArrayRef<int64_t>(site.domain).take_front(attn::MaskDims)) {}

  void run();

private:
  std::optional<HidingStep> read(ScoreStep &step);
  Exactness classify(double hidden, Type element) const;
  bool isLowerBound(const ScoreStep &step) const;
  bool keepsHidden(const ScoreStep &step) const;
  bool isBounded(const ScoreStep &step) const;
  bool everyRowSees(attn::MaskAttr mask) const;
  template <typename Code> bool wantsCode(const View &tensor, const Code &code);

  AttentionSite &site;
  bool approximate;
  MLIRContext *context;
  ArrayRef<int64_t> extents;
};
} // namespace

Exactness MaskAbsorber::classify(double hidden, Type element) const {
  if (hidden == -std::numeric_limits<double>::infinity())
    return Exactness::Exact;
  auto type = dyn_cast<FloatType>(element);
  if (!type || !(hidden < 0))
    return Exactness::None;
  double lowest = -llvm::APFloat::getLargest(type.getFloatSemantics()).convertToDouble();
  // Exporters divide the lowest number by two, against overflow of a sum.
  if (hidden <= lowest / 4)
    return Exactness::Lowest;
  // Swin hides with -100; what is nearer to 0 is a bias.
  return hidden <= -100 ? Exactness::Approximate : Exactness::None;
}

/// The step as a mask. Its code is set where that says more than its tensor.
std::optional<HidingStep> MaskAbsorber::read(ScoreStep &step) {
  using StepKind = ScoreStep::Kind;
  if (step.where)
    return std::nullopt;
  MaskReader reader(extents);
  HidingStep result;
  FormulaRef visible;
  if (step.kind == StepKind::Select) {
    step.conditionCode = reader.readTruth(step.condition.value, step.condition.map.getResults());
    visible = step.keepWhereTrue ? step.conditionCode : makeNot(step.conditionCode);
    std::optional<double> other = step.other ? onnx::getConstantScalar(step.other.value)
                                             : -std::numeric_limits<double>::infinity();
    if (visible->kind != Formula::Kind::True && !other)
      return std::nullopt;
    result.hidden = other.value_or(0);
    Type element = step.other ? cast<RankedTensorType>(step.other.value.getType()).getElementType()
                              : Type(Float32Type::get(context));
    result.exactness = classify(result.hidden, element);
  } else if (step.kind == StepKind::Add || step.kind == StepKind::Sub) {
    step.otherCode = reader.readNumber(step.other.value, step.other.map.getResults());
    auto range = getConstantRange(step.otherCode);
    if (!range)
      return std::nullopt;
    double sign = step.kind == StepKind::Add ? 1 : -1;
    double low = std::min(sign * range->first, sign * range->second);
    double high = std::max(sign * range->first, sign * range->second);
    if (high != 0)
      return std::nullopt;
    visible = getTruth(step.otherCode, [](double x) { return x == 0; });
    // A third number would be neither shown nor hidden.
    FormulaRef third =
        getTruth(step.otherCode, [&](double x) { return x != 0 && sign * x != low; });
    if (third->kind != Formula::Kind::False)
      return std::nullopt;
    result.hidden = low;
    result.exactness =
        classify(low, cast<RankedTensorType>(step.other.value.getType()).getElementType());
  } else {
    return std::nullopt;
  }
  SplitFormula split = splitFormula(visible, context);
  result.mask = attn::simplifyMask(split.mask, extents);
  result.rest = split.rest;
  return result;
}

/// Whether the step raises what lies below a lowest number to it, minus infinity above all.
bool MaskAbsorber::isLowerBound(const ScoreStep &step) const {
  std::optional<double> bound = step.kind == ScoreStep::Kind::Max && step.other
                                    ? onnx::getConstantScalar(step.other.value)
                                    : std::nullopt;
  return bound && classify(*bound, getElementTypeOrSelf(step.other.value)) == Exactness::Lowest;
}

/// Whether what is hidden in front of this step is hidden behind it.
bool MaskAbsorber::keepsHidden(const ScoreStep &step) const {
  switch (step.kind) {
  case ScoreStep::Kind::Add:
  case ScoreStep::Kind::Sub:
    return true;
  case ScoreStep::Kind::Select:
    return !step.other ||
           onnx::getConstantScalar(step.other.value) == -std::numeric_limits<double>::infinity();
  case ScoreStep::Kind::Max:
    return isLowerBound(step);
  default:
    return false;
  }
}

/// Whether the step changes no score by more than a small part of the lowest number of its type.
bool MaskAbsorber::isBounded(const ScoreStep &step) const {
  if (isLowerBound(step))
    return true;
  if (step.kind != ScoreStep::Kind::Add && step.kind != ScoreStep::Kind::Sub)
    return false;
  auto type = cast<RankedTensorType>(step.other.value.getType());
  auto element = dyn_cast<FloatType>(type.getElementType());
  std::optional<onnx::ConstantData> data =
      element && onnx::getConstantAttr(step.other.value)
          ? onnx::getConstantData(onnx::getConstantAttr(step.other.value))
          : std::nullopt;
  if (!data)
    return false;
  double most = llvm::APFloat::getLargest(element.getFloatSemantics()).convertToDouble() / 16;
  int64_t count = data->splat ? 1 : type.getNumElements();
  unsigned bytes = onnx::getElementBytes(element);
  for (int64_t n = 0; n < count; ++n) {
    uint64_t bits = 0;
    std::memcpy(&bits, data->bytes.data() + n * bytes, bytes);
    double number =
        llvm::APFloat(element.getFloatSemantics(), llvm::APInt(element.getWidth(), bits))
            .convertToDouble();
    if (!(std::abs(number) <= most))
      return false;
  }
  return true;
}

/// Whether every query of every batch and head sees a key; looked up, row by row.
bool MaskAbsorber::everyRowSees(attn::MaskAttr mask) const {
  if (mask.isDense())
    return true;
  auto count = [&](unsigned dim) { return attn::usesDim(mask, dim) ? extents[dim] : 1; };
  int64_t looks = int64_t(1) << 26;
  for (int64_t b = 0; b < count(attn::MaskB); ++b)
    for (int64_t h = 0; h < count(attn::MaskH); ++h)
      for (int64_t i = 0; i < extents[attn::MaskI]; ++i) {
        auto sees = [&](int64_t j) {
          --looks;
          return j >= 0 && j < extents[attn::MaskJ] && attn::isVisible(mask, {b, h, i, j});
        };
        attn::MaskBox row{{b, h, i, 0}, {1, 1, 1, extents[attn::MaskJ]}};
        auto [low, high] = attn::getVisibleKeys(mask, row);
        bool found = sees(low) || sees(i) || sees(high - 1);
        for (int64_t j = low; j < high && !found && looks > 0; ++j)
          found = sees(j);
        if (!found)
          return false;
      }
  return true;
}

/// Whether to compute a mask rather than to read its tensor. A matrix that is computed costs memory
/// by itself; of constants, small ones with divisions are cheaper to read.
template <typename Code> bool MaskAbsorber::wantsCode(const View &tensor, const Code &code) {
  static constexpr int64_t smallMatrix = 1 << 18;
  bool isConstant = bool(onnx::getConstantAttr(tensor.value));
  if (!hasIndices(code))
    return !isConstant && isMatrixElement(tensor.map.getResults()) && !readsMatrix(code);
  return !isConstant || countDivisions(code) == 0 ||
         cast<RankedTensorType>(tensor.value.getType()).getNumElements() > smallMatrix;
}

static std::string spell(double number) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.6g", number);
  return text;
}

void MaskAbsorber::run() {
  SmallVector<std::optional<HidingStep>> hiding;
  attn::MaskAttr all = site.mask;
  bool isProved = true;
  for (ScoreStep &step : site.steps) {
    hiding.push_back(read(step));
    const std::optional<HidingStep> &mask = hiding.back();
    if (mask && all)
      all = attn::intersectMasks(all, mask->mask);
    isProved &= mask ? mask->rest->kind == Formula::Kind::True : isBounded(step);
  }
  bool rowsSee = all && everyRowSees(all);
  isProved &= rowsSee;

  SmallVector<ScoreStep> kept;
  for (auto [index, step] : llvm::enumerate(site.steps)) {
    std::optional<HidingStep> &mask = hiding[index];
    bool isTrue = mask && mask->rest->kind == Formula::Kind::True;
    if (isTrue && mask->mask.isDense())
      continue;
    bool isStructure = mask && !mask->mask.isDense() &&
                       llvm::all_of(ArrayRef(site.steps).drop_front(index + 1),
                                    [&](const ScoreStep &later) { return keepsHidden(later); });
    if (isStructure && mask->exactness == Exactness::Exact &&
        llvm::any_of(ArrayRef(site.steps).drop_front(index + 1),
                     [&](const ScoreStep &later) { return isLowerBound(later); }))
      mask->exactness = Exactness::Lowest;
    bool hides = isStructure && (mask->exactness == Exactness::Exact ||
                                 (mask->exactness == Exactness::Lowest && isProved) ||
                                 (mask->exactness != Exactness::None && approximate && rowsSee));
    attn::MaskAttr both = hides ? attn::intersectMasks(site.mask, mask->mask) : attn::MaskAttr();
    if (both) {
      site.mask = both;
      if (mask->exactness != Exactness::Exact)
        site.maskNotes.push_back(spell(mask->hidden) +
                                 (mask->exactness == Exactness::Lowest && isProved
                                      ? " as hidden"
                                      : " as hidden (approximate)"));
      if (isTrue)
        continue;
      // What is data still hides.
      if (step.kind == ScoreStep::Kind::Select)
        step.conditionCode = step.keepWhereTrue ? mask->rest : makeNot(mask->rest);
      else
        step.otherCode = makeChoice(
            mask->rest, makeConstant(0),
            makeConstant(step.kind == ScoreStep::Kind::Sub ? -mask->hidden : mask->hidden));
      kept.push_back(step);
      continue;
    }
    if (mask && !mask->mask.isDense() && mask->exactness != Exactness::None)
      site.maskNotes.push_back(attn::describeMask(mask->mask) + " with " + spell(mask->hidden));
    if (step.conditionCode && !wantsCode(step.condition, step.conditionCode))
      step.conditionCode = nullptr;
    if (step.otherCode && !wantsCode(step.other, step.otherCode))
      step.otherCode = nullptr;
    kept.push_back(step);
  }
  site.steps = std::move(kept);
}

void raise::absorbMasks(AttentionSite &site, bool approximate) {
  MaskAbsorber(site, approximate).run();
}
