// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Counts and, on request, refuses the calls by which the runtime obtains memory and threads. The
// linker's --wrap sends them here.
#ifndef FOVEA_TEST_UNIT_RUNTIME_INTERPOSE_H
#define FOVEA_TEST_UNIT_RUNTIME_INTERPOSE_H

namespace interpose {

/// Calls of malloc, calloc, realloc, aligned_alloc, posix_memalign, free, mmap and munmap so far.
long memoryCalls();

/// Lets the next `succeed` calls of calloc, aligned_alloc and mmap pass and refuses all after
/// them, until `allowAll`.
void refuseMemoryAfter(int succeed);

/// The same for pthread_create.
void refuseThreadsAfter(int succeed);

void allowAll();

/// True when a call has been refused since the last `allowAll`.
bool refusedAny();

} // namespace interpose

#endif // FOVEA_TEST_UNIT_RUNTIME_INTERPOSE_H
