// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/unit/link/CompiledModel.h"

#include "compiler/codegen/Target.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "passes/AllPasses.h"

#include "llvm/Support/FileSystem.h"

#include <dlfcn.h>

using namespace mlir;
using namespace fovea;
using namespace fovea::test;

ParsedModule::ParsedModule(StringRef source) {
  DialectRegistry registry;
  registerAllDialects(registry);
  context = std::make_unique<MLIRContext>(registry);
  context->getDiagEngine().registerHandler(
      [this](Diagnostic &diagnostic) { diagnostics += diagnostic.str() + "\n"; });
  module = parseSourceString<ModuleOp>(source, context.get());
}

std::string test::compile(StringRef source, link::EmitKind emit, StringRef cpu,
                          std::string *diagnostics, bool mayFallBack) {
  ParsedModule parsed(source);
  std::string bytes;
  llvm::raw_string_ostream out(bytes);
  llvm::Expected<codegen::Target> target = codegen::targetFor(cpu);
  bool done = false;
  if (!target)
    parsed.diagnostics += llvm::toString(target.takeError());
  else if (parsed.module)
    done =
        succeeded(link::compileProgram(*parsed.module, *target, {"model", emit, mayFallBack}, out));
  if (diagnostics)
    *diagnostics = parsed.diagnostics;
  return done ? bytes : std::string();
}

CompiledModel::CompiledModel(StringRef source, StringRef cpu, bool mayFallBack) {
  std::string object = compile(source, link::EmitKind::Object, cpu, &error, mayFallBack);
  if (object.empty())
    return;
  llvm::SmallString<128> objectPath, libraryPath;
  int descriptor = -1;
  if (llvm::sys::fs::createTemporaryFile("fovea", "o", descriptor, objectPath) ||
      llvm::sys::fs::createTemporaryFile("fovea", "so", libraryPath)) {
    error = "no temporary file";
    return;
  }
  {
    llvm::raw_fd_ostream stream(descriptor, /*shouldClose=*/true);
    stream << object;
  }
  if (llvm::Error failure = link::linkSharedLibrary(objectPath, libraryPath, "model"))
    error = llvm::toString(std::move(failure));
  else if (!(library = dlopen(libraryPath.c_str(), RTLD_NOW | RTLD_LOCAL)))
    error = dlerror();
  else
    model = reinterpret_cast<const fovea_model *(*)()>(dlsym(library, "model_model"))();
  llvm::sys::fs::remove(objectPath);
  llvm::sys::fs::remove(libraryPath);
}

CompiledModel::~CompiledModel() {
  if (library)
    dlclose(library);
}

static fovea_tensor describe(const fovea_tensor_info &info, const char *data) {
  fovea_tensor tensor = {};
  tensor.data = const_cast<char *>(data);
  tensor.device.type = 1;
  tensor.ndim = info.ndim;
  tensor.dtype = info.dtype;
  tensor.shape = const_cast<int64_t *>(info.shape);
  return tensor;
}

fovea_status CompiledModel::run(const std::vector<std::vector<char>> &inputs,
                                std::vector<std::vector<char>> &outputs, unsigned threads) const {
  std::vector<fovea_tensor> in, out;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs.size() != model->input_count || inputs[i].size() != model->inputs[i].byte_size)
      return FOVEA_INVALID_ARGUMENT;
    in.push_back(describe(model->inputs[i], inputs[i].data()));
  }
  outputs.clear();
  for (uint32_t i = 0; i < model->output_count; ++i)
    outputs.emplace_back(model->outputs[i].byte_size);
  for (uint32_t i = 0; i < model->output_count; ++i)
    out.push_back(describe(model->outputs[i], outputs[i].data()));
  fovea_options options = {};
  options.struct_size = sizeof(options);
  options.threads = threads;
  fovea_context *context = nullptr;
  fovea_status status = fovea_context_create(model, &options, &context);
  if (status == FOVEA_OK)
    status = fovea_run(context, model, in.data(), in.size(), out.data(), out.size());
  fovea_context_destroy(context);
  return status;
}
