// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Names of a model's tensors are any text; in the header they are distinct identifiers.

#include "compiler/link/Header.h"
#include "compiler/codegen/llvm/Program.h"
#include "dialects/onnx/ElementType.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::link;

static bool isKeyword(StringRef text) {
  static constexpr llvm::StringLiteral keywords[] = {"alignas",
                                                     "alignof",
                                                     "and",
                                                     "and_eq",
                                                     "asm",
                                                     "auto",
                                                     "bitand",
                                                     "bitor",
                                                     "bool",
                                                     "break",
                                                     "case",
                                                     "catch",
                                                     "char",
                                                     "class",
                                                     "compl",
                                                     "const",
                                                     "const_cast",
                                                     "constexpr",
                                                     "continue",
                                                     "decltype",
                                                     "default",
                                                     "delete",
                                                     "do",
                                                     "double",
                                                     "else",
                                                     "enum",
                                                     "explicit",
                                                     "export",
                                                     "extern",
                                                     "false",
                                                     "float",
                                                     "for",
                                                     "friend",
                                                     "goto",
                                                     "if",
                                                     "inline",
                                                     "int",
                                                     "long",
                                                     "mutable",
                                                     "namespace",
                                                     "new",
                                                     "noexcept",
                                                     "not",
                                                     "not_eq",
                                                     "nullptr",
                                                     "operator",
                                                     "or",
                                                     "or_eq",
                                                     "private",
                                                     "protected",
                                                     "public",
                                                     "register",
                                                     "reinterpret_cast",
                                                     "restrict",
                                                     "return",
                                                     "short",
                                                     "signed",
                                                     "sizeof",
                                                     "static",
                                                     "static_assert",
                                                     "static_cast",
                                                     "struct",
                                                     "switch",
                                                     "template",
                                                     "this",
                                                     "thread_local",
                                                     "throw",
                                                     "true",
                                                     "try",
                                                     "typedef",
                                                     "typeid",
                                                     "typename",
                                                     "union",
                                                     "unsigned",
                                                     "using",
                                                     "virtual",
                                                     "void",
                                                     "volatile",
                                                     "wchar_t",
                                                     "while",
                                                     "xor",
                                                     "xor_eq",
                                                     "dynamic_cast",
                                                     "char16_t",
                                                     "char32_t",
                                                     "linux",
                                                     "unix",
                                                     "NULL",
                                                     "bit_and"};
  return llvm::is_contained(keywords, text);
}

std::string link::makeIdentifier(StringRef text, StringRef fallback) {
  std::string result;
  for (char c : text)
    // Two underscores in a row, and one before a capital, belong to the language.
    if (llvm::isAlnum(c))
      result += c;
    else if (!result.empty() && result.back() != '_')
      result += '_';
  while (!result.empty() && result.back() == '_')
    result.pop_back();
  if (result.empty())
    return fallback.str();
  if (llvm::isDigit(result.front()))
    result.insert(0, "n");
  if (isKeyword(result))
    result += '_';
  return result;
}

static std::string formatDtype(Type type) {
  onnx::DLPackType dtype = onnx::getDLPackType(type);
  return "{" + llvm::utostr(dtype.code) + ", " + llvm::utostr(dtype.bits) + ", 1}";
}

namespace {
/// A tensor with its name in the header.
struct Parameter {
  codegen::ModelTensor tensor;
  std::string identifier;
  bool isInput;
};

class HeaderWriter {
public:
  HeaderWriter(const codegen::ProgramSignature &signature, StringRef name, raw_ostream &out);
  /// States which meaning of Attention the model was compiled with.
  void noteSemantics(StringAttr release) { semantics = release.str(); }
  void write();

private:
  void writeDeclaration(const Parameter &parameter);
  void writeShape(const Parameter &parameter);
  void writeRun();
  void writeTensors(bool inputs, StringRef array);

  std::string name, macros, semantics;
  SmallVector<Parameter> parameters;
  raw_ostream &out;
};
} // namespace

HeaderWriter::HeaderWriter(const codegen::ProgramSignature &signature, StringRef name,
                           raw_ostream &out)
    : name(name), macros(name.upper()), out(out) {
  // Names that the run function refers to, in the spelling of macros.
  llvm::StringSet<> taken;
  for (StringRef word :
       {"context", "fovea_inputs", "fovea_outputs", "fovea_run", "fovea_tensor", "fovea_dtype",
        "fovea_context", "fovea_status", "fovea_model", "int64_t", "null"})
    taken.insert(word.upper());
  for (StringRef suffix : {"_model", "_run"})
    taken.insert(macros + suffix.upper());
  for (unsigned i = 0; i < signature.inputs.size() + signature.outputs.size(); ++i)
    for (StringRef array : {"FOVEA_INPUTS_SHAPE", "FOVEA_OUTPUTS_SHAPE"})
      taken.insert((array + Twine(i)).str());
  auto add = [&](ArrayRef<codegen::ModelTensor> tensors, bool isInput) {
    for (auto [i, tensor] : llvm::enumerate(tensors)) {
      std::string fallback = (isInput ? "input" : "output") + llvm::utostr(i);
      std::string base = makeIdentifier(tensor.name, fallback), identifier = base;
      for (unsigned n = 2; !taken.insert(StringRef(identifier).upper()).second; ++n)
        identifier = base + "_" + llvm::utostr(n);
      parameters.push_back({tensor, identifier, isInput});
    }
  };
  add(signature.inputs, true);
  add(signature.outputs, false);
}

/// A tensor's name as it may stand in a comment.
static std::string quote(StringRef name) {
  std::string result;
  for (char c : name)
    result += llvm::isPrint(c) && c != '/' && c != '\\' ? c : (c == '/' ? '|' : '?');
  return result;
}

void HeaderWriter::writeShape(const Parameter &parameter) {
  ArrayRef<int64_t> shape = parameter.tensor.type.getShape();
  std::string prefix = macros + "_" + StringRef(parameter.identifier).upper();
  auto [type, remark] = onnx::getCType(parameter.tensor.type.getElementType());
  out << "/* " << (parameter.isInput ? "Input" : "Output") << " \"" << quote(parameter.tensor.name)
      << "\": " << type << remark << ", shape [";
  llvm::interleaveComma(shape, out);
  out << "]. */\n#define " << prefix << "_RANK " << shape.size() << "\n";
  for (auto [i, extent] : llvm::enumerate(shape))
    out << "#define " << prefix << "_DIM" << i << " " << extent << "\n";
  out << "#define " << prefix << "_SIZE " << parameter.tensor.type.getNumElements()
      << " /* elements */\n";
}

void HeaderWriter::writeDeclaration(const Parameter &parameter) {
  auto [type, remark] = onnx::getCType(parameter.tensor.type.getElementType());
  out << ", " << (parameter.isInput ? "const " : "") << type << " *" << parameter.identifier;
}

void HeaderWriter::writeTensors(bool inputs, StringRef array) {
  unsigned index = 0;
  for (const Parameter &parameter : parameters) {
    if (parameter.isInput != inputs)
      continue;
    MemRefType type = parameter.tensor.type;
    std::string element = (array + "[" + llvm::utostr(index) + "]").str();
    std::string shape = (array + "_shape" + llvm::utostr(index)).str();
    StringRef indent = "  ";
    out << indent << element << ".data = " << (inputs ? "(void *)" : "") << parameter.identifier
        << ";\n";
    out << indent << element << ".device.type = 1;\n" << indent << element << ".device.id = 0;\n";
    out << indent << element << ".ndim = " << type.getRank() << ";\n";
    out << indent << "{\n    const fovea_dtype dtype = " << formatDtype(type.getElementType())
        << ";\n    " << element << ".dtype = dtype;\n  }\n";
    out << indent << element << ".shape = " << (type.getRank() ? shape : "NULL") << ";\n";
    out << indent << element << ".strides = NULL;\n" << indent << element << ".byte_offset = 0;\n";
    ++index;
  }
}

void HeaderWriter::writeRun() {
  out << "/* Runs the model once. Every pointer leads to as many elements as the macro _SIZE says, "
         "row-major;\n"
         " * outputs overlap nothing. Errors: as fovea_run. */\n";
  out << "static inline fovea_status " << name << "_run(fovea_context *context";
  for (const Parameter &parameter : parameters)
    writeDeclaration(parameter);
  out << ") {\n";
  unsigned counts[2] = {0, 0};
  for (const Parameter &parameter : parameters) {
    unsigned index = counts[parameter.isInput]++;
    ArrayRef<int64_t> shape = parameter.tensor.type.getShape();
    if (shape.empty())
      continue;
    out << "  int64_t " << (parameter.isInput ? "fovea_inputs" : "fovea_outputs") << "_shape"
        << index << "[] = {";
    llvm::interleaveComma(shape, out);
    out << "};\n";
  }
  for (bool inputs : {true, false})
    if (counts[inputs])
      out << "  fovea_tensor " << (inputs ? "fovea_inputs" : "fovea_outputs") << "["
          << counts[inputs] << "];\n";
  writeTensors(true, "fovea_inputs");
  writeTensors(false, "fovea_outputs");
  out << "  return fovea_run(context, " << name << "_model(), "
      << (counts[1] ? "fovea_inputs" : "NULL") << ", " << counts[1] << ", "
      << (counts[0] ? "fovea_outputs" : "NULL") << ", " << counts[0] << ");\n}\n";
}

void HeaderWriter::write() {
  out << "/* The model \"" << name
      << "\", compiled by Fovea. Link with its object and the Fovea runtime. */\n"
      << "#ifndef FOVEA_MODEL_" << macros << "_H\n#define FOVEA_MODEL_" << macros << "_H\n\n"
      << "#include \"fovea/runtime.h\"\n\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
  if (!semantics.empty())
    out << "/* Attention as the release " << semantics << " of the ONNX standard defined it. */\n"
        << "#define " << macros << "_ATTENTION_SEMANTICS \"" << semantics << "\"\n\n";
  for (const Parameter &parameter : parameters) {
    writeShape(parameter);
    out << "\n";
  }
  out << "/* The compiled model: constant, shared by all contexts. */\n"
      << "const fovea_model *" << name << "_model(void);\n\n";
  writeRun();
  out << "\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n";
}

LogicalResult link::writeHeader(ModuleOp module, StringRef name, raw_ostream &out) {
  FailureOr<codegen::ProgramSignature> signature = codegen::getProgramSignature(module);
  if (failed(signature))
    return failure();
  HeaderWriter writer(*signature, name, out);
  if (auto semantics = module->getAttrOfType<StringAttr>("fovea.attention_semantics"))
    writer.noteSemantics(semantics);
  writer.write();
  return success();
}
