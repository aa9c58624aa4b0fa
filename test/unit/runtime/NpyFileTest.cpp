// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// fovea-run's reading, writing, filling and comparing of arrays.
#include "compiler/tools/NpyFile.h"

#include "compiler/tools/ArrayTools.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"

#include "gtest/gtest.h"
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>

using namespace llvm;
using namespace fovea;

namespace {

constexpr fovea_dtype f2{2, 16, 1}, f4{2, 32, 1}, f8{2, 64, 1}, i1{0, 8, 1}, i2{0, 16, 1},
    i4{0, 32, 1}, i8{0, 64, 1}, u1{1, 8, 1}, u2{1, 16, 1}, u4{1, 32, 1}, u8{1, 64, 1}, b1{6, 8, 1},
    bf16{4, 16, 1};

/// A .npy file of format `version` with the given header text and elements.
std::string npy(const std::string &header, const std::string &elements, int version = 1) {
  std::string file = "\x93NUMPY";
  file += static_cast<char>(version);
  file += '\0';
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i)
    file += static_cast<char>(header.size() >> 8 * i);
  return file + header + elements;
}

std::string reasonOf(const std::string &contents) {
  Expected<Array> array = parseNpy(contents, "x.npy");
  if (array)
    return "accepted";
  return toString(array.takeError());
}

template <typename T>
Array makeArray(fovea_dtype dtype, ArrayRef<int64_t> shape, ArrayRef<T> values) {
  Array array = cantFail(Array::create(dtype, shape));
  EXPECT_EQ(array.byteSize(), values.size() * sizeof(T));
  std::memcpy(array.bytes(), values.data(), values.size() * sizeof(T));
  return array;
}

Array floats(ArrayRef<float> values) {
  return makeArray<float>(f4, {static_cast<int64_t>(values.size())}, values);
}

TEST(NpyFile, ReadsWhatNumPyWrites) {
  const std::string header = "{'descr': '<i2', 'fortran_order': False, 'shape': (2, 1), }   \n";
  for (int version : {1, 2, 3}) {
    Expected<Array> array = parseNpy(npy(header, std::string("\x01\x02\xff\xff", 4), version), "x");
    ASSERT_TRUE(static_cast<bool>(array)) << toString(array.takeError());
    EXPECT_EQ(typeName(array->dtype, array->shape), "int16[2, 1]");
    int16_t values[2];
    std::memcpy(values, array->bytes(), 4);
    EXPECT_EQ(values[0], 0x201);
    EXPECT_EQ(values[1], -1);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(array->bytes()) % 64, 0u);
  }
  // Any order, any spacing, either quote, no last comma.
  EXPECT_EQ(reasonOf(npy("{ \"shape\" :( ) ,'fortran_order':False,'descr':'|u1'}", "x")),
            "accepted");
  EXPECT_EQ(
      reasonOf(npy("{'descr':'|b1','fortran_order':False,'shape':(3,)}", std::string("\0\1\1", 3))),
      "accepted");
  EXPECT_EQ(
      reasonOf(npy("{'descr':'<f8','fortran_order':False,'shape':(0, 9223372036854775807)}", "")),
      "accepted");
}

TEST(NpyFile, SaysWhatIsWrong) {
  const std::string good = "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }";
  const struct {
    std::string contents;
    const char *reason;
  } cases[] = {
      {"", "not a .npy file"},
      {"hello, world", "not a .npy file"},
      {std::string("PK\3\4 numpy"), ".npz archive"},
      {"\x93NUMPY", "cut off"},
      {std::string("\x93NUMPY\1\0\xff\xff{}", 12), "cut off"},
      {std::string("\x93NUMPY\2\0\xff\xff", 10), "cut off"},
      {npy(good, "abcd", 9), "version 9"},
      {npy(good, "abc"), "takes 4 bytes and the file has 3"},
      {npy(good, "abcde"), "takes 4 bytes and the file has 5"},
      {npy("", ""), "'{'"},
      {npy("{", ""), "quoted string"},
      {npy("{'descr", ""), "not closed"},
      {npy("{'descr' '<f4'}", ""), "':' is missing after 'descr'"},
      {npy("{'descr': '<f4' 'shape': ()}", ""), "',' or '}'"},
      {npy("{'descr': '<f4'}", ""), "needs 'descr', 'fortran_order' and 'shape'"},
      {npy(good + "{}", "abcd"), "text after '}'"},
      {npy("{'descr': '<f4', 'descr': '<f4'}", ""), "given twice"},
      {npy("{'order': 3}", ""), "'order' is unknown"},
      {npy("{'descr': [('a', '<f4')]}", ""), "records"},
      {npy("{'descr': '>f4', 'fortran_order': False, 'shape': ()}", "abcd"), "big-endian"},
      {npy("{'descr': '=f4', 'fortran_order': False, 'shape': ()}", "abcd"), "not supported"},
      {npy("{'descr': '|O', 'fortran_order': False, 'shape': ()}", "abcd"), "'|O'"},
      {npy("{'descr': '', 'fortran_order': False, 'shape': ()}", "abcd"), "not supported"},
      {npy("{'descr': 'f4', 'fortran_order': False, 'shape': ()}", "abcd"), "not supported"},
      {npy("{'descr': '<c8', 'fortran_order': False, 'shape': ()}", "abcdefgh"), "'<c8'"},
      {npy("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1)}", "abcd"), "column-major"},
      {npy("{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}", "abcd"), "neither True nor"},
      {npy("{'descr': '<f4', 'fortran_order': False, 'shape': 1}", "abcd"), "not a tuple"},
      {npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1)}", "abcd"), "not a tuple"},
      {npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", "abcd"), "not a size"},
      {npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1.5,)}", "abcd"), "',' or ')'"},
      {npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1 1)}", "abcd"), "',' or ')'"},
      {npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,", "abcd"), "not a size"},
      {npy("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}", ""),
       "not a size"},
      {npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", ""),
       "more bytes than exist"},
      {npy("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807,)}", ""),
       "more bytes than exist"},
      {npy("{'descr': '|b1', 'fortran_order': False, 'shape': (1,)}", "\2"), "neither 0 nor 1"},
      {npy("{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::string(400, '1') + ")}",
           ""),
       "not a size"},
  };
  for (const auto &bad : cases) {
    const std::string reason = reasonOf(bad.contents);
    EXPECT_NE(reason.find(bad.reason), std::string::npos) << bad.reason << " / " << reason;
    EXPECT_NE(reason.find("x.npy"), std::string::npos) << reason;
  }
  std::string many = "{'descr': '<f4', 'fortran_order': False, 'shape': (";
  for (int i = 0; i < 65; ++i)
    many += "1, ";
  EXPECT_NE(reasonOf(npy(many + ")}", "abcd")).find("more than 64"), std::string::npos);
}

TEST(NpyFile, SurvivesDamage) {
  const std::string good =
      npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n", std::string(24, 'x'));
  std::mt19937_64 generator(1);
  int accepted = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string bad = good;
    for (uint64_t edits = 1 + generator() % 3; edits--;) {
      const size_t at = generator() % bad.size();
      if (generator() % 4 == 0)
        bad.resize(at + 1);
      else
        bad[at] = static_cast<char>(generator());
    }
    Expected<Array> array = parseNpy(bad, "x");
    if (array)
      accepted += array->byteSize() <= bad.size();
    else
      consumeError(array.takeError());
  }
  EXPECT_GT(accepted, 0); // edits of elements only
}

TEST(NpyFile, WritesWhatItReads) {
  SmallString<128> path;
  ASSERT_FALSE(sys::fs::createTemporaryFile("fovea", "npy", path));
  FileRemover remover(path);
  for (fovea_dtype dtype : {f2, f4, f8, i1, i2, i4, i8, u1, u2, u4, u8, b1})
    for (std::vector<int64_t> shape : {std::vector<int64_t>{}, {5}, {2, 3}, {0, 4}, {1, 2, 3, 4}}) {
      Array array = cantFail(Array::create(dtype, shape));
      std::mt19937_64 generator(7);
      fillRandom(array, generator);
      ASSERT_FALSE(errorToBool(writeNpy(path, array)));
      Expected<Array> back = readNpy(path);
      ASSERT_TRUE(static_cast<bool>(back)) << toString(back.takeError());
      EXPECT_TRUE(back->dtype == dtype);
      EXPECT_EQ(ArrayRef(back->shape), ArrayRef(array.shape));
      EXPECT_EQ(std::memcmp(back->bytes(), array.bytes(), array.byteSize()), 0);
      uint64_t fileBytes;
      ASSERT_FALSE(sys::fs::file_size(path, fileBytes));
      EXPECT_EQ((fileBytes - array.byteSize()) % 64, 0u);
    }
}

TEST(NpyFile, StoresOtherTypesAsTheirBits) {
  SmallString<128> path;
  ASSERT_FALSE(sys::fs::createTemporaryFile("fovea", "npy", path));
  FileRemover remover(path);
  Array array = cantFail(Array::create(bf16, {2}));
  std::memcpy(array.bytes(), "\1\2\3\4", 4);
  ASSERT_FALSE(errorToBool(writeNpy(path, array)));
  Array back = cantFail(readNpy(path));
  EXPECT_TRUE(back.dtype == u2);
  EXPECT_EQ(std::memcmp(back.bytes(), "\1\2\3\4", 4), 0);
  EXPECT_TRUE(standsFor(u2, bf16));
  EXPECT_FALSE(standsFor(i2, bf16));
  EXPECT_FALSE(standsFor(u2, f2));
  Array unwritable = cantFail(Array::create(fovea_dtype{5, 64, 1}, {2}));
  unwritable.dtype = {5, 24, 1};
  EXPECT_NE(toString(writeNpy(path, unwritable)).find("cannot hold"), std::string::npos);
}

TEST(NpyFile, RefusesWhatIsNoFile) {
  for (const char *path : {"/nonexistent/x.npy", "/", "/dev/zero"})
    EXPECT_NE(toString(readNpy(path).takeError()).find("cannot read"), std::string::npos);
  Array array = floats({1.0f});
  for (const char *path : {"/nonexistent/x.npy", "/", "/dev/full"})
    EXPECT_NE(toString(writeNpy(path, array)).find("cannot write"), std::string::npos);
  EXPECT_TRUE(errorToBool(Array::create(f4, {INT64_MAX, 2}).takeError()));
  EXPECT_TRUE(errorToBool(Array::create(f4, {-1}).takeError()));
}

TEST(ArrayTools, RandomIsRepeatableAndInRange) {
  auto fill = [](fovea_dtype dtype, uint64_t seed) {
    Array array = cantFail(Array::create(dtype, {1000}));
    std::mt19937_64 generator(seed);
    fillRandom(array, generator);
    return array;
  };
  Array first = fill(f4, 3), second = fill(f4, 3), third = fill(f4, 4);
  EXPECT_EQ(std::memcmp(first.bytes(), second.bytes(), first.byteSize()), 0);
  EXPECT_NE(std::memcmp(first.bytes(), third.bytes(), first.byteSize()), 0);
  // Zero references: max_abs is the largest magnitude.
  for (fovea_dtype dtype : {f2, bf16, f4, f8, i1, i2, i4, i8, u1, u2, u4, u8, b1}) {
    Array array = fill(dtype, 5), zero = cantFail(Array::create(dtype, {1000}));
    std::memset(zero.bytes(), 0, zero.byteSize());
    const Comparison comparison = compare(array, zero, 0, 2);
    EXPECT_TRUE(comparison.ok());
    EXPECT_GT(comparison.maxAbs, 0.99) << dtypeName(dtype);
    EXPECT_LE(comparison.maxAbs, 1.0) << dtypeName(dtype);
  }
}

TEST(ArrayTools, ToleranceIsRelativeToTheLargestReference) {
  const Array reference = floats({128.0f, 0.0f, -1.0f});
  const Array close = floats({128.0f, 0.25f, -1.0f});
  EXPECT_TRUE(compare(close, reference, 0x1p-9, 0).ok());
  EXPECT_FALSE(compare(close, reference, 0.999 * 0x1p-9, 0).ok());
  EXPECT_TRUE(compare(close, reference, 0.999 * 0x1p-9, 0.01).ok());
  const Comparison comparison = compare(close, reference, 0, 0.2);
  EXPECT_EQ(comparison.outOfTolerance, 1u);
  EXPECT_EQ(comparison.maxAbs, 0.25);
  EXPECT_EQ(comparison.maxRel, 0x1p-9);
  EXPECT_EQ(comparison.worst, 1u);
  EXPECT_TRUE(compare(reference, reference, 0, 0).ok());
}

TEST(ArrayTools, NotFiniteMustMatch) {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::nanf("");
  const Array reference = floats({1.0f, inf, -inf, nan});
  EXPECT_TRUE(compare(floats({1.0f, inf, -inf, nan}), reference, 0, 0).ok());
  for (unsigned at = 0; at < 4; ++at)
    for (float wrong : {2.0f, inf, -inf, nan}) {
      SmallVector<float> values = {1.0f, inf, -inf, nan};
      const bool same = values[at] == wrong || (std::isnan(values[at]) && std::isnan(wrong));
      values[at] = wrong;
      const Comparison comparison = compare(floats(values), reference, 1e-3, 1e-3);
      EXPECT_EQ(comparison.ok(), same) << at << " " << wrong;
      EXPECT_EQ(comparison.notFinite, !same && (at != 0 || wrong != 2.0f) ? 1u : 0u);
    }
  // A large reference does not make infinity acceptable.
  EXPECT_FALSE(compare(floats({inf}), floats({3e38f}), 1e9, 1e9).ok());
}

TEST(ArrayTools, ComparesWideIntegersExactly) {
  const Array reference = makeArray<int64_t>(i8, {2}, {INT64_MAX, INT64_MIN});
  EXPECT_TRUE(compare(reference, reference, 0, 0).ok());
  EXPECT_FALSE(
      compare(makeArray<int64_t>(i8, {2}, {INT64_MAX - 1, INT64_MIN}), reference, 0, 0.5).ok());
  EXPECT_TRUE(
      compare(makeArray<int64_t>(i8, {2}, {INT64_MAX - 1, INT64_MIN}), reference, 0, 1).ok());
}

TEST(ArrayTools, ReadsHalfPrecision) {
  const Array half = makeArray<uint16_t>(f2, {4}, {0x3c00, 0xc000, 0x0001, 0x7c00});
  const Array zero = makeArray<uint16_t>(f2, {4}, {0x3c00, 0, 0, 0x7c00});
  const Comparison comparison = compare(half, zero, 0, 0);
  EXPECT_EQ(comparison.maxAbs, 2.0);
  EXPECT_EQ(comparison.notFinite, 0u);
  EXPECT_EQ(comparison.outOfTolerance, 2u); // -2 and the smallest subnormal
}

} // namespace
