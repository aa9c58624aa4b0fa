// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A node's name may hold anything, so the text is taken apart from both ends: the output's name
// ends at the first '=', the layer at the last ':'.

#include "passes/raise/TapRequest.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"

#include <optional>

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;

/// One entry of a list: a number, a range, or for rows a word.
static std::optional<TapSpan> parseSpan(StringRef text, bool isRows) {
  if (isRows && text == "cls")
    return TapSpan{0, 0};
  if (isRows && text == "last")
    return TapSpan{TapSpan::lastRow, TapSpan::lastRow};
  auto [left, right] = text.split('-');
  TapSpan span;
  if (left.getAsInteger(10, span.first) || span.first < 0)
    return std::nullopt;
  if (!text.contains('-'))
    return TapSpan{span.first, span.first};
  if (right.getAsInteger(10, span.last) || span.last < span.first)
    return std::nullopt;
  return span;
}

/// Adds an entry, which joins the one in front when it goes on there; says whether it overlaps
/// none.
static bool addSpan(SmallVectorImpl<TapSpan> &spans, TapSpan span) {
  for (const TapSpan &other : spans)
    if (span.first <= other.last && other.first <= span.last)
      return false;
  if (!spans.empty() && span.first > 0 && spans.back().last == span.first - 1)
    spans.back().last = span.last;
  else
    spans.push_back(span);
  return true;
}

llvm::Expected<TapRequest> raise::parseTapRequest(StringRef text) {
  auto fail = [&](const Twine &what) {
    return llvm::createStringError("--tap '" + text + "': " + what);
  };
  constexpr StringRef shape = "expected NAME=layer:stage[,heads=LIST][,rows=LIST], as in "
                              "cls=3:probs,heads=0-3,rows=cls";
  auto [name, rest] = text.split('=');
  auto [layer, options] = rest.rsplit(':');
  if (name.empty() || layer.empty() || options.empty())
    return fail(shape);
  SmallVector<StringRef> words;
  options.split(words, ',');
  TapRequest request{name.str(), layer.str(), attn::ScoreStage::Weights, {}, {}};
  auto stage = llvm::StringSwitch<std::optional<attn::ScoreStage>>(words.front())
                   .Case("raw", attn::ScoreStage::Product)
                   .Case("capped", attn::ScoreStage::Capped)
                   .Case("scores", attn::ScoreStage::Scores)
                   .Case("probs", attn::ScoreStage::Weights)
                   .Default(std::nullopt);
  if (!stage)
    return fail("there is no stage '" + words.front() +
                "': probs are the weights, scores what they are the softmax of, raw the scaled "
                "products of queries and keys, capped these behind a soft cap");
  request.stage = *stage;
  SmallVector<TapSpan> *list = nullptr;
  StringRef kind;
  for (StringRef word : ArrayRef(words).drop_front()) {
    for (auto [key, spans] : {std::pair<StringRef, SmallVector<TapSpan> *>{"heads", &request.heads},
                              {"rows", &request.rows}})
      if (word.starts_with(key) && word.drop_front(key.size()).consume_front("=")) {
        if (!spans->empty())
          return fail(key + " are given twice");
        word = word.drop_front(key.size() + 1);
        list = spans;
        kind = key;
        break;
      }
    if (!list)
      return fail(shape);
    std::optional<TapSpan> span = parseSpan(word, kind == "rows");
    if (!span)
      return fail("'" + word + "' is no entry of " + kind + ": a number or a range such as 2-5" +
                  (kind == "rows" ? ", cls, or last" : ""));
    if (!addSpan(*list, *span))
      return fail("'" + word + "' is already in " + kind);
  }
  return request;
}
