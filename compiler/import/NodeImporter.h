// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One node while it is imported: checked access to its operands and attributes, and the ops it
// becomes. The rules for the operators, which bring every opset's spelling to the one normal form,
// are tables of functions over this class.

#ifndef FOVEA_COMPILER_IMPORT_NODEIMPORTER_H
#define FOVEA_COMPILER_IMPORT_NODEIMPORTER_H

#include "compiler/import/AttentionSemantics.h"
#include "compiler/import/TensorImport.h"
#include "dialects/onnx/OnnxDialect.h"
#include "mlir/IR/Builders.h"

#include <optional>
#include <set>

namespace onnxpb {
class AttributeProto;
class NodeProto;
} // namespace onnxpb

namespace fovea {

class GraphImporter;

class NodeImporter {
public:
  /// `operands` has a null value for every absent optional input.
  NodeImporter(const onnxpb::NodeProto &node, int64_t opset, mlir::Location loc,
               mlir::OpBuilder &builder, TensorImporter &tensors,
               llvm::ArrayRef<mlir::Value> operands, GraphImporter &graphs);

  mlir::OpBuilder &builder;
  const mlir::Location loc;
  /// The version of the default operator set that the model asks for.
  const int64_t opset;
  /// Which of its meanings the standard's Attention has.
  AttentionSemantics getAttentionSemantics() const;

  // Operands. A required one that is absent throws ImportFailure.
  unsigned getNumOperands() const { return operands.size(); }
  bool hasOperand(unsigned index) const { return index < operands.size() && operands[index]; }
  mlir::Value getOperand(unsigned index);
  /// The operand, or `onnx.none`.
  mlir::Value getOptionalOperand(unsigned index);
  /// All operands, at least one, none absent.
  llvm::ArrayRef<mlir::Value> getAllOperands();
  /// The tensors of an operand that is a sequence of known length.
  llvm::SmallVector<mlir::Value> getSequence(unsigned index);
  /// What an operand that is a sequence consists of, as `getSequencePieces` has it.
  llvm::SmallVector<mlir::Value> getPieces(unsigned index);

  // Attributes. Each throws ImportFailure when the attribute has another kind; reading one marks it
  // as known.
  int64_t getInt(llvm::StringRef name, int64_t otherwise);
  int64_t getRequiredInt(llvm::StringRef name);
  bool getBool(llvm::StringRef name, bool otherwise) { return getInt(name, otherwise) != 0; }
  float getFloat(llvm::StringRef name, float otherwise);
  std::string getString(llvm::StringRef name, llvm::StringRef otherwise);
  std::optional<llvm::SmallVector<int64_t>> getInts(llvm::StringRef name);
  std::optional<llvm::SmallVector<float>> getFloats(llvm::StringRef name);
  /// Empty when the attribute is absent.
  llvm::SmallVector<std::string> getStrings(llvm::StringRef name);
  /// The tensor attribute as a constant, or null.
  mlir::ElementsAttr getTensor(llvm::StringRef name);
  bool hasAttribute(llvm::StringRef name) const;
  /// Inputs of the graph attribute `name`, which is required.
  unsigned getNumGraphInputs(llvm::StringRef name);
  /// Imports the graph attribute into `region`: one block with an argument of each of the types,
  /// one per input of the graph, ending with `onnx.Yield`.
  void importGraph(llvm::StringRef name, mlir::Region &region, mlir::TypeRange inputs);
  /// Throws ImportFailure when the node has an attribute that nobody asked for.
  void checkAttributesKnown();

  // Making ops.
  /// An `onnx.Constant` with a vector of i64, which stands for an attribute of an older opset.
  mlir::Value makeIndexConstant(llvm::ArrayRef<int64_t> values);
  mlir::ElementsAttr makeIndexAttr(llvm::ArrayRef<int64_t> values);
  mlir::Value makeConstant(mlir::ElementsAttr value);
  mlir::Value makeNone();
  /// A sequence of `pieces`: a value of the import alone, which only rules that say so take.
  mlir::Value makeSequence(mlir::ValueRange pieces);
  /// A scalar constant: `value`, rounded to a float type or truncated to an integer type.
  mlir::Value makeNumber(double value, mlir::Type elementType);
  /// The tensor of unknown shape with `value`'s element type, or with the one given.
  mlir::Type getTypeLike(mlir::Value value) const;
  mlir::Type getUnranked(mlir::Type elementType) const;
  mlir::Type getElementType(mlir::Value value) const;
  /// The operand's rank if it is known.
  std::optional<int64_t> getRank(mlir::Value value) const;

  /// Whether somebody asks for the output.
  bool wantsOutput(unsigned index) const;
  unsigned getNumOutputs() const;
  void setResult(unsigned index, mlir::Value value);
  void setResults(mlir::ValueRange values);
  llvm::ArrayRef<mlir::Value> getResults() const { return results; }

  /// Creates `Op` for the first output, with its type made more precise as far as its operands
  /// tell.
  template <typename Op, typename... Args> mlir::Value create(Args &&...args) {
    auto op = Op::create(builder, loc, std::forward<Args>(args)...);
    refineTypes(op);
    return op->getResult(0);
  }
  /// Replaces unknown result types by those that shape inference finds, if it finds any without an
  /// error. The import needs ranks where an older opset's meaning depends on them.
  void refineTypes(mlir::Operation *op);

private:
  const onnxpb::AttributeProto *find(llvm::StringRef name, int kind, llvm::StringRef kindName);

  const onnxpb::NodeProto &node;
  TensorImporter &tensors;
  GraphImporter &graphs;
  llvm::ArrayRef<mlir::Value> operands;
  llvm::SmallVector<mlir::Value> results;
  std::set<std::string> known;
};

/// Throws ImportFailure when the value is a sequence.
void checkTensor(mlir::Value value);

/// The pieces of a sequence. Each is a tensor of it; or the rows of a tensor, which a loop has
/// collected in it (a sequence of that one tensor); or, in a loop's body, a block argument for what
/// came before.
llvm::SmallVector<mlir::Value> getSequencePieces(mlir::Value sequence);

/// How one operator is imported.
struct OperatorRule {
  llvm::StringRef name;
  /// The opset that introduced the operator.
  int64_t since;
  /// Bounds on the operands and outputs in any opset that is supported.
  unsigned minOperands, maxOperands, maxOutputs;
  void (*import)(NodeImporter &node);
  /// Whether operands may be sequences.
  bool takesSequences = false;
};

/// The rule for an operator, or null. Rules for other domains than the standard's are named with
/// it: "ai.onnx.preview::FlexAttention".
const OperatorRule *findOperatorRule(llvm::StringRef domain, llvm::StringRef name);

/// Why an operator of the standard without a rule is refused, and what to do, as ": ..."; empty
/// where there is no more to say.
llvm::StringRef explainMissingRule(llvm::StringRef domain, llvm::StringRef name);

} // namespace fovea

#endif // FOVEA_COMPILER_IMPORT_NODEIMPORTER_H
