// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Names of masks: the short forms that are parsed and printed, and descriptions for remarks.

#include "dialects/attn/MapRange.h"
#include "dialects/attn/Mask.h"

#include "mlir/IR/OpImplementation.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::attn;

namespace {
/// What a constraint relates: a key's place to a query's, a block of keys to a block of queries, or
/// a column of one grid to a column of another.
enum class Relation { Place, Block, Column };

/// `low <= key atom - query atom <= high`, where an atom is the index itself, its quotient or its
/// remainder. `keyWidth` and `queryWidth` are the divisors.
struct Band {
  Relation relation = Relation::Place;
  int64_t queryWidth = 1, keyWidth = 1;
  std::optional<int64_t> low, high;
};

/// A set in terms that have names.
struct SetForm {
  SmallVector<Band> bands;
  std::optional<int64_t> firstKey, keyCount, firstQuery, queryCount;
  /// Whether some constraint depends on the batch (Swin's shifted windows), or has no name.
  bool hasRegions = false, hasOther = false;
};
} // namespace

/// The width of an atom of dimension `dim`, and what it is.
static std::optional<std::pair<Relation, int64_t>> matchAtom(AffineExpr atom, unsigned dim) {
  AffineExpr index = getAffineDimExpr(dim, atom.getContext());
  if (atom == index)
    return std::pair(Relation::Place, int64_t(1));
  auto binary = dyn_cast<AffineBinaryOpExpr>(atom);
  auto width = binary ? dyn_cast<AffineConstantExpr>(binary.getRHS()) : AffineConstantExpr();
  if (!width || binary.getLHS() != index)
    return std::nullopt;
  if (atom.getKind() == AffineExprKind::FloorDiv)
    return std::pair(Relation::Block, width.getValue());
  if (atom.getKind() == AffineExprKind::Mod)
    return std::pair(Relation::Column, width.getValue());
  return std::nullopt;
}

/// Narrows the band of these atoms by `sign * (key atom - query atom) + constant >= 0`.
static void addBand(SetForm &form, Band band, int64_t sign, int64_t constant, bool isEquality) {
  Band *found = llvm::find_if(form.bands, [&](const Band &other) {
    return other.relation == band.relation && other.queryWidth == band.queryWidth &&
           other.keyWidth == band.keyWidth;
  });
  if (found == form.bands.end()) {
    form.bands.push_back(band);
    found = &form.bands.back();
  }
  if (sign > 0 || isEquality)
    found->low = -sign * constant;
  if (sign < 0 || isEquality)
    found->high = -sign * constant;
}

static void addConstraint(SetForm &form, const MaskConstraint &constraint) {
  std::optional<AtomSum> sum = getAtomSum(constraint.expr);
  // The verifier refuses larger numbers; until then they have no form.
  if (sum && (!llvm::isInt<32>(sum->constant) ||
              llvm::any_of(sum->terms, [](auto term) { return !llvm::isInt<32>(term.second); })))
    sum.reset();
  MLIRContext *context = constraint.expr.getContext();
  AffineExpr i = getAffineDimExpr(MaskI, context), j = getAffineDimExpr(MaskJ, context);
  if (sum && sum->terms.size() == 1 && !constraint.isEquality) {
    auto [atom, coefficient] = sum->terms.front();
    if ((atom == i || atom == j) && std::abs(coefficient) == 1) {
      auto &first = atom == i ? form.firstQuery : form.firstKey;
      auto &count = atom == i ? form.queryCount : form.keyCount;
      (coefficient > 0 ? first : count) = coefficient > 0 ? -sum->constant : sum->constant + 1;
      return;
    }
  }
  if (sum && sum->terms.size() == 2 && std::abs(sum->terms[0].second) == 1 &&
      sum->terms[0].second == -sum->terms[1].second) {
    for (unsigned key : {0, 1}) {
      auto keyAtom = matchAtom(sum->terms[key].first, MaskJ);
      auto queryAtom = matchAtom(sum->terms[1 - key].first, MaskI);
      if (!keyAtom || !queryAtom || keyAtom->first != queryAtom->first)
        continue;
      Band band{keyAtom->first, queryAtom->second, keyAtom->second, {}, {}};
      addBand(form, band, sum->terms[key].second, sum->constant, constraint.isEquality);
      return;
    }
  }
  if (constraint.expr.isFunctionOfDim(MaskB))
    form.hasRegions = true;
  else
    form.hasOther = true;
}

static SetForm getForm(IntegerSet set) {
  SetForm form;
  for (const MaskConstraint &constraint : getConstraints(set))
    addConstraint(form, constraint);
  return form;
}

static std::string describeRange(const Band &band) {
  std::string low = band.low ? std::to_string(*band.low) : "";
  return low + ".." + (band.high ? std::to_string(*band.high) : "");
}

static std::string describeBand(const Band &band) {
  if (band.relation == Relation::Place) {
    if (band.high && !band.low)
      return llvm::formatv("causal(offset={0})", *band.high);
    std::string right = band.high ? llvm::formatv(",right={0}", *band.high).str() : "";
    return llvm::formatv("window(left={0}{1})", -*band.low, right);
  }
  if (band.relation == Relation::Block && band.keyWidth == band.queryWidth && band.low == 0 &&
      band.high == 0)
    return llvm::formatv("block({0})", band.keyWidth);
  return llvm::formatv("{0}({1},width={2})",
                       band.relation == Relation::Block ? "blocks" : "columns", describeRange(band),
                       band.keyWidth);
}

static std::string describe(IntegerSet set, bool isAlternative) {
  SetForm form = getForm(set);
  SmallVector<std::string> parts;
  Band *column =
      llvm::find_if(form.bands, [](const Band &band) { return band.relation == Relation::Column; });
  if (column != form.bands.end()) {
    // Rows and columns of one grid are one window.
    std::string text = "window2d(";
    SmallVector<Band> others;
    for (const Band &band : form.bands) {
      if (band.relation == Relation::Block && band.keyWidth == column->keyWidth &&
          band.queryWidth == column->queryWidth)
        text += "rows=" + describeRange(band) + ",";
      else if (&band != column)
        others.push_back(band);
    }
    text += llvm::formatv("columns={0},width={1}", describeRange(*column), column->queryWidth);
    if (column->keyWidth != column->queryWidth)
      text += llvm::formatv(",keywidth={0}", column->keyWidth);
    parts.push_back(text + ")");
    form.bands = others;
  }
  for (const Band &band : form.bands)
    parts.push_back(describeBand(band));
  if (form.keyCount)
    parts.push_back(
        llvm::formatv("{0}({1})", isAlternative ? "prefix" : "padding", *form.keyCount));
  if (form.firstKey)
    parts.push_back(llvm::formatv("from({0})", *form.firstKey));
  if (form.queryCount)
    parts.push_back(llvm::formatv("queries({0})", *form.queryCount));
  if (form.firstQuery)
    parts.push_back(llvm::formatv("queriesfrom({0})", *form.firstQuery));
  if (form.hasRegions)
    parts.push_back("regions");
  if (form.hasOther)
    parts.push_back("affine");
  return llvm::join(parts, "&");
}

std::string attn::describeMask(MaskAttr mask) {
  if (mask.isDense())
    return "dense";
  SmallVector<std::string> parts;
  for (IntegerSet set : mask.getSets())
    parts.push_back(describe(set, mask.getSets().size() > 1));
  return llvm::join(parts, "+");
}

//===----------------------------------------------------------------------===//
// Assembly
//===----------------------------------------------------------------------===//

/// `, name = number`, in any order, each at most once.
static ParseResult parseNumbers(AsmParser &parser,
                                ArrayRef<std::pair<StringRef, int64_t *>> numbers) {
  while (succeeded(parser.parseOptionalComma())) {
    StringRef name;
    SMLoc loc = parser.getCurrentLocation();
    if (parser.parseKeyword(&name) || parser.parseEqual())
      return failure();
    const auto *number =
        llvm::find_if(numbers, [&](const auto &entry) { return entry.first == name; });
    if (number == numbers.end())
      return parser.emitError(loc) << "this mask has no number '" << name << "'";
    if (parser.parseInteger(*number->second))
      return failure();
    if (!llvm::isInt<32>(*number->second))
      return parser.emitError(loc)
             << "'" << name << "' is " << *number->second << ", expected a number of 32 bits";
  }
  return success();
}

Attribute MaskAttr::parse(AsmParser &parser, Type) {
  MLIRContext *context = parser.getContext();
  StringRef name;
  if (parser.parseLess())
    return {};
  MaskAttr mask;
  if (succeeded(parser.parseOptionalKeyword(&name, {"dense", "causal", "window"}))) {
    int64_t offset = 0, left = 0, right = 0;
    if (name == "dense") {
      mask = getDense(context);
    } else if (name == "causal") {
      if (parseNumbers(parser, {{"offset", &offset}}))
        return {};
      mask = getCausal(context, offset);
    } else {
      if (parseNumbers(parser, {{"left", &left}, {"right", &right}}))
        return {};
      mask = getWindow(context, left, right);
    }
  } else {
    SmallVector<IntegerSet> sets;
    auto parseSet = [&]() -> ParseResult {
      IntegerSetAttr set;
      SMLoc place = parser.getCurrentLocation();
      if (parser.parseAttribute(set))
        return failure();
      if (set.getValue().getNumDims() != MaskDims || set.getValue().getNumSymbols() != 0)
        return parser.emitError(place, "needs sets over (b, h, i, j), without symbols");
      sets.push_back(set.getValue());
      return success();
    };
    if (parser.parseCommaSeparatedList(parseSet))
      return {};
    mask = get(context, sets);
  }
  if (parser.parseGreater())
    return {};
  return mask;
}

void MaskAttr::print(AsmPrinter &printer) const {
  if (isDense()) {
    printer << "<dense>";
    return;
  }
  SetForm form = getForm(getSets().front());
  bool isBand = getSets().size() == 1 && form.bands.size() == 1 &&
                form.bands.front().relation == Relation::Place;
  Band band = isBand ? form.bands.front() : Band();
  if (isBand && *this == getCausal(getContext(), band.high.value_or(0))) {
    printer << "<causal";
    if (*band.high != 0)
      printer << ", offset = " << *band.high;
  } else if (isBand && band.low && band.high &&
             *this == getWindow(getContext(), -*band.low, *band.high)) {
    printer << "<window, left = " << -*band.low << ", right = " << *band.high;
  } else {
    printer << "<";
    llvm::interleaveComma(getSets(), printer,
                          [&](IntegerSet set) { printer << IntegerSetAttr::get(set); });
  }
  printer << ">";
}
