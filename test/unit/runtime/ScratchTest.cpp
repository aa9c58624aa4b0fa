// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A worker's scratch memory: alignment, order of frees, exhaustion.
#include "TestModels.h"

#include "gtest/gtest.h"
#include <cstring>
#include <string>

namespace {

/// Runs `body` with one worker whose plan is `bytes` of scratch memory.
fovea_status withScratch(uint64_t bytes, const Body &body, uint32_t threads = 1) {
  const fovea_model model = bodyModel(bytes);
  Context context(model, threads);
  return runBody(context.handle, model, body);
}

TEST(Scratch, BlocksAreAlignedAndApart) {
  withScratch(4000, [](fovea_worker *worker) {
    std::vector<uint8_t *> blocks;
    for (size_t bytes : {1u, 128u, 129u, 1000u, 0u, 2000u}) {
      uint8_t *block = static_cast<uint8_t *>(fovea_scratch_alloc(worker, bytes));
      EXPECT_NE(block, nullptr);
      EXPECT_EQ(reinterpret_cast<uintptr_t>(block) % 128, 0u);
      std::memset(block, static_cast<int>(blocks.size()), bytes);
      for (uint8_t *other : blocks)
        EXPECT_TRUE(block != other);
      blocks.push_back(block);
    }
    EXPECT_EQ(blocks[0][0], 0);
    EXPECT_EQ(blocks[1][127], 1);
    EXPECT_EQ(blocks[2][128], 2);
    EXPECT_EQ(blocks[3][999], 3);
    EXPECT_EQ(blocks[5][1999], 5);
    return 0;
  });
}

TEST(Scratch, FreesInAnyOrder) {
  withScratch(3 * 1024, [](fovea_worker *worker) {
    void *first = fovea_scratch_alloc(worker, 1024);
    void *second = fovea_scratch_alloc(worker, 1024);
    void *third = fovea_scratch_alloc(worker, 1024);
    // The top is popped at once.
    fovea_scratch_free(worker, third);
    EXPECT_EQ(fovea_scratch_alloc(worker, 512), third);
    fovea_scratch_free(worker, third);
    // A hole is not reused before what lies above it is free.
    fovea_scratch_free(worker, first);
    void *above = fovea_scratch_alloc(worker, 1024);
    EXPECT_EQ(above, third);
    fovea_scratch_free(worker, above);
    // The last live block frees everything.
    fovea_scratch_free(worker, second);
    EXPECT_EQ(fovea_scratch_alloc(worker, 3 * 1024), first);
    fovea_scratch_free(worker, first);
    fovea_scratch_free(worker, nullptr);
    return 0;
  });
}

TEST(Scratch, GivesThePlannedBytesInManyPieces) {
  for (int pieces : {1, 2, 7, 63, 64})
    EXPECT_EQ(withScratch(64 * 100,
                          [&](fovea_worker *worker) {
                            for (int i = 0; i < pieces; ++i)
                              if (!fovea_scratch_alloc(worker, 64 * 100 / pieces))
                                return 1;
                            return 0;
                          }),
              FOVEA_OK)
        << pieces << " pieces";
}

TEST(Scratch, RefusesMoreThanItHas) {
  withScratch(1024, [](fovea_worker *worker) {
    EXPECT_EQ(fovea_scratch_alloc(worker, SIZE_MAX), nullptr);
    EXPECT_EQ(fovea_scratch_alloc(worker, SIZE_MAX - 100), nullptr);
    EXPECT_EQ(fovea_scratch_alloc(worker, 1u << 20), nullptr);
    EXPECT_NE(fovea_scratch_alloc(worker, 1024), nullptr);
    return 0;
  });
  withScratch(0, [](fovea_worker *worker) {
    EXPECT_EQ(fovea_scratch_alloc(worker, 1u << 20), nullptr);
    return 0;
  });
  withScratch(1u << 20, [](fovea_worker *worker) {
    for (int i = 0; i < 64; ++i)
      EXPECT_NE(fovea_scratch_alloc(worker, 8), nullptr);
    EXPECT_EQ(fovea_scratch_alloc(worker, 8), nullptr); // a 65th block
    return 0;
  });
}

TEST(Scratch, ExhaustionIsNamedAndForgotten) {
  const fovea_model model = bodyModel(1024);
  Context context(model, 2);
  auto exhaust = [](fovea_worker *worker) {
    return parallelFor(worker, 0, 8, [](fovea_worker *self, int32_t) {
      for (int i = 0; i < 100; ++i)
        if (!fovea_scratch_alloc(self, 1024))
          return 3;
      return 0;
    });
  };
  for (int run = 0; run < 3; ++run) {
    EXPECT_EQ(runBody(context.handle, model, exhaust), FOVEA_INTERNAL);
    EXPECT_NE(std::string(fovea_last_error(context.handle)).find("scratch memory ran out"),
              std::string::npos);
    EXPECT_EQ(runBody(context.handle, model,
                      [](fovea_worker *worker) {
                        return parallelFor(worker, 0, 8, [](fovea_worker *self, int32_t) {
                          void *block = fovea_scratch_alloc(self, 1024);
                          fovea_scratch_free(self, block);
                          return block ? 0 : 1;
                        });
                      }),
              FOVEA_OK);
  }
}

TEST(Scratch, WorkersDoNotShare) {
  EXPECT_EQ(withScratch(
                4096,
                [](fovea_worker *worker) {
                  return parallelFor(worker, 0, 200, [](fovea_worker *self, int32_t i) {
                    uint8_t *block = static_cast<uint8_t *>(fovea_scratch_alloc(self, 4096));
                    std::memset(block, i, 4096);
                    int32_t wrong = 0;
                    for (int repeat = 0; repeat < 50; ++repeat)
                      for (int at = 0; at < 4096; at += 64)
                        wrong |= block[at] != static_cast<uint8_t>(i);
                    fovea_scratch_free(self, block);
                    return wrong;
                  });
                },
                4),
            FOVEA_OK);
}

} // namespace
