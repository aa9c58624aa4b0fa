// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the runtime's sources share: the context, its pool, its workers. All state hangs off a
// context. Internal functions are hidden, so that a library which links the runtime exports only
// the names of fovea/runtime.h.
#ifndef FOVEA_SRC_INTERNAL_H
#define FOVEA_SRC_INTERNAL_H

#include "cpu.h"
#include "fovea/runtime.h"

#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>

#if !defined(__linux__) || !defined(__x86_64__)
#error "the Fovea runtime supports Linux on x86-64"
#endif

#pragma GCC visibility push(hidden)

enum {
  FOVEA_CACHE_LINE_PAIR = 128, // adjacent lines are prefetched together
  FOVEA_SCRATCH_ALIGNMENT = 128,
  FOVEA_SCRATCH_BLOCKS = 64,
  FOVEA_MAX_THREADS = 1024,
  FOVEA_MESSAGE_BYTES = 512
};

typedef int32_t (*FoveaTask)(fovea_worker *, int32_t, uint8_t *);

// The functions of the runtime that made a worker. A model may have been linked against another
// copy of the runtime than the program that runs it, so the functions which models call go through
// this table. It is the first member of every worker; its layout belongs to the ABI version.
typedef struct WorkerOperations {
  int32_t (*parallelFor)(fovea_worker *, FoveaTask, int32_t, int32_t, uint8_t *);
  void *(*scratchAlloc)(fovea_worker *, size_t);
  void (*scratchFree)(fovea_worker *, void *);
} WorkerOperations;

// The tasks [next, end) that one worker is to do; others take over what is left. 64 bits: `next`
// runs past `end` by up to one per worker.
typedef struct Range {
  atomic_llong next;
  long long end;
} Range;

typedef struct ScratchBlock {
  size_t offset;
  bool freed;
} ScratchBlock;

// A stack of blocks; a freed block below the top is popped together with the last one above it.
typedef struct Scratch {
  uint8_t *base;
  size_t capacity;
  size_t used;
  uint32_t blockCount;
  bool exhausted; // an allocation failed since the last reset
  ScratchBlock blocks[FOVEA_SCRATCH_BLOCKS];
} Scratch;

struct Pool;

struct fovea_worker {
  alignas(FOVEA_CACHE_LINE_PAIR) const WorkerOperations *operations;
  struct Pool *pool;
  uint32_t index; // 0 is the thread that calls fovea_run
  bool busy;      // inside a task of a parallel region
  pthread_t thread;
  Scratch scratch;
  alignas(FOVEA_CACHE_LINE_PAIR) Range range;
};

// One parallel region is open at a time. `epoch` counts them and is what idle workers watch. `gate`
// holds the number of workers inside the region and whether it may still be entered: the caller
// waits only for workers that entered, never for one that the system has not scheduled yet.
typedef struct Pool {
  fovea_worker *workers;
  uint32_t count;   // workers, the caller included
  uint32_t started; // threads to join
  uint64_t spinNanoseconds;
  alignas(FOVEA_CACHE_LINE_PAIR) atomic_uint epoch;
  atomic_uint stop;
  alignas(FOVEA_CACHE_LINE_PAIR) atomic_uint parked; // workers asleep on `epoch`
  alignas(FOVEA_CACHE_LINE_PAIR) atomic_uint gate;
  // The region: written by the caller while the gate is shut and nobody is inside.
  alignas(FOVEA_CACHE_LINE_PAIR) FoveaTask task;
  uint8_t *closure;
  uint32_t parts; // workers that own a range
  unsigned floatControl;
  alignas(FOVEA_CACHE_LINE_PAIR) atomic_int error; // the first nonzero result
} Pool;

// Memory of the context: a mapping of its own or the host's.
typedef struct Block {
  void *memory;
  size_t bytes;
} Block;

struct fovea_context {
  Pool pool;
  const fovea_model *model;
  const void *weights;
  Block arena;
  Block scratch;
  Block weightsCopy;
  uint64_t scratchBytes; // usable by each worker
  fovea_options options;
  uint64_t features;
  uint32_t inputCapacity;
  uint32_t outputCapacity;
  const void **inputs; // pointers handed to the model; both arrays share one allocation
  void **outputs;
  atomic_uint inUse;
  char message[FOVEA_MESSAGE_BYTES];
};

// context.c

// Writes the sentence for a failure and returns `status`.
fovea_status foveaFail(fovea_context *context, fovea_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Checks all that does not change from run to run: versions, counts, pointers, CPU features.
fovea_status foveaCheckModel(fovea_context *context, const fovea_model *model);

// memory.c

// Allocates and touches at least `bytes` bytes, aligned to 128 bytes or better, in huge pages when
// that pays. False, with an empty block, when the memory is refused or the host's is misaligned.
bool foveaAllocate(const fovea_options *options, uint64_t bytes, Block *block);
void foveaRelease(const fovea_options *options, Block *block);

// What a worker's scratch region takes for `bytes` usable bytes; 0 on overflow.
uint64_t foveaScratchStride(uint64_t bytes);
void foveaScratchReset(Scratch *scratch);
void *foveaScratchAlloc(fovea_worker *worker, size_t bytes);
void foveaScratchFree(fovea_worker *worker, void *memory);

// pool.c

// Makes `count` workers and starts count - 1 threads; `pool` is zero. On failure nothing is left
// behind.
fovea_status foveaPoolCreate(Pool *pool, uint32_t count, uint64_t spinNanoseconds);
void foveaPoolDestroy(Pool *pool);

#pragma GCC visibility pop

#endif // FOVEA_SRC_INTERNAL_H
