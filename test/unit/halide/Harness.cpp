// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A just-in-time linker for kernels, and stand-ins for the runtime.

#include "Harness.h"

#include "dialects/attn/Attn.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"
#include <cmath>
#include <cstring>
#include <random>
#include <sys/mman.h>

using namespace fovea;
using namespace fovea::test;

//===----------------------------------------------------------------------===//
// The runtime's part
//===----------------------------------------------------------------------===//

static int workerToken;
static int64_t scratchBytes;
static bool scratchFails;
static std::map<void *, int64_t> scratchBlocks;

extern "C" {
static int32_t testParallelFor(void *worker, int32_t (*task)(void *, int32_t, uint8_t *),
                               int32_t min, int32_t extent, uint8_t *closure) {
  EXPECT_EQ(worker, &workerToken);
  for (int32_t index = min + extent - 1; index >= min; --index)
    if (int32_t error = task(worker, index, closure))
      return error;
  return 0;
}

static void *testScratchAlloc(void *worker, size_t bytes) {
  EXPECT_EQ(worker, &workerToken);
  if (scratchFails)
    return nullptr;
  void *memory = std::aligned_alloc(128, (bytes + 127) / 128 * 128);
  std::memset(memory, 0xff, bytes);
  scratchBlocks[memory] = bytes;
  scratchBytes += bytes;
  return memory;
}

static void testScratchFree(void *worker, void *memory) {
  EXPECT_EQ(worker, &workerToken);
  scratchBytes -= scratchBlocks[memory];
  scratchBlocks.erase(memory);
  std::free(memory);
}
}

int64_t fovea::test::liveScratch() { return scratchBytes; }
void fovea::test::failScratch(bool fail) { scratchFails = fail; }

GuardedBytes::GuardedBytes(size_t size) : bytes(size) {
  size_t page = 4096, body = (size + page - 1) / page * page;
  mapped = body + page;
  mapping = static_cast<char *>(
      mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  mprotect(mapping + body, page, PROT_NONE);
  start = mapping + body - size;
}

GuardedBytes::~GuardedBytes() { munmap(mapping, mapped); }

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

std::string fovea::test::substitute(std::string text,
                                    const std::map<std::string, int64_t> &values) {
  // Longer names first: $MN before $M.
  for (auto entry = values.rbegin(); entry != values.rend(); ++entry) {
    std::string name = "$" + entry->first;
    for (size_t at = text.find(name); at != std::string::npos; at = text.find(name, at))
      text.replace(at, name.size(), std::to_string(entry->second));
  }
  return text;
}

codegen::Target fovea::test::testTarget(int number) {
  codegen::Target target;
  target.cpu = "x86-64-v3";
  target.features = {"avx", "avx2",  "bmi",   "bmi2",   "f16c",
                     "fma", "lzcnt", "movbe", "sse4.1", "sse4.2"};
  llvm::StringMap<bool> host = llvm::sys::getHostCPUFeatures();
  if (number == 0 && host.lookup("avx512f") && host.lookup("avx512vl") && host.lookup("avx512bw")) {
    target.cpu = host.lookup("avx512bf16") ? "znver4" : "x86-64-v4";
    for (const char *feature : {"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl",
                                "avx512ifma", "avx512vbmi", "avx512bf16", "avx512vnni"})
      if (host.lookup(feature))
        target.features.push_back(feature);
    llvm::sort(target.features);
  }
  return target;
}

struct TestKernel::State {
  mlir::DialectRegistry registry;
  std::unique_ptr<mlir::MLIRContext> context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  codegen::CompiledKernel compiled;
  std::unique_ptr<llvm::orc::LLJIT> jit;
};

TestKernel::TestKernel(const std::string &text, const codegen::Target &target)
    : state(std::make_unique<State>()) {
  state->registry
      .insert<kernel::KernelDialect, attn::AttnDialect, mlir::linalg::LinalgDialect,
              mlir::arith::ArithDialect, mlir::math::MathDialect, mlir::tensor::TensorDialect>();
  state->context =
      std::make_unique<mlir::MLIRContext>(state->registry, mlir::MLIRContext::Threading::DISABLED);
  mlir::ScopedDiagnosticHandler handler(state->context.get(), [&](mlir::Diagnostic &diagnostic) {
    messages += diagnostic.str() + "\n";
    return mlir::success();
  });
  state->module = mlir::parseSourceString<mlir::ModuleOp>(text, state->context.get());
  if (!state->module)
    return;
  auto kernel = *state->module->getOps<kernel::FuncOp>().begin();
  auto compiled = codegen::compileWithHalide(kernel, target);
  if (failed(compiled))
    return;
  state->compiled = std::move(*compiled);

  static bool initialized =
      !llvm::InitializeNativeTarget() && !llvm::InitializeNativeTargetAsmPrinter();
  EXPECT_TRUE(initialized);
  llvm::orc::JITTargetMachineBuilder machine((llvm::Triple(target.triple)));
  machine.setCPU(target.cpu);
  machine.setCodeGenOptLevel(llvm::CodeGenOptLevel::Aggressive);
  state->jit = cantFail(llvm::orc::LLJITBuilder().setJITTargetMachineBuilder(machine).create());
  auto context = std::make_unique<llvm::LLVMContext>();
  llvm::MemoryBufferRef bytes(
      llvm::StringRef(state->compiled.bitcode.data(), state->compiled.bitcode.size()), "kernel");
  auto module = cantFail(llvm::parseBitcodeFile(bytes, *context));
  module->setDataLayout(state->jit->getDataLayout());
  llvm::orc::SymbolMap symbols;
  auto define = [&](const char *name, auto *function) {
    symbols[state->jit->mangleAndIntern(name)] = {llvm::orc::ExecutorAddr::fromPtr(function),
                                                  llvm::JITSymbolFlags::Exported};
  };
  define("fovea_parallel_for", &testParallelFor);
  define("fovea_scratch_alloc", &testScratchAlloc);
  define("fovea_scratch_free", &testScratchFree);
  cantFail(state->jit->getMainJITDylib().define(llvm::orc::absoluteSymbols(symbols)));
  cantFail(
      state->jit->addIRModule(llvm::orc::ThreadSafeModule(std::move(module), std::move(context))));
  entry = cantFail(state->jit->lookup(state->compiled.name)).toPtr<void *>();
}

TestKernel::~TestKernel() = default;

llvm::ArrayRef<char> TestKernel::bitcode() const { return state->compiled.bitcode; }

int TestKernel::run(const std::vector<void *> &b) {
  void *w = &workerToken;
  void *p[7] = {};
  EXPECT_LE(b.size(), std::size(p));
  std::copy(b.begin(), b.end(), p);
  // Further pointers than the kernel has are ignored by the calling convention.
  auto function =
      reinterpret_cast<int32_t (*)(void *, void *, void *, void *, void *, void *, void *, void *)>(
          entry);
  return function(w, p[0], p[1], p[2], p[3], p[4], p[5], p[6]);
}

//===----------------------------------------------------------------------===//
// Numbers
//===----------------------------------------------------------------------===//

std::vector<float> fovea::test::randomFloats(size_t count, unsigned seed) {
  std::mt19937 generator(seed);
  std::uniform_real_distribution<float> distribution(-1, 1);
  std::vector<float> values(count);
  for (float &value : values)
    value = distribution(generator);
  return values;
}

std::vector<float> fovea::test::runFloats(const std::string &text,
                                          const std::vector<std::vector<float>> &inputs,
                                          size_t count, const codegen::Target &target) {
  TestKernel kernel(text, target);
  EXPECT_TRUE(kernel.ok()) << kernel.diagnostics() << text;
  std::vector<float> result(count, NAN);
  if (!kernel.ok())
    return result;
  std::vector<std::unique_ptr<GuardedBytes>> memory;
  std::vector<void *> buffers;
  for (const std::vector<float> &input : inputs) {
    memory.push_back(std::make_unique<GuardedBytes>(input.size() * sizeof(float)));
    std::memcpy(memory.back()->data(), input.data(), input.size() * sizeof(float));
    buffers.push_back(memory.back()->data());
  }
  GuardedBytes output(count * sizeof(float));
  std::memset(output.data(), 0xff, output.size());
  buffers.push_back(output.data());
  EXPECT_EQ(kernel.run(buffers), 0);
  EXPECT_EQ(liveScratch(), 0);
  std::memcpy(result.data(), output.data(), output.size());
  return result;
}

double fovea::test::relativeError(const std::vector<float> &actual,
                                  const std::function<double(size_t)> &expected) {
  double error = 0, largest = 1;
  for (size_t i = 0; i < actual.size(); ++i) {
    double value = expected(i), difference = std::abs(actual[i] - value);
    if (std::isnan(value) && std::isnan(actual[i]))
      continue;
    error = std::isnan(difference) ? INFINITY : std::max(error, difference);
    largest = std::max(largest, std::abs(value));
  }
  return error / largest;
}

std::vector<float> fovea::test::packPanels(const std::vector<float> &matrix, int64_t rows,
                                           int64_t columns, int64_t width) {
  int64_t panels = (columns + width - 1) / width;
  std::vector<float> packed(panels * rows * width, 0.0f);
  for (int64_t k = 0; k < rows; ++k)
    for (int64_t n = 0; n < columns; ++n)
      packed[(n / width * rows + k) * width + n % width] = matrix[k * columns + n];
  return packed;
}
