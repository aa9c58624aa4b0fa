// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The importer's entry points: where what its parts throw becomes a diagnostic.

#include "compiler/import/Import.h"

#include "compiler/import/GraphImporter.h"
#include "compiler/import/ImportFailure.h"
#include "compiler/import/ModelFile.h"
#include "compiler/import/ModelSummary.h"
#include "compiler/import/NodeLocation.h"
#include "onnx_ml.pb.h"

#include <new>

using namespace mlir;
using namespace fovea;

/// The location of the file as a whole.
static Location getFileLocation(MLIRContext &context, StringRef path) {
  return FileLineColLoc::get(&context, path, 0, 0);
}

static OwningOpRef<ModuleOp> importChecked(StringRef path, MLIRContext &context,
                                           const ImportOptions &options, ImportError &error) {
  Location loc = getFileLocation(context, path);
  try {
    ModelFile file = readModel(path, context);
    if (options.summary)
      summarizeModel(*file.model, *options.summary);
    OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
    error = GraphImporter(file, *module, options).run();
    return error == ImportError::None ? std::move(module) : nullptr;
  } catch (const ImportFailure &failure) {
    if (!failure.message.empty())
      emitError(loc) << failure.message;
    error = failure.kind;
  } catch (const std::bad_alloc &) {
    emitError(loc) << "out of memory while the model was read";
    error = ImportError::Resource;
  }
  return nullptr;
}

FailureOr<OwningOpRef<ModuleOp>> fovea::importOnnx(StringRef path, MLIRContext &context,
                                                   const ImportOptions &options,
                                                   ImportError *error) {
  context.loadDialect<func::FuncDialect, onnx::OnnxDialect>();
  ImportError kind = ImportError::None;
  OwningOpRef<ModuleOp> module = importChecked(path, context, options, kind);
  if (error)
    *error = kind;
  if (!module)
    return failure();
  return module;
}

std::string fovea::getOpenDimensionName(func::FuncOp function, unsigned argument, int64_t axis) {
  auto names = function.getArgAttrOfType<ArrayAttr>(argument, "onnx.dim_names");
  auto name =
      names && axis < int64_t(names.size()) ? dyn_cast<StringAttr>(names[axis]) : StringAttr();
  if (name && !name.empty())
    return name.str();
  auto inputName = function.getArgAttrOfType<StringAttr>(argument, "onnx.name");
  return (inputName ? inputName.str() : "") + ":" + std::to_string(axis);
}

LogicalResult fovea::checkStaticInputs(ModuleOp module) {
  bool isStatic = true;
  for (auto function : module.getOps<func::FuncOp>()) {
    for (BlockArgument argument : function.getArguments()) {
      auto type = dyn_cast<RankedTensorType>(argument.getType());
      if (!type)
        continue;
      for (int64_t axis = 0; axis < type.getRank(); ++axis) {
        if (!type.isDynamicDim(axis))
          continue;
        isStatic = false;
        std::string shown = getOpenDimensionName(function, argument.getArgNumber(), axis);
        emitError(argument.getLoc()) << "dimension " << axis << " is symbolic; fix it with --dim "
                                     << escapeText(shown) << "=N";
      }
    }
  }
  return success(isStatic);
}
