/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Counts what a compiled model and the runtime allocate inside fovea_run: nothing. Linked with
 * --wrap, so that every call of an allocating function in the object and in the runtime comes here
 * first. */
#include "digits.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

static volatile long calls;

void *__real_malloc(size_t);
void *__real_calloc(size_t, size_t);
void *__real_realloc(void *, size_t);
void *__real_aligned_alloc(size_t, size_t);
void __real_free(void *);
void *__real_mmap(void *, size_t, int, int, int, off_t);

void *__wrap_malloc(size_t n) { return ++calls, __real_malloc(n); }
void *__wrap_calloc(size_t n, size_t m) { return ++calls, __real_calloc(n, m); }
void *__wrap_realloc(void *p, size_t n) { return ++calls, __real_realloc(p, n); }
void *__wrap_aligned_alloc(size_t a, size_t n) { return ++calls, __real_aligned_alloc(a, n); }
void __wrap_free(void *p) { ++calls, __real_free(p); }
void *__wrap_mmap(void *p, size_t n, int a, int b, int c, off_t d) {
  return ++calls, __real_mmap(p, n, a, b, c, d);
}

int main(void) {
  static float image[DIGITS_IMAGE_SIZE], logits[DIGITS_LOGITS_SIZE];
  for (uint32_t threads = 1; threads <= 2; ++threads) {
    fovea_options options = {0};
    options.struct_size = sizeof options;
    options.threads = threads;
    fovea_context *context = NULL;
    if (fovea_context_create(digits_model(), &options, &context) != FOVEA_OK)
      return 2;
    long created = calls;
    for (int i = 0; i < 100; ++i)
      if (digits_run(context, image, logits) != FOVEA_OK)
        return 3;
    printf("%u threads: %ld allocations to create, %ld to run 100 times\n", threads, created,
           calls - created);
    if (created == 0 || calls != created)
      return 1;
    fovea_context_destroy(context);
    calls = 0;
  }
  return 0;
}
