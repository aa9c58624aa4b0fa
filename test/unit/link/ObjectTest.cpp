// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The object file: weights and symbols, and what is refused.

#include "compiler/codegen/Scratch.h"
#include "compiler/codegen/Target.h"
#include "compiler/link/ElfWeights.h"
#include "compiler/link/Weights.h"
#include "test/unit/link/CompiledModel.h"

#include "llvm/AsmParser/Parser.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

using namespace fovea;
using namespace fovea::test;
using ::testing::HasSubstr;

/// A program whose kernel adds `constants`, each of 4 x 5 values, to its input; they are declared
/// by the caller.
static std::string makeProgram(const std::string &constants, const std::string &body) {
  return constants + R"mlir(
  func.func @main(%x: memref<2xf32>, %y: memref<2xf32>, %arena: memref<?xi8>)
      attributes {fovea.inputs = 1 : i64, fovea.outputs = 1 : i64} {)mlir" +
         body + "\n return }\n";
}

static const char *constants = R"mlir(
  kernel.constant @panels at 192 : tensor<2x5xf32, #kernel.panels<4>> = dense<[[1.,2.,3.,4.,5.],[6.,7.,8.,9.,10.]]> : tensor<2x5xf32>
  kernel.constant @bool at 64 : tensor<3xi1> = dense<[true, false, true]> : tensor<3xi1>
  kernel.constant @splat at 128 : tensor<2x3xi16> = dense<7> : tensor<2x3xi16>
  kernel.constant @ints at 0 : tensor<2xi64> = dense<[1, -2]> : tensor<2xi64>
  kernel.constant @splatPanels at 256 : tensor<2x3xi8, #kernel.panels<2>> = dense<9> : tensor<2x3xi8>
  kernel.constant @transposed at 320 : tensor<3x2xi8, #kernel.panels<2, axis = 0>> = dense<[[1, 2], [3, 4], [5, 6]]> : tensor<3x2xi8>
  kernel.constant @filters at 384 : tensor<3x2x1x2xi8, #kernel.panels<2, axis = 0 rows [2, 3, 1]>> = dense<[[[[1, 2]], [[3, 4]]], [[[5, 6]], [[7, 8]]], [[[9, 10]], [[11, 12]]]]> : tensor<3x2x1x2xi8>
)mlir";

static std::string weightsOf(const char *source) {
  ParsedModule parsed(source);
  auto layout = link::getWeightLayout(*parsed.module);
  EXPECT_TRUE(succeeded(layout)) << parsed.diagnostics;
  std::string bytes;
  llvm::raw_string_ostream out(bytes);
  if (succeeded(layout))
    link::writeWeights(*layout, out);
  return bytes;
}

TEST(Weights, AreLaidOutAsTheirTypesSay) {
  std::string bytes = weightsOf(constants);
  ASSERT_EQ(bytes.size(), size_t(448 + kernel::readableSlack));
  auto as = [&](auto example, size_t offset) {
    decltype(example) value;
    std::memcpy(&value, bytes.data() + offset, sizeof(value));
    return value;
  };
  EXPECT_EQ(as(int64_t(), 0), 1);
  EXPECT_EQ(as(int64_t(), 8), -2);
  EXPECT_EQ(as(int64_t(), 16), 0);
  EXPECT_EQ(bytes.substr(64, 4), std::string("\1\0\1\0", 4));
  for (int i = 0; i < 6; ++i)
    EXPECT_EQ(as(int16_t(), 128 + 2 * i), 7);
  EXPECT_EQ(as(int16_t(), 128 + 12), 0);
  const float panels[] = {1, 2, 3, 4, 6, 7, 8, 9, 5, 0, 0, 0, 10, 0, 0, 0};
  for (int i = 0; i < 16; ++i)
    EXPECT_EQ(as(float(), 192 + 4 * i), panels[i]) << i;
  EXPECT_EQ(bytes.substr(256, 9), std::string("\11\11\11\11\11\0\11\0\0", 9));
  EXPECT_EQ(bytes.substr(320, 8), std::string("\1\3\2\4\5\0\6\0", 8));
  // (s, i) is the row: (0, 0), (0, 1), (1, 0), (1, 1).
  EXPECT_EQ(bytes.substr(384, 16), std::string("\1\5\3\7\2\6\4\10\11\0\13\0\12\0\14\0", 16));
}

TEST(Weights, RefusesBadPlaces) {
  const std::pair<const char *, const char *> bad[] = {
      {"kernel.constant @a : tensor<2xf32> = dense<0.0> : tensor<2xf32>", "has no place"},
      {"kernel.constant @a at 32 : tensor<2xf32> = dense<0.0> : tensor<2xf32>",
       "lies at 32, expected a multiple of 64"},
      {"kernel.constant @a at -64 : tensor<2xf32> = dense<0.0> : tensor<2xf32>", "lies at -64"},
      {"kernel.constant @a at 0 : tensor<17xf32> = dense<0.0> : tensor<17xf32>\n"
       "kernel.constant @b at 64 : tensor<2xf32> = dense<0.0> : tensor<2xf32>",
       "overlaps"}};
  for (auto [source, message] : bad) {
    ParsedModule parsed(source);
    EXPECT_TRUE(failed(link::getWeightLayout(*parsed.module)));
    EXPECT_THAT(parsed.diagnostics, HasSubstr(message));
  }
}

TEST(Object, HoldsTheWeightsAtItsEnd) {
  std::string source =
      makeProgram(constants, "%c = kernel.get_constant @ints : memref<2xi64>\n memref.copy %x, %y "
                             ": memref<2xf32> to memref<2xf32>");
  std::string diagnostics;
  std::string object = compile(source, link::EmitKind::Object, "x86-64-v3", &diagnostics);
  ASSERT_FALSE(object.empty()) << diagnostics;
  std::string weights = weightsOf(constants);
  EXPECT_EQ(object.substr(object.size() - weights.size()), weights);
  EXPECT_EQ((object.size() - weights.size()) % 4096, 0u);
  auto file = llvm::object::ELF64LEObjectFile::create(llvm::MemoryBufferRef(object, "model.o"));
  ASSERT_TRUE(bool(file));
  bool found = false;
  for (llvm::object::SectionRef section : file->sections()) {
    if (llvm::cantFail(section.getName()) != ".fovea.weights")
      continue;
    found = true;
    EXPECT_EQ(llvm::cantFail(section.getContents()).str(), weights);
    EXPECT_EQ(llvm::object::ELFSectionRef(section).getFlags(), uint64_t(llvm::ELF::SHF_ALLOC));
    EXPECT_EQ(llvm::object::ELFSectionRef(section).getType(), uint64_t(llvm::ELF::SHT_PROGBITS));
  }
  EXPECT_TRUE(found);
  std::set<std::string> global;
  for (const llvm::object::ELFSymbolRef &symbol : file->symbols()) {
    std::string name = llvm::cantFail(symbol.getName()).str();
    if (name == "model_weights") {
      EXPECT_EQ(symbol.getSize(), weights.size());
    }
    if (symbol.getBinding() == llvm::ELF::STB_GLOBAL && !name.empty())
      global.insert(name);
  }
  global.erase("_GLOBAL_OFFSET_TABLE_");
  EXPECT_EQ(global, std::set<std::string>{"model_model"});
}

TEST(Object, LargeWeightsLeaveTheRangeOfCode) {
  EXPECT_EQ(link::getWeightsSection(1 << 30), ".fovea.weights");
  EXPECT_EQ(link::getWeightsSection(int64_t(2) << 30), ".lrodata.fovea.weights");
}

TEST(Object, RefusesFilesOfOtherKinds) {
  std::string bytes;
  llvm::raw_string_ostream out(bytes);
  llvm::Error error = link::writeWithSection(
      "not an object at all, but long enough to hold a header........", ".fovea.weights", 64,
      [](llvm::raw_ostream &) {}, out);
  EXPECT_TRUE(bool(error));
  llvm::consumeError(std::move(error));
}

TEST(Program, RefusesOpsThatCompute) {
  std::string diagnostics;
  std::string source =
      makeProgram("", "%z = arith.constant 1.0 : f32\n %v = arith.addf %z, %z : f32");
  EXPECT_TRUE(compile(source, link::EmitKind::Object, "x86-64-v3", &diagnostics).empty());
  EXPECT_THAT(diagnostics, HasSubstr("a program computes integers only"));
}

/// The scratch memory of a kernel with this body; -1 when it is refused.
static int64_t scratchOf(const char *body) {
  std::string source = std::string(R"(
    declare ptr @fovea_scratch_alloc(ptr, i64)
    declare i32 @fovea_parallel_for(ptr, ptr, i32, i32, ptr)
    define internal i32 @task(ptr %w, i32 %i, ptr %c) {
      %p = call ptr @fovea_scratch_alloc(ptr %w, i64 1000)
      ret i32 0
    }
    define internal i32 @unrelated(ptr %w) {
      %p = call ptr @fovea_scratch_alloc(ptr %w, i64 9999)
      ret i32 0
    }
    define i32 @k(ptr %w, ptr %x, i64 %n) {)") +
                       body + "\n ret i32 0\n}";
  llvm::LLVMContext context;
  llvm::SMDiagnostic diagnostic;
  auto module = llvm::parseAssemblyString(source, diagnostic, context);
  EXPECT_TRUE(module) << diagnostic.getMessage().str();
  llvm::Expected<int64_t> bytes = codegen::getScratchBytes(*module->getFunction("k"));
  if (bytes)
    return *bytes;
  EXPECT_THAT(llvm::toString(bytes.takeError()), HasSubstr("no constant size"));
  return -1;
}

TEST(Scratch, CountsWhatAKernelReaches) {
  EXPECT_EQ(scratchOf(""), 0);
  EXPECT_EQ(scratchOf("%p = call ptr @fovea_scratch_alloc(ptr %w, i64 128)"), 256);
  EXPECT_EQ(scratchOf("%p = call ptr @fovea_scratch_alloc(ptr %w, i64 1)\n"
                      "%r = call i32 @fovea_parallel_for(ptr %w, ptr @task, i32 0, i32 4, ptr %x)"),
            256 + 1024 + 128);
  EXPECT_EQ(scratchOf("%p = call ptr @fovea_scratch_alloc(ptr %w, i64 %n)"), -1);
}

TEST(Object, RefusesUnknownFunctions) {
  std::string diagnostics;
  std::string source = R"mlir(module attributes {fovea.arena_bytes = 64 : i64} {
    func.func @main(%x: memref<4xi64>, %y: memref<4xi64>, %arena: memref<?xi8>)
        attributes {fovea.inputs = 1 : i64, fovea.outputs = 1 : i64} {
      kernel.launch @k(%x) outs(%y) : (memref<4xi64>) outs(memref<4xi64>)
      return
    }
    kernel.func @k(%x: tensor<4xi64>) -> tensor<4xi64> attributes {anchor = #kernel.anchor<elementwise>, backend = #kernel.backend<llvm>} {
      %e = tensor.empty() : tensor<4xi64>
      %r = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
          ins(%x : tensor<4xi64>) outs(%e : tensor<4xi64>) {
        ^bb0(%a: i64, %o: i64):
          %w = arith.extsi %a : i64 to i128
          %s = arith.muli %w, %w : i128
          %m = arith.addi %s, %w : i128
          %d = arith.divsi %s, %m : i128
          %n = arith.trunci %d : i128 to i64
          linalg.yield %n : i64
      } -> tensor<4xi64>
      kernel.return %r : tensor<4xi64>
    }
  })mlir";
  EXPECT_TRUE(compile(source, link::EmitKind::Object, "x86-64-v3", &diagnostics).empty());
  EXPECT_THAT(diagnostics, HasSubstr("__divti3"));
}

TEST(Target, KnowsLevelsAndNames) {
  auto v3 = codegen::targetFor("x86-64-v3");
  ASSERT_TRUE(bool(v3));
  EXPECT_TRUE(v3->hasFeature("fma"));
  EXPECT_FALSE(v3->hasFeature("avx512f"));
  EXPECT_EQ(v3->vectorWidth(), 8);
  auto zen4 = codegen::targetFor("znver4");
  ASSERT_TRUE(bool(zen4));
  EXPECT_TRUE(zen4->hasFeature("avx512bf16"));
  EXPECT_FALSE(zen4->hasFeature("vaes")) << "the runtime cannot check it";
  EXPECT_TRUE(std::is_sorted(zen4->features.begin(), zen4->features.end()));
  EXPECT_EQ(codegen::getRequiredFeatures(*zen4), 63u);
  EXPECT_TRUE(bool(codegen::targetFor("native")));
  for (const char *bad : {"pentium4", "x86-64", "nonsense", ""}) {
    auto target = codegen::targetFor(bad);
    ASSERT_FALSE(bool(target)) << bad;
    EXPECT_THAT(llvm::toString(target.takeError()), HasSubstr("x86-64-v4"));
  }
}
