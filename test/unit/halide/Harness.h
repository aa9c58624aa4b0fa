// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compiles a kernel given as text, runs it in this process, and compares with values computed by
// plain loops in double. Every buffer ends at an unreadable page, scratch memory starts as NaN,
// tasks run in reverse order.

#ifndef FOVEA_TEST_UNIT_HALIDE_HARNESS_H
#define FOVEA_TEST_UNIT_HALIDE_HARNESS_H

#include "compiler/codegen/Kernel.h"

#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace fovea::test {

/// Memory whose last byte is followed by a page that cannot be touched.
class GuardedBytes {
public:
  explicit GuardedBytes(size_t size);
  ~GuardedBytes();
  GuardedBytes(const GuardedBytes &) = delete;
  char *data() const { return start; }
  size_t size() const { return bytes; }

private:
  char *mapping, *start;
  size_t bytes, mapped;
};

/// `text` with every `$NAME` replaced.
std::string substitute(std::string text, const std::map<std::string, int64_t> &values);

/// The machines that kernels are made for: 0 this machine's AVX-512 (or the second again), 1
/// x86-64-v3.
codegen::Target testTarget(int number);

/// A compiled kernel.func; owns what it needs. Fails the running test when it cannot be made.
class TestKernel {
public:
  TestKernel(const std::string &text, const codegen::Target &target);
  ~TestKernel();
  bool ok() const { return entry != nullptr; }
  /// Runs with inputs then outputs.
  int run(const std::vector<void *> &buffers);
  llvm::ArrayRef<char> bitcode() const;
  /// The diagnostics of a failed compilation.
  const std::string &diagnostics() const { return messages; }

private:
  struct State;
  std::unique_ptr<State> state;
  std::string messages;
  void *entry = nullptr;
};

/// Random floats in [-1, 1), the same for the same seed.
std::vector<float> randomFloats(size_t count, unsigned seed);

/// Runs `text` on these inputs and returns one f32 result of `count` elements.
std::vector<float> runFloats(const std::string &text, const std::vector<std::vector<float>> &inputs,
                             size_t count, const codegen::Target &target);

/// Largest difference, relative to the largest expected magnitude (at least 1).
double relativeError(const std::vector<float> &actual,
                     const std::function<double(size_t)> &expected);

/// Column panels of a K x N matrix, as #kernel.panels<width> stores it.
std::vector<float> packPanels(const std::vector<float> &matrix, int64_t rows, int64_t columns,
                              int64_t width);

/// Bytes of scratch memory that are taken and not given back.
int64_t liveScratch();
/// Makes the next allocations of scratch memory fail.
void failScratch(bool fail);

} // namespace fovea::test

#endif // FOVEA_TEST_UNIT_HALIDE_HARNESS_H
