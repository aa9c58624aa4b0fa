// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Atomic outputs: a temporary file in the same folder, renamed at the end, removed on every failure
// and signal.

#include "compiler/driver/Output.h"

#include "mlir/Bytecode/BytecodeWriter.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Signals.h"

using namespace mlir;
using namespace fovea;

static llvm::Error describe(StringRef path, llvm::Error error) {
  std::string where = path == "-" ? "to standard output" : "'" + path.str() + "'";
  return llvm::createStringError("cannot write " + where + ": " + llvm::toString(std::move(error)));
}

static llvm::Error describe(StringRef path, std::error_code error) {
  return describe(path, llvm::errorCodeToError(error));
}

llvm::Error fovea::withTemporary(StringRef path, llvm::function_ref<llvm::Error(StringRef)> use) {
  SmallString<128> temporary;
  int descriptor = -1;
  if (std::error_code error =
          llvm::sys::fs::createUniqueFile(path + ".tmp-%%%%%%%%", descriptor, temporary))
    return describe(path, error);
  llvm::sys::fs::file_t file = llvm::sys::fs::convertFDToNativeFile(descriptor);
  (void)llvm::sys::fs::closeFile(file);
  llvm::sys::RemoveFileOnSignal(temporary);
  auto forget = llvm::scope_exit([&] {
    (void)llvm::sys::fs::remove(temporary);
    llvm::sys::DontRemoveFileOnSignal(temporary);
  });
  return use(temporary);
}

llvm::Error fovea::makeOutput(StringRef path, llvm::function_ref<llvm::Error(StringRef)> make) {
  return withTemporary(path, [&](StringRef temporary) -> llvm::Error {
    if (llvm::Error error = make(temporary))
      return error;
    if (std::error_code error = llvm::sys::fs::rename(temporary, path))
      return describe(path, error);
    return llvm::Error::success();
  });
}

llvm::Error fovea::writeOutput(StringRef path,
                               llvm::function_ref<llvm::Error(llvm::raw_pwrite_stream &)> write) {
  auto writeTo = [&](StringRef where) -> llvm::Error {
    std::error_code openError;
    llvm::raw_fd_ostream stream(where, openError);
    if (openError)
      return describe(path, openError);
    llvm::Error error = write(stream);
    stream.flush();
    std::error_code streamError = stream.error();
    stream.clear_error();
    if (error)
      return error;
    return streamError ? describe(path, streamError) : llvm::Error::success();
  };
  if (path == "-")
    return writeTo(path);
  // A device or a pipe cannot be replaced by a file, so it is written as it is.
  llvm::sys::fs::file_status status;
  if (!llvm::sys::fs::status(path, status) &&
      status.type() != llvm::sys::fs::file_type::regular_file)
    return writeTo(path);
  return makeOutput(path, writeTo);
}

llvm::Error fovea::writeModule(ModuleOp module, StringRef path) {
  return writeOutput(path, [&](llvm::raw_pwrite_stream &os) -> llvm::Error {
    if (path.ends_with(".mlirbc")) {
      if (failed(writeBytecodeToFile(module, os)))
        return llvm::createStringError("cannot write '" + path + "' as bytecode");
      return llvm::Error::success();
    }
    OpPrintingFlags flags;
    flags.elideLargeElementsAttrs(/*largeElementLimit=*/1024);
    flags.elideLargeResourceString(/*largeResourceLimit=*/2 * 4096);
    flags.enableDebugInfo(/*enable=*/true);
    module->print(os, flags);
    return llvm::Error::success();
  });
}
