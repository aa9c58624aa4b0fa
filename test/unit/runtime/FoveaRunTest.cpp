// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The program fovea-run from outside: exit codes, files, JSON, messages. The models are
// tool_models.c.
#include "compiler/tools/NpyFile.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"

#include "gtest/gtest.h"
#include <cstring>

using namespace llvm;
using namespace fovea;

namespace {

constexpr fovea_dtype f4{2, 32, 1}, i4{0, 32, 1}, i8{0, 64, 1};

class FoveaRun : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(sys::fs::createUniqueDirectory("fovea-run", folder));
    write<float>("image.npy", f4, {2, 3}, {1, 2, 3, 4, 5, 6});
    write<int64_t>("ids.npy", i8, {4}, {0, 1, 2, 3});
    write<float>("right.npy", f4, {2}, {6, 15});
    write<float>("wrong.npy", f4, {2}, {6, 15.5f});
  }
  void TearDown() override { sys::fs::remove_directories(folder); }

  std::string at(StringRef name) {
    SmallString<128> path = folder;
    sys::path::append(path, name);
    return path.str().str();
  }

  template <typename T>
  void write(StringRef name, fovea_dtype dtype, ArrayRef<int64_t> shape, ArrayRef<T> values) {
    Array array = cantFail(Array::create(dtype, shape));
    std::memcpy(array.bytes(), values.data(), array.byteSize());
    cantFail(writeNpy(at(name), array));
  }

  /// Runs the tool; "@name" in an argument becomes a file of the folder. Leaves `out` and `err`.
  int run(StringRef library, std::vector<std::string> arguments) {
    std::vector<StringRef> command = {FOVEA_RUN, library};
    for (std::string &argument : arguments) {
      const size_t mark = argument.find("=@");
      if (mark != std::string::npos && argument[mark + 2] != '/')
        argument = argument.substr(0, mark + 2) + at(argument.substr(mark + 2));
      command.push_back(argument);
    }
    const std::string outPath = at("stdout"), errPath = at("stderr");
    sys::fs::remove(outPath);
    sys::fs::remove(errPath);
    std::optional<StringRef> redirects[] = {StringRef(""), StringRef(outPath), StringRef(errPath)};
    const int code = sys::ExecuteAndWait(FOVEA_RUN, command, std::nullopt, redirects, 60);
    out = contents(outPath);
    err = contents(errPath);
    return code;
  }

  /// Runs the model `sum` on the good inputs.
  int runSum(std::vector<std::string> arguments, StringRef library = ONE_MODEL) {
    arguments.insert(arguments.begin(),
                     {"--input", "image=@image.npy", "--input", "ids=@ids.npy", "--model", "sum"});
    return run(library, std::move(arguments));
  }

  static std::string contents(StringRef path) {
    ErrorOr<std::unique_ptr<MemoryBuffer>> buffer = MemoryBuffer::getFile(path);
    return buffer ? (*buffer)->getBuffer().str() : "";
  }

  bool says(StringRef text) const { return StringRef(err).contains(text); }

  SmallString<128> folder;
  std::string out, err;
};

TEST_F(FoveaRun, ComputesWritesAndCompares) {
  // The library leaves the runtime to the tool, or has it inside, hidden.
  for (const char *library : {ONE_MODEL, SEVERAL_MODELS, WITH_RUNTIME}) {
    ASSERT_EQ(runSum({"--output", "logits=@out.npy", "--expect", "logits=@right.npy", "--threads",
                      "2", "--repeat", "7", "--json"},
                     library),
              0)
        << err;
    Expected<json::Value> value = json::parse(out);
    ASSERT_TRUE(static_cast<bool>(value)) << toString(value.takeError());
    const json::Object &object = *value->getAsObject();
    EXPECT_EQ(object.getInteger("runs"), 7);
    EXPECT_EQ(object.getInteger("threads"), 2);
    const double least = *object.getNumber("min_ms"), median = *object.getNumber("median_ms");
    EXPECT_LE(least, median);
    EXPECT_LE(median, *object.getNumber("p90_ms"));
    const json::Object *logits = object.getObject("outputs")->getObject("logits");
    EXPECT_EQ(logits->getBoolean("ok"), true);
    EXPECT_EQ(logits->getNumber("max_abs"), 0.0);
    EXPECT_EQ(logits->getNumber("max_rel"), 0.0);
    Array array = cantFail(readNpy(at("out.npy")));
    float values[2];
    std::memcpy(values, array.bytes(), 8);
    EXPECT_EQ(values[0], 6);
    EXPECT_EQ(values[1], 15);
  }
}

TEST_F(FoveaRun, ExitCodeFollowsTheTolerance) {
  EXPECT_EQ(runSum({"--expect", "logits=@wrong.npy"}), 1);
  EXPECT_NE(out.find("WRONG, max_abs 0.5"), std::string::npos) << out;
  EXPECT_EQ(runSum({"--expect", "logits=@wrong.npy", "--atol", "0.5"}), 0);
  EXPECT_EQ(runSum({"--expect", "logits=@wrong.npy", "--rtol", "0.033"}), 0);
  EXPECT_EQ(runSum({"--expect", "logits=@wrong.npy", "--rtol", "0.032"}), 1);
  EXPECT_EQ(runSum({"--expect", "logits=@wrong.npy", "--json"}), 1);
  EXPECT_NE(out.find("\"ok\": false"), std::string::npos);
}

TEST_F(FoveaRun, NoticesOutputsThatAreNotWritten) {
  EXPECT_EQ(run(SEVERAL_MODELS, {"--model", "silent", "--random", "1", "--expect",
                                 "logits=@right.npy", "--rtol", "1e9"}),
            1);
  EXPECT_NE(out.find("2 wrongly not finite"), std::string::npos) << out;
}

TEST_F(FoveaRun, RandomInputsAreRepeatable) {
  ASSERT_EQ(run(ONE_MODEL, {"--random", "5", "--output", "logits=@a.npy", "--threads", "1"}), 0);
  ASSERT_EQ(run(ONE_MODEL, {"--random", "5", "--expect", "logits=@a.npy", "--rtol", "0", "--atol",
                            "0", "--threads", "2"}),
            0);
  ASSERT_EQ(run(ONE_MODEL, {"--random", "6", "--expect", "logits=@a.npy"}), 1);
  // A file takes precedence.
  EXPECT_EQ(run(ONE_MODEL,
                {"--random", "6", "--input", "image=@image.npy", "--expect", "logits=@right.npy"}),
            0);
}

TEST_F(FoveaRun, Lists) {
  EXPECT_EQ(run(ONE_MODEL, {"--list"}), 0);
  EXPECT_NE(out.find("input  image: float32[2, 3]"), std::string::npos) << out;
  EXPECT_NE(out.find("input  ids: int64[4]"), std::string::npos);
  EXPECT_NE(out.find("output logits: float32[2]"), std::string::npos);
  EXPECT_EQ(run(SEVERAL_MODELS, {"--list", "--json"}), 0);
  Expected<json::Value> value = json::parse(out);
  ASSERT_TRUE(static_cast<bool>(value)) << toString(value.takeError());
  EXPECT_EQ(value->getAsArray()->size(), 5u);
}

TEST_F(FoveaRun, ChoosesAmongSeveralModels) {
  EXPECT_EQ(run(SEVERAL_MODELS, {"--random", "1"}), 1);
  EXPECT_TRUE(says("choose one with --model: exotic, failing, future, silent, sum")) << err;
  EXPECT_EQ(run(SEVERAL_MODELS, {"--random", "1", "--model", "nothing"}), 1);
  EXPECT_TRUE(says("has no model 'nothing'")) << err;
  EXPECT_EQ(run(SEVERAL_MODELS, {"--random", "1", "--model", "future"}), 2);
  EXPECT_TRUE(says("ABI version")) << err;
  EXPECT_EQ(run(SEVERAL_MODELS, {"--random", "1", "--model", "exotic"}), 2);
  EXPECT_TRUE(says("CPU features")) << err;
  EXPECT_EQ(run(SEVERAL_MODELS, {"--random", "1", "--model", "failing"}), 3);
  EXPECT_TRUE(says("failed with code 5")) << err;
}

TEST_F(FoveaRun, ExplainsMistakes) {
  write<int32_t>("ids32.npy", i4, {4}, {0, 1, 2, 3});
  write<float>("wide.npy", f4, {2, 4}, {0, 0, 0, 0, 0, 0, 0, 0});
  const struct {
    std::vector<std::string> arguments;
    const char *message;
  } cases[] = {
      {{}, "image: float32[2, 3]\n  ids: int64[4]"},
      {{"--input", "image=@image.npy"}, "\n  ids: int64[4]"},
      {{"--random", "1", "--input", "ids=@ids32.npy"}, "'ids' is int64[4], but"},
      {{"--random", "1", "--input", "image=@wide.npy"}, "holds float32[2, 4]"},
      {{"--random", "1", "--input", "image=@none.npy"}, "No such file"},
      {{"--random", "1", "--input", "picture=@image.npy"}, "no input 'picture'"},
      {{"--random", "1", "--output", "probs=@image.npy"}, "no output 'probs'"},
      {{"--random", "1", "--expect", "logits=@image.npy"}, "output 'logits' is float32[2], but"},
      {{"--random", "1", "--input", "image"}, "expected name=@file.npy"},
      {{"--random", "1", "--input", "ids=@ids.npy", "--input", "ids=@ids.npy"}, "given twice"},
      {{"--random", "1", "--output", "logits=@/nonexistent/x.npy"}, "cannot write"},
      {{"--random", "1", "--repeat", "0"}, "--repeat"},
      {{"--random", "1", "--rtol", "nan"}, "--rtol"},
      {{"--random", "1", "--threads", "100000"}, "at most 1024"},
      {{"--random", "one"}, "invalid"},
      {{"--frobnicate"}, "frobnicate"},
  };
  for (const auto &bad : cases) {
    EXPECT_EQ(run(ONE_MODEL, bad.arguments), 1) << bad.message;
    EXPECT_TRUE(says(bad.message)) << bad.message << " / " << err;
    EXPECT_TRUE(says("fovea-run: ")) << err;
    EXPECT_EQ(out, "");
  }
  EXPECT_EQ(run(at("none.so"), {"--list"}), 1);
  EXPECT_TRUE(says("No such file")) << err;
  EXPECT_EQ(run(at("image.npy"), {"--list"}), 1);
  EXPECT_TRUE(says("not recognized")) << err;
  EXPECT_EQ(run(OBJECT_FILE, {"--list"}), 1);
  EXPECT_TRUE(says("not a shared library")) << err;
  EXPECT_EQ(run(NO_MODEL, {"--list"}), 1);
  EXPECT_TRUE(says("exports no model")) << err;
}

} // namespace
