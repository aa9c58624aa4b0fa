// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The wrapped functions. Counters are atomic because pool threads may call them too.
#include "Interpose.h"

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <pthread.h>
#include <sys/mman.h>

namespace {
std::atomic<long> calls{0};
std::atomic<int> memoryLeft{INT_MAX};
std::atomic<int> threadsLeft{INT_MAX};
std::atomic<bool> refused{false};

bool allowed(std::atomic<int> &left) {
  if (left.load() == INT_MAX || left.fetch_sub(1) > 0)
    return true;
  refused = true;
  return false;
}
} // namespace

long interpose::memoryCalls() { return calls.load(); }
void interpose::refuseMemoryAfter(int succeed) { memoryLeft = succeed; }
void interpose::refuseThreadsAfter(int succeed) { threadsLeft = succeed; }
void interpose::allowAll() {
  memoryLeft = INT_MAX;
  threadsLeft = INT_MAX;
  refused = false;
}
bool interpose::refusedAny() { return refused.load(); }

extern "C" {
void *__real_malloc(size_t);
void *__real_calloc(size_t, size_t);
void *__real_realloc(void *, size_t);
void *__real_aligned_alloc(size_t, size_t);
int __real_posix_memalign(void **, size_t, size_t);
void __real_free(void *);
void *__real_mmap(void *, size_t, int, int, int, off_t);
int __real_munmap(void *, size_t);
int __real_pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

void *__wrap_malloc(size_t bytes) {
  ++calls;
  return __real_malloc(bytes);
}
void *__wrap_calloc(size_t count, size_t bytes) {
  ++calls;
  return allowed(memoryLeft) ? __real_calloc(count, bytes) : nullptr;
}
void *__wrap_realloc(void *memory, size_t bytes) {
  ++calls;
  return __real_realloc(memory, bytes);
}
void *__wrap_aligned_alloc(size_t alignment, size_t bytes) {
  ++calls;
  return allowed(memoryLeft) ? __real_aligned_alloc(alignment, bytes) : nullptr;
}
int __wrap_posix_memalign(void **memory, size_t alignment, size_t bytes) {
  ++calls;
  return __real_posix_memalign(memory, alignment, bytes);
}
void __wrap_free(void *memory) {
  ++calls;
  __real_free(memory);
}
void *__wrap_mmap(void *at, size_t bytes, int protection, int flags, int file, off_t offset) {
  ++calls;
  return allowed(memoryLeft) ? __real_mmap(at, bytes, protection, flags, file, offset) : MAP_FAILED;
}
int __wrap_munmap(void *memory, size_t bytes) {
  ++calls;
  return __real_munmap(memory, bytes);
}
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*start)(void *), void *argument) {
  return allowed(threadsLeft) ? __real_pthread_create(thread, attributes, start, argument) : EAGAIN;
}
}
