// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Recognises dense and causal constant masks by their values. Every element is looked at; the first
// that contradicts ends the search.

#include "passes/raise/ConstantMask.h"

#include "dialects/onnx/ConstantData.h"
#include "mlir/IR/BuiltinTypes.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/STLFunctionalExtras.h"

#include <cstring>

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;

namespace {
enum class Visibility { Seen, Hidden, Neither };
} // namespace

/// Classifies a mask of `rows` x `keys` elements per batch and head, where rows is one or the
/// number of queries.
static attn::MaskAttr classify(Value mask, int64_t queries, int64_t keys,
                               llvm::function_ref<Visibility(const char *)> look) {
  ElementsAttr attr = onnx::getConstantAttr(mask);
  if (!attr)
    return {};
  auto type = cast<RankedTensorType>(attr.getType());
  std::optional<onnx::ConstantData> data = onnx::getConstantData(attr);
  if (!data || type.getNumElements() == 0)
    return {};
  if (data->splat)
    return look(data->bytes.data()) == Visibility::Seen
               ? attn::MaskAttr::getDense(mask.getContext())
               : attn::MaskAttr();
  int64_t rank = type.getRank(), bytes = onnx::getElementBytes(type.getElementType());
  int64_t columns = rank > 0 ? type.getDimSize(rank - 1) : 1;
  int64_t rows = rank > 1 ? type.getDimSize(rank - 2) : 1;
  bool fullMatrix = rows == queries && columns == keys;
  bool allSeen = true, causal = fullMatrix;
  std::optional<int64_t> offset;
  for (int64_t n = 0; n < type.getNumElements(); ++n) {
    Visibility seen = look(data->bytes.data() + n * bytes);
    if (seen == Visibility::Neither)
      return {};
    allSeen &= seen == Visibility::Seen;
    int64_t i = (n / columns) % rows, j = n % columns;
    // The first hidden element fixes the frontier; it is in the first row, or the first row
    // contradicts it.
    if (!offset && seen == Visibility::Hidden) {
      offset = j - 1;
      causal &= n < columns;
    }
    bool expected = !offset || j <= i + *offset;
    causal &= expected == (seen == Visibility::Seen);
    if (!allSeen && !causal)
      return {};
  }
  if (allSeen)
    return attn::MaskAttr::getDense(mask.getContext());
  return attn::MaskAttr::getCausal(mask.getContext(), *offset);
}

attn::MaskAttr raise::readAdditiveMask(Value mask, int64_t queries, int64_t keys) {
  auto type = dyn_cast<RankedTensorType>(mask.getType());
  auto floating = type ? dyn_cast<FloatType>(type.getElementType()) : FloatType();
  if (!floating || floating.getWidth() > 64)
    return {};
  unsigned width = floating.getWidth();
  return classify(mask, queries, keys, [&](const char *element) {
    uint64_t bits = 0;
    std::memcpy(&bits, element, (width + 7) / 8);
    llvm::APFloat number(floating.getFloatSemantics(), llvm::APInt(width, bits));
    return number.isZero()                              ? Visibility::Seen
           : number.isInfinity() && number.isNegative() ? Visibility::Hidden
                                                        : Visibility::Neither;
  });
}

attn::MaskAttr raise::readBoolMask(Value mask, bool keepWhereTrue, int64_t queries, int64_t keys) {
  auto type = dyn_cast<RankedTensorType>(mask.getType());
  if (!type || !type.getElementType().isInteger(1))
    return {};
  return classify(mask, queries, keys, [&](const char *element) {
    return (*element != 0) == keepWhereTrue ? Visibility::Seen : Visibility::Hidden;
  });
}
