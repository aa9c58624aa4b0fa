// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The context's memory (mapped, in huge pages, touched once) and the scratch stack that each worker
// cuts from it.
#define _GNU_SOURCE
#include "internal.h"

#include <sys/mman.h>

static const size_t smallPage = 4096;
static const size_t hugePage = (size_t)2 << 20;

// Adds page faults here, once, rather than inside fovea_run.
static void touch(uint8_t *memory, size_t bytes) {
  for (size_t offset = 0; offset < bytes; offset += smallPage)
    ((volatile uint8_t *)memory)[offset] = 0;
}

// Maps `bytes`, a multiple of the page size, at a multiple of `alignment`.
static void *mapAligned(size_t bytes, size_t alignment) {
  const size_t slack = alignment > smallPage ? alignment : 0;
  uint8_t *mapping =
      mmap(NULL, bytes + slack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED)
    return NULL;
  const size_t before = slack ? (alignment - (uintptr_t)mapping % alignment) % alignment : 0;
  if (before)
    munmap(mapping, before);
  if (slack - before)
    munmap(mapping + before + bytes, slack - before);
  return mapping + before;
}

bool foveaAllocate(const fovea_options *options, uint64_t bytes, Block *block) {
  block->memory = NULL;
  block->bytes = 0;
  if (bytes == 0)
    return true;
  if (bytes > (uint64_t)INT64_MAX - 2 * hugePage)
    return false;
  uint8_t *memory;
  if (options->allocate) {
    memory = options->allocate(options->user, bytes, FOVEA_SCRATCH_ALIGNMENT);
    if (memory && (uintptr_t)memory % FOVEA_SCRATCH_ALIGNMENT) {
      options->release(options->user, memory, bytes);
      return false;
    }
  } else {
    const size_t page = bytes >= hugePage ? hugePage : smallPage;
    bytes = (bytes + page - 1) / page * page;
    memory = mapAligned(bytes, page);
    if (memory && page == hugePage)
      madvise(memory, bytes, MADV_HUGEPAGE);
  }
  if (!memory)
    return false;
  touch(memory, bytes);
  block->memory = memory;
  block->bytes = bytes;
  return true;
}

void foveaRelease(const fovea_options *options, Block *block) {
  if (!block->memory)
    return;
  if (options->allocate)
    options->release(options->user, block->memory, block->bytes);
  else
    munmap(block->memory, block->bytes);
  block->memory = NULL;
  block->bytes = 0;
}

uint64_t foveaScratchStride(uint64_t bytes) {
  // Every block is rounded up to the alignment, so each may waste up to that much.
  const uint64_t slack = (uint64_t)FOVEA_SCRATCH_BLOCKS * FOVEA_SCRATCH_ALIGNMENT;
  if (bytes > (uint64_t)INT64_MAX - slack - FOVEA_SCRATCH_ALIGNMENT)
    return 0;
  const uint64_t rounded =
      (bytes + FOVEA_SCRATCH_ALIGNMENT - 1) / FOVEA_SCRATCH_ALIGNMENT * FOVEA_SCRATCH_ALIGNMENT;
  return rounded + slack;
}

void foveaScratchReset(Scratch *scratch) {
  scratch->used = 0;
  scratch->blockCount = 0;
  scratch->exhausted = false;
}

void *foveaScratchAlloc(fovea_worker *worker, size_t bytes) {
  Scratch *scratch = &worker->scratch;
  const size_t left = scratch->capacity - scratch->used;
  if (bytes == 0)
    bytes = 1;
  if (bytes > left || scratch->blockCount == FOVEA_SCRATCH_BLOCKS) {
    scratch->exhausted = true;
    return NULL;
  }
  // No overflow, and no more than what is left: the capacity is a multiple of the alignment.
  bytes = (bytes + FOVEA_SCRATCH_ALIGNMENT - 1) / FOVEA_SCRATCH_ALIGNMENT * FOVEA_SCRATCH_ALIGNMENT;
  ScratchBlock *block = &scratch->blocks[scratch->blockCount++];
  block->offset = scratch->used;
  block->freed = false;
  scratch->used += bytes;
  return scratch->base + block->offset;
}

void foveaScratchFree(fovea_worker *worker, void *memory) {
  Scratch *scratch = &worker->scratch;
  if (!memory)
    return;
  const size_t offset = (size_t)((uint8_t *)memory - scratch->base);
  for (uint32_t i = scratch->blockCount; i-- > 0;)
    if (scratch->blocks[i].offset == offset) {
      scratch->blocks[i].freed = true;
      break;
    }
  while (scratch->blockCount && scratch->blocks[scratch->blockCount - 1].freed)
    scratch->used = scratch->blocks[--scratch->blockCount].offset;
}
