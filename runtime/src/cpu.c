// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// CPU features by cpuid, and the CPUs allowed by affinity mask and cgroup quota (v1 and v2). A
// feature counts only when the operating system saves its registers.
#define _GNU_SOURCE
#include "cpu.h"

#include "fovea/runtime.h"

#include <cpuid.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint64_t enabledRegisters(void) {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t)high << 32 | low;
}

static bool hasAll(uint32_t value, uint32_t bits) { return (value & bits) == bits; }

uint64_t foveaCpuFeatures(void) {
  uint32_t eax, ebx, ecx, edx;
  if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx))
    return 0;
  const uint32_t basic = ecx;
  if (!hasAll(basic, bit_OSXSAVE | bit_AVX))
    return 0;
  const uint64_t registers = enabledRegisters();
  if ((registers & 0x6) != 0x6) // XMM and YMM
    return 0;

  uint64_t features = 0;
  if (basic & bit_FMA)
    features |= FOVEA_CPU_FMA;
  if (basic & bit_F16C)
    features |= FOVEA_CPU_F16C;
  uint32_t extended = 0;
  if (__get_cpuid(0x80000001u, &eax, &ebx, &ecx, &edx))
    extended = ecx;
  if (!__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx))
    return features;
  const uint32_t leaves = eax;
  const uint32_t lzcnt = 1u << 5;
  if (hasAll(ebx, bit_AVX2 | bit_BMI | bit_BMI2) && (basic & bit_MOVBE) && (extended & lzcnt))
    features |= FOVEA_CPU_AVX2;
  if ((registers & 0xe6) != 0xe6) // and mask registers, upper halves, ZMM16 to 31
    return features;
  if (!hasAll(ebx, bit_AVX512F | bit_AVX512BW | bit_AVX512CD | bit_AVX512DQ | bit_AVX512VL))
    return features;
  features |= FOVEA_CPU_AVX512;
  if (ecx & bit_AVX512VNNI)
    features |= FOVEA_CPU_AVX512_VNNI;
  const uint32_t bf16 = 1u << 5;
  if (leaves >= 1 && __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) && (eax & bf16))
    features |= FOVEA_CPU_AVX512_BF16;
  return features;
}

const char *foveaFeatureNames(uint64_t features, char *text, size_t bytes) {
  static const struct {
    uint64_t bit;
    const char *name;
  } names[] = {{FOVEA_CPU_AVX2, "AVX2"},
               {FOVEA_CPU_FMA, "FMA"},
               {FOVEA_CPU_F16C, "F16C"},
               {FOVEA_CPU_AVX512, "AVX-512 (F, BW, CD, DQ, VL)"},
               {FOVEA_CPU_AVX512_VNNI, "AVX-512 VNNI"},
               {FOVEA_CPU_AVX512_BF16, "AVX-512 BF16"}};
  size_t used = 0;
  text[0] = '\0';
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && used < bytes; ++i) {
    if (!(features & names[i].bit))
      continue;
    features &= ~names[i].bit;
    used += (size_t)snprintf(text + used, bytes - used, "%s%s", used ? ", " : "", names[i].name);
  }
  if (features && used < bytes)
    snprintf(text + used, bytes - used, "%sunknown feature bits 0x%llx", used ? ", " : "",
             (unsigned long long)features);
  return text;
}

// The start of a small file as a string; false when it cannot be read.
static bool readFile(const char *path, char *text, size_t bytes) {
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return false;
  size_t used = 0;
  while (used + 1 < bytes) {
    const ssize_t got = read(file, text + used, bytes - 1 - used);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      break;
    used += (size_t)got;
  }
  close(file);
  text[used] = '\0';
  return used != 0;
}

static uint32_t smallerQuota(uint32_t first, uint32_t second) {
  return !first || (second && second < first) ? second : first;
}

// quota / period in whole CPUs, rounded up; 0 for no limit.
static uint32_t wholeCpus(long long quota, long long period) {
  if (quota <= 0 || period <= 0)
    return 0;
  const long long cpus = quota / period + (quota % period != 0);
  return cpus > UINT32_MAX ? 0 : (uint32_t)cpus;
}

// The limit written in one cgroup's folder; 0 for none.
static uint32_t folderQuota(const char *folder) {
  char path[1024], text[64], period[64];
  if ((size_t)snprintf(path, sizeof(path), "%s/cpu.max", folder) >= sizeof(path))
    return 0;
  if (readFile(path, text, sizeof(text))) {
    char *rest;
    const long long quota = strtoll(text, &rest, 10); // "max" is not a number: no limit
    return rest == text ? 0 : wholeCpus(quota, strtoll(rest, NULL, 10));
  }
  if ((size_t)snprintf(path, sizeof(path), "%s/cpu.cfs_quota_us", folder) >= sizeof(path) ||
      !readFile(path, text, sizeof(text)))
    return 0;
  if ((size_t)snprintf(path, sizeof(path), "%s/cpu.cfs_period_us", folder) >= sizeof(path) ||
      !readFile(path, period, sizeof(period)))
    return 0;
  return wholeCpus(strtoll(text, NULL, 10), strtoll(period, NULL, 10));
}

// The tightest limit from the group `path` below `mount` up to the mount itself. Inside a container
// the path may name folders that only the host sees; those are skipped.
static uint32_t hierarchyQuota(const char *mount, const char *path) {
  char folder[768];
  const size_t mountLength = strlen(mount);
  if ((size_t)snprintf(folder, sizeof(folder), "%s%s", mount, path) >= sizeof(folder))
    return folderQuota(mount);
  uint32_t cpus = 0;
  for (;;) {
    cpus = smallerQuota(cpus, folderQuota(folder));
    char *slash = strrchr(folder, '/');
    if (!slash || (size_t)(slash - folder) < mountLength)
      return cpus;
    *slash = '\0';
  }
}

// True when `name` is one of the comma-separated `list`.
static bool listContains(const char *list, const char *name) {
  const size_t length = strlen(name);
  for (const char *at = list; at; at = strchr(at, ',')) {
    at += *at == ',';
    if (strncmp(at, name, length) == 0 && (at[length] == ',' || at[length] == '\0'))
      return true;
  }
  return false;
}

uint32_t foveaCgroupCpus(const char *membership, const char *root) {
  char text[4096], mount[512];
  if (!readFile(membership, text, sizeof(text)))
    return 0;
  uint32_t cpus = 0;
  char *rest = NULL;
  // Each line is "id:controllers:/path"; version 2 has no controllers.
  for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
    char *controllers = strchr(line, ':');
    char *path = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!path)
      continue;
    *path++ = '\0';
    ++controllers;
    const char *folders[3];
    size_t count = 0;
    if (*controllers == '\0') {
      folders[count++] = "";
      folders[count++] = "/unified";
    } else if (listContains(controllers, "cpu")) {
      folders[count++] = "/cpu";
      folders[count++] = "/cpu,cpuacct";
      folders[count++] = "/cpuacct,cpu";
    }
    for (size_t i = 0; i < count; ++i)
      if ((size_t)snprintf(mount, sizeof(mount), "%s%s", root, folders[i]) < sizeof(mount))
        cpus = smallerQuota(cpus, hierarchyQuota(mount, strcmp(path, "/") ? path : ""));
  }
  return cpus;
}

static uint32_t affinityCpus(void) {
  for (int cpus = 1024; cpus <= 1 << 20; cpus *= 2) {
    cpu_set_t *set = CPU_ALLOC((size_t)cpus);
    if (!set)
      return 1;
    const size_t bytes = CPU_ALLOC_SIZE((size_t)cpus);
    const bool known = sched_getaffinity(0, bytes, set) == 0;
    const int count = known ? CPU_COUNT_S(bytes, set) : 0;
    CPU_FREE(set);
    if (known)
      return count > 0 ? (uint32_t)count : 1;
    if (errno != EINVAL) // EINVAL: the kernel's mask is larger
      return 1;
  }
  return 1;
}

uint32_t foveaAllowedCpus(void) {
  const uint32_t cpus = affinityCpus();
  const uint32_t quota = foveaCgroupCpus("/proc/self/cgroup", "/sys/fs/cgroup");
  return smallerQuota(cpus, quota);
}
