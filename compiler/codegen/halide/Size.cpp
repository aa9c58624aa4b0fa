// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How large a pipeline is to Halide. Its simplifier and its bounds inference walk an expression as
// a tree: what is used twice is walked twice, so that a chain of squares takes time exponential in
// its length. The count is of that tree, with every Func that is computed in its consumer put in.

#include "compiler/codegen/halide/Wrap.h"

namespace H = Halide;
namespace HI = Halide::Internal;

namespace fovea::codegen::halide {
namespace {

/// Counts the nodes of expressions as trees. A node is visited once, whatever its uses.
class TreeSize : HI::IRMutator {
public:
  explicit TreeSize(const std::map<std::string, HI::Function> &functions) : functions(functions) {}

  /// The nodes of everything that `function` computes.
  uint64_t of(const HI::Function &function) {
    auto known = functionSizes.find(function.name());
    if (known != functionSizes.end())
      return known->second;
    uint64_t sum = 0;
    if (function.has_pure_definition())
      sum = add(sum, of(function.definition()));
    for (const HI::Definition &update : function.updates())
      sum = add(sum, of(update));
    return functionSizes[function.name()] = sum;
  }

private:
  using IRMutator::visit;

  static uint64_t add(uint64_t a, uint64_t b) { return std::min(a + b, uint64_t(1) << 62); }

  uint64_t of(const HI::Definition &definition) {
    uint64_t outer = std::exchange(size, 0);
    for (const H::Expr &value : definition.values())
      mutate(value);
    for (const H::Expr &index : definition.args())
      mutate(index);
    return std::exchange(size, outer);
  }

  H::Expr mutate(const H::Expr &expr) override {
    if (!expr.defined())
      return expr;
    auto known = sizes.find(expr.get());
    if (known == sizes.end()) {
      uint64_t outer = std::exchange(size, 1);
      IRMutator::mutate(expr);
      known = sizes.try_emplace(expr.get(), std::exchange(size, outer)).first;
    }
    size = add(size, known->second);
    return expr;
  }

  /// Only a locked level answers; compiling locks it anyway.
  static bool isInlined(const HI::Function &function) {
    H::LoopLevel level = function.schedule().compute_level();
    return level.lock().is_inlined();
  }

  H::Expr visit(const HI::Call *call) override {
    auto callee = functions.find(call->name);
    if (call->call_type == HI::Call::Halide && callee != functions.end() &&
        isInlined(callee->second))
      size = add(size, of(callee->second));
    return IRMutator::visit(call);
  }

  /// A let is its value wherever that is used, to bounds inference.
  H::Expr visit(const HI::Let *let) override {
    auto outer = lets.find(let->name);
    std::optional<uint64_t> hidden;
    if (outer != lets.end())
      hidden = outer->second;
    uint64_t before = std::exchange(size, 0);
    mutate(let->value);
    lets[let->name] = size;
    size = before;
    mutate(let->body);
    if (hidden)
      lets[let->name] = *hidden;
    else
      lets.erase(let->name);
    return let;
  }

  H::Expr visit(const HI::Variable *variable) override {
    auto value = lets.find(variable->name);
    if (value != lets.end())
      size = add(size, value->second);
    return variable;
  }

  const std::map<std::string, HI::Function> &functions;
  std::map<std::string, uint64_t> functionSizes, lets;
  std::map<const void *, uint64_t> sizes;
  uint64_t size = 0;
};

} // namespace

uint64_t treeSize(const H::Func &output) {
  auto functions = HI::find_transitive_calls(output.function());
  TreeSize counter(functions);
  uint64_t sum = 0;
  for (auto &[name, function] : functions)
    sum = std::max(sum, counter.of(function));
  return sum;
}

} // namespace fovea::codegen::halide
