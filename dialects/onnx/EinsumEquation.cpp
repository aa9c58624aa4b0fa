// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parsing of Einsum equations.

#include "dialects/onnx/EinsumEquation.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/StringExtras.h"

#include <map>
#include <optional>

using namespace fovea;
using namespace fovea::onnx;
using llvm::ArrayRef;
using llvm::SmallVector;
using llvm::StringRef;

namespace {

/// The label of an ellipsis among letters.
constexpr char ellipsis = '.';

using Term = SmallVector<char>;

struct Terms {
  SmallVector<Term> operands;
  std::optional<Term> result;
};

} // namespace

static llvm::Error makeError(const llvm::Twine &message) {
  return llvm::createStringError("the equation " + message);
}

static llvm::Expected<Term> parseTerm(StringRef text) {
  Term term;
  while (!text.empty()) {
    if (text.consume_front("...")) {
      if (llvm::is_contained(term, ellipsis))
        return makeError("has two ellipses in one term");
      term.push_back(ellipsis);
    } else if (llvm::isAlpha(text.front())) {
      term.push_back(text.front());
      text = text.drop_front();
    } else {
      return makeError("has a character that is no letter, comma, arrow or ellipsis");
    }
  }
  return term;
}

static llvm::Expected<Terms> parseTerms(StringRef equation, size_t operands) {
  std::string text;
  llvm::copy_if(equation, std::back_inserter(text), [](char c) { return c != ' ' && c != '\t'; });
  auto [left, right] = StringRef(text).split("->");
  Terms terms;
  SmallVector<StringRef> parts;
  left.split(parts, ',');
  if (parts.size() != operands)
    return makeError("has " + llvm::Twine(parts.size()) + " terms for " + llvm::Twine(operands) +
                     " operands");
  for (StringRef part : parts) {
    llvm::Expected<Term> term = parseTerm(part);
    if (!term)
      return term.takeError();
    terms.operands.push_back(*term);
  }
  if (!StringRef(text).contains("->"))
    return terms;
  llvm::Expected<Term> result = parseTerm(right);
  if (!result)
    return result.takeError();
  for (size_t i = 0; i < result->size(); ++i) {
    char label = (*result)[i];
    if (llvm::is_contained(ArrayRef(*result).take_front(i), label))
      return makeError("repeats a label in the result");
    if (label != ellipsis && llvm::none_of(terms.operands, [&](const Term &term) {
          return llvm::is_contained(term, label);
        }))
      return makeError("has a label in the result that no operand has");
  }
  terms.result = *result;
  return terms;
}

llvm::Error onnx::checkEinsum(StringRef equation, size_t operands) {
  return parseTerms(equation, operands).takeError();
}

llvm::Expected<EinsumLabels> onnx::parseEinsum(StringRef equation, ArrayRef<int64_t> ranks) {
  llvm::Expected<Terms> terms = parseTerms(equation, ranks.size());
  if (!terms)
    return terms.takeError();
  // How many dimensions each ellipsis stands for, and how often each letter occurs.
  SmallVector<unsigned> hidden(ranks.size(), 0);
  std::map<char, unsigned> occurrences;
  for (auto [i, term] : llvm::enumerate(terms->operands)) {
    bool hasEllipsis = llvm::is_contained(term, ellipsis);
    int64_t letters = int64_t(term.size()) - hasEllipsis;
    if (hasEllipsis ? letters > ranks[i] : letters != ranks[i])
      return makeError("names " + llvm::Twine(letters) + " dimensions of operand " +
                       llvm::Twine(i) + ", which has " + llvm::Twine(ranks[i]));
    hidden[i] = ranks[i] - letters;
    for (char label : term)
      occurrences[label] += label != ellipsis;
  }
  unsigned mostHidden = ranks.empty() ? 0 : *llvm::max_element(hidden);
  occurrences.erase(ellipsis);
  EinsumLabels labels;
  std::map<char, unsigned> numbers;
  labels.count = mostHidden;
  for (auto [letter, count] : occurrences)
    numbers[letter] = labels.count++;
  auto append = [&](const Term &term, unsigned hiddenHere, llvm::SmallVectorImpl<unsigned> &to) {
    for (char label : term) {
      if (label != ellipsis)
        to.push_back(numbers.at(label));
      else
        llvm::append_range(to, llvm::seq(mostHidden - hiddenHere, mostHidden));
    }
  };
  for (auto [term, hiddenHere] : llvm::zip_equal(terms->operands, hidden))
    append(term, hiddenHere, labels.operands.emplace_back());
  if (!terms->result) {
    terms->result = Term{ellipsis};
    for (auto [letter, count] : occurrences)
      if (count == 1)
        terms->result->push_back(letter);
  }
  append(*terms->result, mostHidden, labels.result);
  return labels;
}
