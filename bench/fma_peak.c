/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The f32 multiply-add peak of this machine, in GF/s: independent chains of the widest FMA, long
 * enough to hide its latency. usage: fma_peak THREADS  (prints one number: the best of several
 * short runs, all threads together) */
#include <immintrin.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#ifdef __AVX512F__
typedef __m512 vector;
#define SET1 _mm512_set1_ps
#define FMA _mm512_fmadd_ps
#else
typedef __m256 vector;
#define SET1 _mm256_set1_ps
#define FMA _mm256_fmadd_ps
#endif
enum { CHAINS = 12, ROUNDS = 2000000, LANES = sizeof(vector) / sizeof(float) };

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void *work(void *sink) {
  vector sum[CHAINS], a = SET1(0.999f), b = SET1(1e-6f);
  for (int c = 0; c < CHAINS; ++c)
    sum[c] = SET1((float)c);
  for (int i = 0; i < ROUNDS; ++i)
#pragma GCC unroll 12
    for (int c = 0; c < CHAINS; ++c)
      sum[c] = FMA(sum[c], a, b);
  for (int c = 1; c < CHAINS; ++c)
    sum[0] = FMA(sum[0], a, sum[c]);
  *(vector *)sink = sum[0];
  return NULL;
}

int main(int argc, char **argv) {
  int threads = argc > 1 ? atoi(argv[1]) : 1;
  double best = 0;
  if (threads < 1 || threads > 256)
    return 1;
  for (int run = 0; run < 7; ++run) {
    pthread_t thread[256];
    char *sink = aligned_alloc(64, 64 * 256);
    double start = now();
    for (int t = 1; t < threads; ++t)
      pthread_create(&thread[t], NULL, work, sink + 64 * t);
    work(sink);
    for (int t = 1; t < threads; ++t)
      pthread_join(thread[t], NULL);
    double rate = 2.0 * LANES * CHAINS * ROUNDS * threads / (now() - start) / 1e9;
    best = rate > best ? rate : best;
    free(sink);
  }
  printf("%.1f\n", best);
  return 0;
}
