// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The generated header: names, and that C11 and C++17 compilers accept it without a warning.

#include "compiler/link/Header.h"
#include "test/unit/link/CompiledModel.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Program.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace fovea;
using namespace fovea::test;
using ::testing::HasSubstr;

static const char *program = R"mlir(
module attributes {fovea.arena_bytes = 64 : i64} {
  func.func @main(%a: memref<2x3xf32> {onnx.name = "pixel.values"}, %b: memref<4xi1> {onnx.name = "class"},
                  %c: memref<f16> {onnx.name = "pixel/values*/ //"}, %d: memref<1x2xbf16>, %e: memref<3xi8> {onnx.element_type = ui8, onnx.name = "Class_"}, %f: memref<1xf32> {onnx.name = "vit_model"}, %g: memref<1xf32> {onnx.name = "PIXEL_values"},
                  %y: memref<7xi64> {onnx.name = "0"}, %arena: memref<?xi8>)
      attributes {fovea.inputs = 7 : i64, fovea.outputs = 1 : i64} {
    return
  }
}
)mlir";

static std::string makeHeader() {
  ParsedModule parsed(program);
  std::string text;
  llvm::raw_string_ostream out(text);
  EXPECT_TRUE(succeeded(link::writeHeader(*parsed.module, "vit", out))) << parsed.diagnostics;
  return text;
}

TEST(Header, MakesIdentifiers) {
  EXPECT_EQ(link::makeIdentifier("onnx::MatMul_1", "x"), "onnx_MatMul_1");
  EXPECT_EQ(link::makeIdentifier("1x", "x"), "n1x");
  EXPECT_EQ(link::makeIdentifier("/", "input0"), "input0");
  EXPECT_EQ(link::makeIdentifier("class", "x"), "class_");
  EXPECT_EQ(link::makeIdentifier("__a__b__", "x"), "a_b");
  EXPECT_EQ(link::makeIdentifier("größe", "x"), "gr_e");
}

TEST(Header, NamesEveryTensor) {
  std::string header = makeHeader();
  EXPECT_THAT(header, HasSubstr("const float *pixel_values, const uint8_t *class_, "
                                "const uint16_t *pixel_values_2, const uint16_t *input3, "
                                "const uint8_t *Class, const float *vit_model_2, const float "
                                "*PIXEL_values_3, int64_t *n0)"));
  EXPECT_THAT(header,
              HasSubstr("#define VIT_PIXEL_VALUES_DIM1 3\n#define VIT_PIXEL_VALUES_SIZE 6"));
  EXPECT_THAT(header, HasSubstr("const fovea_model *vit_model(void);"));
}

TEST(Header, RefusesElementTypesOfOtherWidths) {
  ParsedModule parsed(R"mlir(
    func.func @main(%a: memref<3xi16> {onnx.element_type = ui8}, %arena: memref<?xi8>)
        attributes {fovea.inputs = 1 : i64, fovea.outputs = 0 : i64} {
      return
    })mlir");
  std::string text;
  llvm::raw_string_ostream out(text);
  EXPECT_TRUE(failed(link::writeHeader(*parsed.module, "vit", out)));
  EXPECT_THAT(parsed.diagnostics, HasSubstr("cannot stand for onnx.element_type 'ui8'"));
}

TEST(Header, Compiles) {
  llvm::SmallString<128> path;
  int descriptor = -1;
  ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("fovea", "h", descriptor, path));
  {
    llvm::raw_fd_ostream stream(descriptor, /*shouldClose=*/true);
    stream << makeHeader();
  }
  for (auto [compiler, language, standard] : {std::tuple(FOVEA_TEST_CC, "-xc", "-std=c11"),
                                              std::tuple(FOVEA_TEST_CXX, "-xc++", "-std=c++17")}) {
    llvm::StringRef arguments[] = {
        compiler,     "-fsyntax-only", "-Wall",    "-Wextra",
        "-Wpedantic", "-Werror",       "-I",       FOVEA_TEST_RUNTIME_INCLUDE,
        standard,     language,        "-include", path,
        "/dev/null"};
    EXPECT_EQ(llvm::sys::ExecuteAndWait(compiler, arguments), 0) << standard;
  }
  llvm::sys::fs::remove(path);
}
