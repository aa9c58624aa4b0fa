// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Parallel loops: every task once, whatever the number of threads; nesting, errors, late workers.
#include "Interpose.h"
#include "TestModels.h"

#include "gtest/gtest.h"
#include <atomic>
#include <chrono>
#include <climits>
#include <set>
#include <thread>
#include <xmmintrin.h>

namespace {

using Clock = std::chrono::steady_clock;

double millisecondsSince(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

TEST(Pool, ResultsDoNotDependOnThreads) {
  const std::vector<float> x = mixInput(), expected = mixReference(x);
  for (uint32_t threads = 1; threads <= 8; ++threads) {
    Context context(mixModel(), threads);
    ASSERT_EQ(context.status, FOVEA_OK);
    EXPECT_EQ(fovea_context_threads(context.handle), threads);
    for (int run = 0; run < 20; ++run)
      ASSERT_EQ(runMix(context.handle, x), expected) << threads << " threads, run " << run;
  }
}

TEST(Pool, RunsEachTaskOnce) {
  const fovea_model model = bodyModel();
  for (uint32_t threads : {1u, 2u, 3u, 8u}) {
    Context context(model, threads);
    for (int32_t extent : {0, 1, 2, 3, 7, 8, 9, 100, 1000}) {
      std::vector<std::atomic<int>> counts(extent + 1);
      ASSERT_EQ(runBody(context.handle, model,
                        [&](fovea_worker *worker) {
                          return parallelFor(worker, -5, extent, [&](fovea_worker *, int32_t i) {
                            counts[i + 5].fetch_add(1);
                            return 0;
                          });
                        }),
                FOVEA_OK);
      for (int32_t i = 0; i < extent; ++i)
        ASSERT_EQ(counts[i].load(), 1) << "task " << i << " of " << extent;
      EXPECT_EQ(counts[extent].load(), 0);
    }
  }
}

TEST(Pool, AcceptsTheEndsOfTheIndexRange) {
  const fovea_model model = bodyModel();
  Context context(model, 4);
  for (int32_t min : {INT32_MIN, INT32_MAX - 9}) {
    std::atomic<int64_t> sum{0};
    runBody(context.handle, model, [&](fovea_worker *worker) {
      return parallelFor(worker, min, 10, [&](fovea_worker *, int32_t i) {
        sum += int64_t(i) - min;
        return 0;
      });
    });
    EXPECT_EQ(sum.load(), 45);
  }
  runBody(context.handle, model, [&](fovea_worker *worker) {
    return parallelFor(worker, 0, -3, [](fovea_worker *, int32_t) -> int32_t { abort(); });
  });
}

TEST(Pool, UsesSeveralThreads) {
  const fovea_model model = bodyModel();
  Context context(model, 3);
  std::atomic<int> waiting{0};
  // Three tasks that each wait for the other two: only three threads can finish.
  EXPECT_EQ(runBody(context.handle, model,
                    [&](fovea_worker *worker) {
                      return parallelFor(worker, 0, 3, [&](fovea_worker *, int32_t) {
                        waiting.fetch_add(1);
                        const auto begin = Clock::now();
                        while (waiting.load() < 3)
                          if (millisecondsSince(begin) > 20000)
                            return 1;
                        return 0;
                      });
                    }),
            FOVEA_OK);
}

TEST(Pool, NestedLoopsRunSeriallyOnTheirWorker) {
  const fovea_model model = bodyModel();
  Context context(model, 4);
  std::vector<int> cells(16 * 32, 0);
  std::atomic<int> strangers{0};
  for (int run = 0; run < 50; ++run)
    ASSERT_EQ(runBody(context.handle, model,
                      [&](fovea_worker *worker) {
                        return parallelFor(worker, 0, 16, [&](fovea_worker *outer, int32_t i) {
                          const auto thread = std::this_thread::get_id();
                          return parallelFor(outer, 0, 32, [&](fovea_worker *inner, int32_t j) {
                            strangers += inner != outer || std::this_thread::get_id() != thread;
                            ++cells[i * 32 + j];
                            return 0;
                          });
                        });
                      }),
              FOVEA_OK);
  EXPECT_EQ(strangers.load(), 0);
  for (int cell : cells)
    ASSERT_EQ(cell, 50);
}

TEST(Pool, ASingleTaskLeavesThreadsToLoopsInsideIt) {
  const fovea_model model = bodyModel();
  Context context(model, 2);
  std::atomic<int> waiting{0};
  EXPECT_EQ(runBody(context.handle, model,
                    [&](fovea_worker *worker) {
                      return parallelFor(worker, 0, 1, [&](fovea_worker *outer, int32_t) {
                        return parallelFor(outer, 0, 2, [&](fovea_worker *, int32_t) {
                          waiting.fetch_add(1);
                          const auto begin = Clock::now();
                          while (waiting.load() < 2)
                            if (millisecondsSince(begin) > 20000)
                              return 1;
                          return 0;
                        });
                      });
                    }),
            FOVEA_OK);
}

TEST(Pool, ReturnsATasksError) {
  const fovea_model model = bodyModel();
  for (uint32_t threads : {1u, 2u, 4u}) {
    Context context(model, threads);
    for (int32_t bad : {0, 17, 99}) {
      int32_t seen = 0;
      EXPECT_EQ(runBody(context.handle, model,
                        [&](fovea_worker *worker) {
                          seen = parallelFor(worker, 0, 100, [&](fovea_worker *, int32_t i) {
                            return i == bad ? -40 - i : 0;
                          });
                          return seen;
                        }),
                FOVEA_INTERNAL);
      EXPECT_EQ(seen, -40 - bad);
      EXPECT_NE(std::string(fovea_last_error(context.handle)).find("code " + std::to_string(seen)),
                std::string::npos);
    }
    // The next run is not affected.
    EXPECT_EQ(runBody(context.handle, model,
                      [&](fovea_worker *worker) {
                        return parallelFor(worker, 0, 100,
                                           [](fovea_worker *, int32_t) { return 0; });
                      }),
              FOVEA_OK);
    EXPECT_STREQ(fovea_last_error(context.handle), "");
  }
}

TEST(Pool, ReturnsAnErrorFromANestedLoop) {
  const fovea_model model = bodyModel();
  Context context(model, 3);
  int32_t seen = 0;
  runBody(context.handle, model, [&](fovea_worker *worker) {
    seen = parallelFor(worker, 0, 8, [&](fovea_worker *outer, int32_t i) {
      return parallelFor(outer, 0, 8,
                         [&](fovea_worker *, int32_t j) { return i == 5 && j == 6 ? 56 : 0; });
    });
    return 0;
  });
  EXPECT_EQ(seen, 56);
}

TEST(Pool, TakesOverTheTasksOfALateWorker) {
  const fovea_model model = bodyModel();
  Context context(model, 2);
  const auto caller = std::this_thread::get_id();
  std::atomic<int> byCaller{0};
  std::atomic<bool> helperStuck{false};
  // The helper is held up in its first task; its other 49 must be done by the caller meanwhile.
  EXPECT_EQ(runBody(context.handle, model,
                    [&](fovea_worker *worker) {
                      return parallelFor(worker, 0, 100, [&](fovea_worker *, int32_t) {
                        if (std::this_thread::get_id() == caller) {
                          const auto begin = Clock::now();
                          while (!helperStuck && millisecondsSince(begin) < 20000)
                            std::this_thread::yield();
                          ++byCaller;
                          return 0;
                        }
                        helperStuck = true;
                        const auto begin = Clock::now();
                        while (byCaller < 99)
                          if (millisecondsSince(begin) > 20000)
                            return 1;
                        return 0;
                      });
                    }),
            FOVEA_OK);
  EXPECT_EQ(byCaller.load(), 99);
}

TEST(Pool, SleepsAndWakesAgain) {
  const fovea_model model = bodyModel();
  fovea_options options = makeOptions(4);
  options.spin_microseconds = 1;
  Context context(model, options);
  for (int run = 0; run < 300; ++run) {
    std::atomic<int> done{0};
    ASSERT_EQ(runBody(context.handle, model,
                      [&](fovea_worker *worker) {
                        return parallelFor(worker, 0, 8, [&](fovea_worker *, int32_t i) {
                          if (i == 7) // the caller outlasts its spinning
                            std::this_thread::sleep_for(std::chrono::microseconds(50));
                          ++done;
                          return 0;
                        });
                      }),
              FOVEA_OK);
    ASSERT_EQ(done.load(), 8);
    if (run % 3 == 0)
      std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
}

TEST(Pool, ManyShortRegions) {
  const fovea_model model = bodyModel();
  for (uint32_t threads : {2u, 5u}) {
    Context context(model, threads);
    long total = 0;
    runBody(context.handle, model, [&](fovea_worker *worker) {
      for (int region = 0; region < 5000; ++region) {
        std::vector<int> values(threads, 0);
        parallelFor(worker, 0, static_cast<int32_t>(threads), [&](fovea_worker *, int32_t i) {
          values[i] = i + 1;
          return 0;
        });
        for (int value : values)
          total += value;
      }
      return 0;
    });
    EXPECT_EQ(total, 5000L * threads * (threads + 1) / 2);
  }
}

TEST(Pool, WorkersTakeTheCallersFloatingPointMode) {
  const fovea_model model = bodyModel();
  Context context(model, 3);
  const unsigned before = _mm_getcsr();
  for (unsigned mode : {before, before | _MM_FLUSH_ZERO_ON, before}) {
    _mm_setcsr(mode);
    std::atomic<int> waiting{0}, wrong{0};
    const fovea_status status = runBody(context.handle, model, [&](fovea_worker *worker) {
      return parallelFor(worker, 0, 3, [&](fovea_worker *, int32_t) {
        wrong += (_mm_getcsr() & ~0x3fu) != (mode & ~0x3fu);
        waiting.fetch_add(1);
        const auto begin = Clock::now();
        while (waiting.load() < 3)
          if (millisecondsSince(begin) > 20000)
            return 1;
        return 0;
      });
    });
    const unsigned after = _mm_getcsr();
    _mm_setcsr(before);
    EXPECT_EQ(status, FOVEA_OK);
    EXPECT_EQ(wrong.load(), 0);
    EXPECT_EQ(after & ~0x3fu, mode & ~0x3fu);
  }
}

TEST(Pool, IndependentContextsInIndependentThreads) {
  const std::vector<float> x = mixInput(), expected = mixReference(x);
  std::atomic<int> wrong{0};
  std::vector<std::thread> programs;
  for (int program = 0; program < 4; ++program)
    programs.emplace_back([&, program] {
      Context context(mixModel(), 1 + program % 3);
      for (int run = 0; run < 50; ++run)
        wrong += runMix(context.handle, x) != expected;
    });
  for (std::thread &program : programs)
    program.join();
  EXPECT_EQ(wrong.load(), 0);
}

TEST(Pool, AContextMayMoveBetweenThreads) {
  const std::vector<float> x = mixInput(), expected = mixReference(x);
  Context context(mixModel(), 2);
  for (int turn = 0; turn < 5; ++turn)
    std::thread([&] { EXPECT_EQ(runMix(context.handle, x), expected); }).join();
}

TEST(Pool, RefusesASecondCallWhileOneRuns) {
  const fovea_model model = bodyModel();
  Context context(model, 1);
  fovea_status inner = FOVEA_OK;
  EXPECT_EQ(runBody(context.handle, model,
                    [&](fovea_worker *) {
                      inner = fovea_run(context.handle, &model, nullptr, 0, nullptr, 0);
                      return 0;
                    }),
            FOVEA_OK);
  EXPECT_EQ(inner, FOVEA_INVALID_ARGUMENT);
}

TEST(Pool, RunDoesNotTouchTheHeap) {
  const std::vector<float> x = mixInput();
  std::vector<float> y(kMixSize);
  std::vector<int64_t> shape = {kMixSize};
  fovea_tensor input = makeTensor(const_cast<float *>(x.data()), kFloat32, shape);
  fovea_tensor output = makeTensor(y.data(), kFloat32, shape);
  for (uint32_t threads : {1u, 2u, 4u}) {
    Context context(mixModel(), threads);
    const long before = interpose::memoryCalls();
    for (int run = 0; run < 100; ++run)
      fovea_run(context.handle, &mixModel(), &input, 1, &output, 1);
    output.ndim = 2; // a refused call does not allocate either
    fovea_run(context.handle, &mixModel(), &input, 1, &output, 1);
    output.ndim = 1;
    EXPECT_EQ(interpose::memoryCalls(), before);
  }
  EXPECT_EQ(y, mixReference(x));
}

TEST(Pool, ThreadsHaveLargeStacks) {
  const fovea_model model = bodyModel();
  Context context(model, 2);
  EXPECT_EQ(runBody(context.handle, model,
                    [&](fovea_worker *worker) {
                      return parallelFor(worker, 0, 2, [&](fovea_worker *, int32_t) {
                        constexpr size_t bytes = 3u << 20;
                        volatile uint8_t stack[bytes];
                        for (size_t i = 0; i < bytes; i += 1024)
                          stack[i] = 1;
                        return stack[1024] - 1;
                      });
                    }),
            FOVEA_OK);
}

} // namespace
