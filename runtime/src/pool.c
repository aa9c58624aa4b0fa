// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The thread pool. A region's tasks are cut into one contiguous range per worker, so that the same
// thread meets the same data in every run; who is done takes over what others have left. Waiting
// spins for a short time, then sleeps on a futex. Results do not depend on who runs a task, because
// tasks write disjoint data.
#define _GNU_SOURCE
#include "internal.h"

#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <xmmintrin.h>

// Bits of Pool.gate; the rest counts the workers inside.
static const unsigned gateOpen = 1u << 31;
static const unsigned gateAwaited = 1u << 30; // the caller sleeps until the last worker leaves

static const size_t stackBytes = (size_t)4 << 20;
static const unsigned floatFlags = 0x3f; // MXCSR's sticky exception flags; the rest is control

static uint64_t nanoseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void pauseBriefly(void) {
  for (int i = 0; i < 16; ++i)
    _mm_pause();
}

// Sleeps while *word == value. May return early; callers check again.
static void futexWait(atomic_uint *word, unsigned value) {
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

static void futexWake(atomic_uint *word, int count) {
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}

// Runs tasks of the open region until none is left to begin.
static void work(fovea_worker *worker) {
  Pool *pool = worker->pool;
  for (uint32_t turn = 0; turn < pool->parts; ++turn) {
    Range *range = &pool->workers[(worker->index + turn) % pool->parts].range;
    for (;;) {
      if (atomic_load_explicit(&pool->error, memory_order_relaxed))
        return;
      // Looking first keeps the line shared among those that find nothing.
      if (atomic_load_explicit(&range->next, memory_order_relaxed) >= range->end)
        break;
      const long long index = atomic_fetch_add_explicit(&range->next, 1, memory_order_relaxed);
      if (index >= range->end)
        break;
      const int32_t result = pool->task(worker, (int32_t)index, pool->closure);
      int none = 0;
      if (result)
        atomic_compare_exchange_strong(&pool->error, &none, result);
    }
  }
}

static bool enterRegion(Pool *pool) {
  unsigned gate = atomic_load_explicit(&pool->gate, memory_order_relaxed);
  while (gate & gateOpen)
    if (atomic_compare_exchange_weak_explicit(&pool->gate, &gate, gate + 1, memory_order_acquire,
                                              memory_order_relaxed))
      return true;
  return false;
}

static void leaveRegion(Pool *pool) {
  if (atomic_fetch_sub_explicit(&pool->gate, 1, memory_order_release) == (gateAwaited | 1))
    futexWake(&pool->gate, 1);
}

// The caller's wait for the workers inside a region that it has shut.
static void awaitWorkers(Pool *pool) {
  const uint64_t begin = nanoseconds();
  for (;;) {
    unsigned gate = atomic_load_explicit(&pool->gate, memory_order_acquire);
    if ((gate & ~gateAwaited) == 0)
      return;
    if (nanoseconds() - begin < pool->spinNanoseconds) {
      pauseBriefly();
      continue;
    }
    if (!(gate & gateAwaited) &&
        !atomic_compare_exchange_strong(&pool->gate, &gate, gate | gateAwaited))
      continue;
    futexWait(&pool->gate, gate | gateAwaited);
  }
}

// A worker's wait for an epoch other than `seen`; returns it.
static unsigned awaitEpoch(Pool *pool, unsigned seen) {
  const uint64_t begin = nanoseconds();
  for (;;) {
    const unsigned epoch = atomic_load_explicit(&pool->epoch, memory_order_acquire);
    if (epoch != seen)
      return epoch;
    if (nanoseconds() - begin < pool->spinNanoseconds) {
      pauseBriefly();
      continue;
    }
    // Either the one who raises the epoch sees us here, or the futex sees the new epoch.
    atomic_fetch_add(&pool->parked, 1);
    futexWait(&pool->epoch, seen);
    atomic_fetch_sub(&pool->parked, 1);
  }
}

static void raiseEpoch(Pool *pool, int wake) {
  atomic_fetch_add(&pool->epoch, 1);
  if (atomic_load(&pool->parked))
    futexWake(&pool->epoch, wake);
}

static void *workerMain(void *argument) {
  fovea_worker *worker = argument;
  Pool *pool = worker->pool;
  char name[16];
  snprintf(name, sizeof(name), "fovea-%u", worker->index);
  pthread_setname_np(pthread_self(), name);
  for (unsigned epoch = 0;;) {
    epoch = awaitEpoch(pool, epoch);
    if (atomic_load_explicit(&pool->stop, memory_order_relaxed))
      return NULL;
    if (!enterRegion(pool))
      continue;
    // Rounding and denormal modes are the caller's, or results would depend on who runs a task.
    if ((_mm_getcsr() & ~floatFlags) != pool->floatControl)
      _mm_setcsr(pool->floatControl);
    work(worker);
    leaveRegion(pool);
  }
}

static int32_t runSerially(fovea_worker *worker, FoveaTask task, int32_t min, int32_t extent,
                           uint8_t *closure) {
  for (int32_t i = 0; i < extent; ++i) {
    const int32_t result = task(worker, min + i, closure);
    if (result)
      return result;
  }
  return 0;
}

static int32_t parallelFor(fovea_worker *worker, FoveaTask task, int32_t min, int32_t extent,
                           uint8_t *closure) {
  Pool *pool = worker->pool;
  // A single task is not a region: loops inside it may still use all threads.
  if (extent <= 1 || pool->count == 1 || worker->busy)
    return runSerially(worker, task, min, extent, closure);

  const uint32_t parts = (uint32_t)extent < pool->count ? (uint32_t)extent : pool->count;
  for (uint32_t i = 0; i < parts; ++i) {
    Range *range = &pool->workers[i].range;
    atomic_store_explicit(&range->next, min + (long long)extent * i / parts, memory_order_relaxed);
    range->end = min + (long long)extent * (i + 1) / parts;
  }
  pool->task = task;
  pool->closure = closure;
  pool->parts = parts;
  pool->floatControl = _mm_getcsr() & ~floatFlags;
  atomic_store_explicit(&pool->error, 0, memory_order_relaxed);
  atomic_store_explicit(&pool->gate, gateOpen, memory_order_release);
  raiseEpoch(pool, (int)parts - 1);

  worker->busy = true;
  work(worker);
  worker->busy = false;
  if (atomic_fetch_and_explicit(&pool->gate, ~gateOpen, memory_order_acq_rel) != gateOpen)
    awaitWorkers(pool);
  return atomic_load_explicit(&pool->error, memory_order_relaxed);
}

static const WorkerOperations operations = {parallelFor, foveaScratchAlloc, foveaScratchFree};

static void joinAll(Pool *pool) {
  atomic_store_explicit(&pool->stop, 1, memory_order_relaxed);
  raiseEpoch(pool, INT_MAX);
  for (uint32_t i = 1; i <= pool->started; ++i)
    pthread_join(pool->workers[i].thread, NULL);
  pool->started = 0;
}

static bool startThreads(Pool *pool) {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes))
    return false;
  // Signals are the program's business: its handlers shall not run on our threads.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  bool ok = pthread_attr_setstacksize(&attributes, stackBytes) == 0;
  for (uint32_t i = 1; ok && i < pool->count; ++i) {
    ok = pthread_create(&pool->workers[i].thread, &attributes, workerMain, &pool->workers[i]) == 0;
    pool->started += ok;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  return ok;
}

fovea_status foveaPoolCreate(Pool *pool, uint32_t count, uint64_t spinNanoseconds) {
  const size_t bytes = count * sizeof(fovea_worker);
  pool->workers = aligned_alloc(alignof(fovea_worker), bytes);
  if (!pool->workers)
    return FOVEA_OUT_OF_MEMORY;
  memset(pool->workers, 0, bytes);
  pool->count = count;
  pool->spinNanoseconds = spinNanoseconds;
  atomic_init(&pool->epoch, 0);
  atomic_init(&pool->stop, 0);
  atomic_init(&pool->parked, 0);
  atomic_init(&pool->gate, 0);
  atomic_init(&pool->error, 0);
  for (uint32_t i = 0; i < count; ++i) {
    fovea_worker *worker = &pool->workers[i];
    worker->operations = &operations;
    worker->pool = pool;
    worker->index = i;
    worker->busy = i != 0;
    atomic_init(&worker->range.next, 0);
  }
  if (count > 1 && !startThreads(pool)) {
    foveaPoolDestroy(pool);
    return FOVEA_THREAD_FAILURE;
  }
  return FOVEA_OK;
}

void foveaPoolDestroy(Pool *pool) {
  if (pool->started)
    joinAll(pool);
  free(pool->workers);
  pool->workers = NULL;
}

int32_t fovea_parallel_for(fovea_worker *worker, FoveaTask task, int32_t min, int32_t extent,
                           uint8_t *closure) {
  return worker->operations->parallelFor(worker, task, min, extent, closure);
}

void *fovea_scratch_alloc(fovea_worker *worker, size_t bytes) {
  return worker->operations->scratchAlloc(worker, bytes);
}

void fovea_scratch_free(fovea_worker *worker, void *memory) {
  worker->operations->scratchFree(worker, memory);
}
