// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the runtime finds out about the machine.
#include "runtime/src/cpu.h"

#include "fovea/runtime.h"

#include "gtest/gtest.h"
#include <filesystem>
#include <fstream>
#include <sched.h>
#include <string>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;

TEST(Cpu, AgreesWithTheCompilersView) {
  __builtin_cpu_init();
  const uint64_t features = foveaCpuFeatures();
  EXPECT_EQ((features & FOVEA_CPU_AVX2) != 0,
            __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2"));
  EXPECT_EQ((features & FOVEA_CPU_FMA) != 0, __builtin_cpu_supports("fma") != 0);
  EXPECT_EQ((features & FOVEA_CPU_AVX512) != 0,
            __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
                __builtin_cpu_supports("avx512cd"));
  EXPECT_EQ((features & FOVEA_CPU_AVX512_VNNI) != 0, __builtin_cpu_supports("avx512vnni") != 0);
  EXPECT_EQ((features & FOVEA_CPU_AVX512_BF16) != 0, __builtin_cpu_supports("avx512bf16") != 0);
}

TEST(Cpu, NamesFeatures) {
  char text[160];
  EXPECT_STREQ(foveaFeatureNames(0, text, sizeof(text)), "");
  EXPECT_STREQ(foveaFeatureNames(FOVEA_CPU_AVX2 | FOVEA_CPU_F16C, text, sizeof(text)),
               "AVX2, F16C");
  EXPECT_STREQ(foveaFeatureNames(FOVEA_CPU_AVX512_BF16 | (uint64_t(1) << 9), text, sizeof(text)),
               "AVX-512 BF16, unknown feature bits 0x200");
  char small[8];
  foveaFeatureNames(~uint64_t(0), small, sizeof(small));
  EXPECT_LT(std::string(small).size(), sizeof(small));
}

TEST(Cpu, HonoursTheAffinityMask) {
  cpu_set_t before, one;
  ASSERT_EQ(sched_getaffinity(0, sizeof(before), &before), 0);
  CPU_ZERO(&one);
  for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++cpu)
    if (CPU_ISSET(cpu, &before))
      CPU_SET(cpu, &one);
  EXPECT_LE(foveaAllowedCpus(), static_cast<uint32_t>(CPU_COUNT(&before)));
  ASSERT_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
  EXPECT_EQ(foveaAllowedCpus(), 1u);
  sched_setaffinity(0, sizeof(before), &before);
}

/// A folder that looks like /sys/fs/cgroup, gone with the test.
class Cgroup : public testing::Test {
protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "fovea-cgroup-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    root = pattern;
  }
  void TearDown() override { fs::remove_all(root); }

  void write(const std::string &path, const std::string &text) {
    fs::create_directories((root / path).parent_path());
    std::ofstream(root / path) << text;
  }

  uint32_t cpus(const std::string &membership) {
    write("membership", membership);
    return foveaCgroupCpus((root / "membership").c_str(), root.c_str());
  }

  fs::path root;
};

TEST_F(Cgroup, NoneMeansNoLimit) {
  EXPECT_EQ(foveaCgroupCpus("/nonexistent", "/nonexistent"), 0u);
  EXPECT_EQ(cpus(""), 0u);
  EXPECT_EQ(cpus("0::/\n"), 0u);
  EXPECT_EQ(cpus("garbage\n:\n::\n"), 0u);
  write("cpu.max", "max 100000\n");
  EXPECT_EQ(cpus("0::/\n"), 0u);
}

TEST_F(Cgroup, Version2RoundsUpAndTakesTheTightestAncestor) {
  write("a/b/cpu.max", "max 100000\n");
  write("a/cpu.max", "250000 100000\n");
  EXPECT_EQ(cpus("0::/a/b\n"), 3u);
  write("a/b/cpu.max", "50000 100000\n");
  EXPECT_EQ(cpus("0::/a/b\n"), 1u);
  write("a/b/cpu.max", "800000 100000\n");
  EXPECT_EQ(cpus("0::/a/b\n"), 3u);
  // A container sees its own group at the root and its host's path in /proc.
  write("cpu.max", "200000 100000\n");
  EXPECT_EQ(cpus("0::/docker/0123\n"), 2u);
  EXPECT_EQ(cpus("0::/\n"), 2u);
}

TEST_F(Cgroup, Version1) {
  write("cpu,cpuacct/job/cpu.cfs_quota_us", "150000\n");
  write("cpu,cpuacct/job/cpu.cfs_period_us", "100000\n");
  write("cpuset/job/cpu.cfs_quota_us", "1000\n");
  write("cpuset/job/cpu.cfs_period_us", "1000\n");
  const std::string lines = "7:cpuset:/job\n4:cpu,cpuacct:/job\n1:name=systemd:/job\n";
  EXPECT_EQ(cpus(lines), 2u);
  write("cpu,cpuacct/job/cpu.cfs_quota_us", "-1\n");
  EXPECT_EQ(cpus(lines), 0u);
  EXPECT_EQ(cpus("4:cpuacct,cpu:/job\n7:cpuset:/\n0::/\n"), 0u);
}

TEST_F(Cgroup, DamagedFilesAreIgnored) {
  for (const char *text : {"", "\n", "what", "100000", "100000 0", "-5 100000", "0 0", "9 -1"}) {
    write("cpu.max", text);
    EXPECT_EQ(cpus("0::/\n"), 0u) << text;
  }
  EXPECT_EQ(cpus("0::/" + std::string(3000, 'x') + "\n"), 0u);
}

} // namespace
