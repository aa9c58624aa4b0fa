// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writing the C header. Its one function is inline over fovea_run, so that the object exports a
// single name.

#include "compiler/driver/Header.h"
#include "compiler/import/NodeLocation.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace fovea;

namespace {

struct Tensor {
  std::string identifier;
  std::string name;
  MemRefType type;
};

struct ElementType {
  StringRef cName;
  int code;
  int bits;
};

} // namespace

static bool isKeyword(StringRef text) {
  static const llvm::StringSet<> keywords = {
      "alignas",  "alignof", "and",     "asm",       "auto",    "bool",      "break",    "case",
      "catch",    "char",    "class",   "compl",     "const",   "constexpr", "continue", "decltype",
      "default",  "delete",  "do",      "double",    "else",    "enum",      "explicit", "export",
      "extern",   "false",   "float",   "for",       "friend",  "goto",      "if",       "inline",
      "int",      "long",    "mutable", "namespace", "new",     "noexcept",  "not",      "nullptr",
      "operator", "or",      "private", "protected", "public",  "register",  "requires", "restrict",
      "return",   "short",   "signed",  "sizeof",    "static",  "struct",    "switch",   "template",
      "this",     "throw",   "true",    "try",       "typedef", "typename",  "union",    "unsigned",
      "using",    "virtual", "void",    "volatile",  "while",   "xor"};
  return keywords.contains(text);
}

std::string fovea::makeIdentifier(StringRef text) {
  std::string result;
  for (char c : text)
    result += llvm::isAlnum(c) ? c : '_';
  // Names that begin with an underscore belong to the C library.
  StringRef trimmed = StringRef(result).ltrim('_');
  result = trimmed.empty() ? "model" : trimmed.str();
  if (llvm::isDigit(result.front()))
    result = "m_" + result;
  return isKeyword(result) ? result + "_" : result;
}

/// The C type of an element and DLPack's code for it.
static ElementType getElementType(Type type) {
  if (type.isInteger(1))
    return {"uint8_t", 6, 8};
  if (type.isBF16())
    return {"uint16_t", 4, 16};
  if (type.isF16())
    return {"uint16_t", 2, 16};
  if (type.isF32())
    return {"float", 2, 32};
  if (type.isF64())
    return {"double", 2, 64};
  bool isUnsigned = type.isUnsignedInteger();
  int bits = type.getIntOrFloatBitWidth();
  switch (bits) {
  case 8:
    return {isUnsigned ? "uint8_t" : "int8_t", isUnsigned, bits};
  case 16:
    return {isUnsigned ? "uint16_t" : "int16_t", isUnsigned, bits};
  case 32:
    return {isUnsigned ? "uint32_t" : "int32_t", isUnsigned, bits};
  default:
    return {isUnsigned ? "uint64_t" : "int64_t", isUnsigned, bits};
  }
}

static std::string describeType(MemRefType type) {
  std::string text = getElementType(type.getElementType()).cName.str();
  for (int64_t extent : type.getShape())
    text += "[" + std::to_string(extent) + "]";
  if (type.getElementType().isBF16())
    text += " holding bfloat16";
  else if (type.getElementType().isF16())
    text += " holding float16";
  else if (type.getElementType().isInteger(1))
    text += " holding 0 or 1";
  return text;
}

/// The arguments of @main that belong to the caller, with distinct C names.
static SmallVector<Tensor> getTensors(func::FuncOp function, unsigned begin, unsigned count,
                                      llvm::StringSet<> &taken) {
  SmallVector<Tensor> tensors;
  for (unsigned i = begin; i < begin + count; ++i) {
    auto name = function.getArgAttrOfType<StringAttr>(i, "onnx.name");
    std::string identifier = makeIdentifier(name ? name.getValue() : StringRef("tensor"));
    while (!taken.insert(identifier).second)
      identifier += "_";
    tensors.push_back(
        {identifier, name ? name.str() : "", cast<MemRefType>(function.getArgument(i).getType())});
  }
  return tensors;
}

static void describeTensors(raw_ostream &os, StringRef kind, ArrayRef<Tensor> tensors) {
  for (const Tensor &tensor : tensors) {
    // The model's name must not end the comment.
    std::string name;
    for (char c : escapeText(tensor.name))
      name += c == '*' ? '.' : c;
    os << " *   " << kind << " " << tensor.identifier << ": " << describeType(tensor.type);
    if (name != tensor.identifier)
      os << " (" << name << ")";
    os << "\n";
  }
}

/// Fills one fovea_tensor of an array.
static void writeTensor(raw_ostream &os, StringRef array, size_t index, const Tensor &tensor) {
  ElementType element = getElementType(tensor.type.getElementType());
  std::string target = (array + "[" + Twine(index) + "]").str();
  int64_t rank = tensor.type.getRank();
  if (rank != 0) {
    os << "  int64_t " << array << "_shape_" << index << "[] = {";
    llvm::interleaveComma(tensor.type.getShape(), os);
    os << "};\n";
  }
  os << "  " << target << ".data = (void *)" << tensor.identifier << ";\n"
     << "  " << target << ".device.type = 1;\n"
     << "  " << target << ".device.id = 0;\n"
     << "  " << target << ".ndim = " << rank << ";\n"
     << "  " << target << ".dtype.code = " << element.code << ";\n"
     << "  " << target << ".dtype.bits = " << element.bits << ";\n"
     << "  " << target << ".dtype.lanes = 1;\n"
     << "  " << target << ".shape = ";
  if (rank != 0)
    os << array << "_shape_" << index << ";\n";
  else
    os << "NULL;\n";
  os << "  " << target << ".strides = NULL;\n"
     << "  " << target << ".byte_offset = 0;\n";
}

std::string fovea::makeHeader(ModuleOp module, StringRef name) {
  auto function = module.lookupSymbol<func::FuncOp>("main");
  auto count = [&](StringRef attribute) -> unsigned {
    auto value = function->getAttrOfType<IntegerAttr>(attribute);
    return value ? value.getInt() : 0;
  };
  llvm::StringSet<> taken = {"context", "fovea_inputs", "fovea_outputs", name.str() + "_model",
                             name.str() + "_run"};
  SmallVector<Tensor> inputs = getTensors(function, 0, count("fovea.inputs"), taken);
  SmallVector<Tensor> outputs = getTensors(function, inputs.size(), count("fovea.outputs"), taken);

  std::string text;
  llvm::raw_string_ostream os(text);
  std::string guard = "FOVEA_MODEL_" + name.upper() + "_H";
  os << "/* The interface of the compiled model '" << name << "'. Made by foveac.\n *\n";
  describeTensors(os, "input ", inputs);
  describeTensors(os, "output", outputs);
  os << " *\n * Tensors are contiguous and row-major. */\n"
     << "#ifndef " << guard << "\n#define " << guard << "\n\n"
     << "#include <fovea/runtime.h>\n\n"
     << "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n"
     << "/* The model, for fovea_context_create and fovea_run. */\n"
     << "const fovea_model *" << name << "_model(void);\n\n"
     << "/* Runs the model once on a context made for it. Outputs must not overlap inputs or one "
        "another. */\n"
     << "static inline fovea_status " << name << "_run(fovea_context *context";
  for (const Tensor &tensor : inputs)
    os << ",\n    const " << getElementType(tensor.type.getElementType()).cName << " *"
       << tensor.identifier;
  for (const Tensor &tensor : outputs)
    os << ",\n    " << getElementType(tensor.type.getElementType()).cName << " *"
       << tensor.identifier;
  os << ") {\n";
  if (!inputs.empty())
    os << "  fovea_tensor fovea_inputs[" << inputs.size() << "];\n";
  if (!outputs.empty())
    os << "  fovea_tensor fovea_outputs[" << outputs.size() << "];\n";
  for (auto [index, tensor] : llvm::enumerate(inputs))
    writeTensor(os, "fovea_inputs", index, tensor);
  for (auto [index, tensor] : llvm::enumerate(outputs))
    writeTensor(os, "fovea_outputs", index, tensor);
  os << "  return fovea_run(context, " << name << "_model(), "
     << (inputs.empty() ? "NULL" : "fovea_inputs") << ", " << inputs.size() << ", "
     << (outputs.empty() ? "NULL" : "fovea_outputs") << ", " << outputs.size() << ");\n"
     << "}\n\n"
     << "#ifdef __cplusplus\n}\n#endif\n\n"
     << "#endif /* " << guard << " */\n";
  return text;
}
