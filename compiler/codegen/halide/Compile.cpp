// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The border: a kernel.func goes in, bitcode comes out, and no exception passes. Halide numbers a
// name that it meets a second time in a process, which would make bytes depend on history. Names
// therefore start with the hash of all that the code depends on, and a kernel that comes again is
// answered from memory.

#include "compiler/codegen/halide/Wrap.h"

#include "llvm/Support/SHA256.h"
#include <mutex>

using namespace mlir;
namespace H = Halide;

namespace fovea::codegen {
namespace {

using namespace halide;

/// A warning of Halide is a wrong schedule ("guaranteed to fail an assertion"): all are errors.
struct Reporter : H::CompileTimeErrorReporter {
  void warning(const char *message) override { throw H::CompileError(message); }
  void error(const char *message) override { throw H::CompileError(message); }
};

void installReporter() {
  static Reporter reporter;
  static std::once_flag once;
  std::call_once(once, [] { H::set_custom_compile_time_error_reporter(&reporter); });
}

/// Everything that the code of a kernel depends on, hashed.
std::string hashOf(kernel::FuncOp kernel, const Target &target) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  kernel->print(stream, OpPrintingFlags().useLocalScope().enableDebugInfo(false));
  stream << '\n' << target.triple << '\n' << target.cpu;
  for (const std::string &feature : target.features)
    stream << '\n' << feature;
  llvm::SHA256 hash;
  hash.update(text);
  return llvm::toHex(hash.result(), /*LowerCase=*/true).substr(0, 20);
}

struct Cache {
  std::mutex mutex;
  std::map<std::string, llvm::SmallVector<char, 0>> kernels;
};

Cache &getCache() {
  static Cache cache;
  return cache;
}

} // namespace

llvm::FailureOr<CompiledKernel> compileWithHalide(kernel::FuncOp kernel, const Target &target,
                                                  std::string *refusal) {
  installReporter();
  std::string hash = hashOf(kernel, target);
  Cache &cache = getCache();
  // Also while compiling: two threads with one kernel would meet in Halide's table of names.
  std::lock_guard<std::mutex> lock(cache.mutex);
  auto known = cache.kernels.find(hash);
  if (known != cache.kernels.end())
    return CompiledKernel{kernel.getSymName().str(), known->second};
  auto refuse = [&](Operation *op, const llvm::Twine &message) {
    if (refusal)
      *refusal = message.str();
    else
      (op ? op : kernel.getOperation())->emitError(message);
  };
  try {
    if (!kernel.getBody().hasOneBlock())
      throw Refusal{kernel, "a kernel has one block"};
    Plan plan(kernel, target, "k" + hash);
    plan.run();
    auto bitcode = wrap(kernel, plan.getBuffers(), plan.getStages(), target);
    cache.kernels[hash] = bitcode;
    return CompiledKernel{kernel.getSymName().str(), std::move(bitcode)};
  } catch (const ScheduleFault &fault) {
    kernel.emitError() << fault.message;
  } catch (const Refusal &thrown) {
    refuse(thrown.op, thrown.message);
  } catch (const H::Error &error) {
    refuse(kernel, "Halide refuses this kernel: " + StringRef(error.what()).trim());
  } catch (const std::exception &error) {
    refuse(kernel, llvm::Twine("compiling this kernel failed: ") + error.what());
  }
  return failure();
}

} // namespace fovea::codegen
