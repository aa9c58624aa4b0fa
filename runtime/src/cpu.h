// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the runtime asks of the machine: CPU features and the number of CPUs it may use.
#ifndef FOVEA_SRC_CPU_H
#define FOVEA_SRC_CPU_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(hidden)

// The FOVEA_CPU_* bits that both the processor and the operating system support.
uint64_t foveaCpuFeatures(void);

// Writes the names of `features`, separated by commas, and returns `text`. Bits without a name
// appear as hex.
const char *foveaFeatureNames(uint64_t features, char *text, size_t bytes);

// CPUs this process may run on at once: the affinity mask, capped by the cgroup's quota. At
// least 1.
uint32_t foveaAllowedCpus(void);

// The cgroup's CPU quota, rounded up to whole CPUs; 0 when there is none. `membership` is a file
// like /proc/self/cgroup, `root` the folder where the cgroup file systems are mounted.
uint32_t foveaCgroupCpus(const char *membership, const char *root);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif // FOVEA_SRC_CPU_H
