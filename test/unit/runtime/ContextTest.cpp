// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Making contexts: options, versions, CPU features, memory that runs out, threads that are refused,
// weights.
#include "Interpose.h"
#include "TestModels.h"
#include "runtime/src/cpu.h"

#include "gtest/gtest.h"
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <string>
#include <sys/resource.h>

namespace {

/// A context that must not come to be; returns its sentence.
std::string refusal(const fovea_model *model, fovea_options options, fovea_status expected) {
  char message[256] = "untouched";
  options.message = message;
  options.message_bytes = sizeof(message);
  fovea_context *context = reinterpret_cast<fovea_context *>(8);
  EXPECT_EQ(fovea_context_create(model, &options, &context), expected) << message;
  EXPECT_EQ(context, nullptr);
  return message;
}

bool contains(const std::string &text, const std::string &part) {
  return text.find(part) != std::string::npos;
}

TEST(Context, DefaultsNeedNoOptions) {
  fovea_context *context = nullptr;
  ASSERT_EQ(fovea_context_create(&mixModel(), nullptr, &context), FOVEA_OK);
  EXPECT_EQ(fovea_context_threads(context), foveaAllowedCpus());
  EXPECT_STREQ(fovea_last_error(context), "");
  EXPECT_EQ(runMix(context, mixInput()), mixReference(mixInput()));
  fovea_context_destroy(context);
}

TEST(Context, NullIsHarmless) {
  fovea_context_destroy(nullptr);
  EXPECT_STREQ(fovea_last_error(nullptr), "");
  EXPECT_EQ(fovea_context_threads(nullptr), 0u);
  EXPECT_EQ(fovea_run(nullptr, &mixModel(), nullptr, 0, nullptr, 0), FOVEA_INVALID_ARGUMENT);
  EXPECT_EQ(fovea_context_create(&mixModel(), nullptr, nullptr), FOVEA_INVALID_ARGUMENT);
  EXPECT_TRUE(contains(refusal(nullptr, makeOptions(), FOVEA_INVALID_ARGUMENT), "NULL"));
}

TEST(Context, NamesEveryStatus) {
  EXPECT_STREQ(fovea_status_name(FOVEA_OK), "ok");
  EXPECT_STREQ(fovea_status_name(FOVEA_INVALID_ARGUMENT), "invalid argument");
  EXPECT_STREQ(fovea_status_name(FOVEA_UNSUPPORTED), "unsupported");
  EXPECT_STREQ(fovea_status_name(FOVEA_INTERNAL), "internal error");
  EXPECT_STREQ(fovea_status_name(FOVEA_OUT_OF_MEMORY), "out of memory");
  EXPECT_STREQ(fovea_status_name(FOVEA_THREAD_FAILURE), "thread failure");
  EXPECT_STREQ(fovea_status_name(static_cast<fovea_status>(77)), "unknown status");
}

TEST(Context, RefusesImpossibleOptions) {
  const fovea_model &model = mixModel();
  fovea_options options = makeOptions();
  options.threads = 1u << 20;
  EXPECT_TRUE(contains(refusal(&model, options, FOVEA_INVALID_ARGUMENT), "threads is 1048576"));

  options = makeOptions();
  options.allocate = [](void *, size_t, size_t) -> void * { return nullptr; };
  EXPECT_TRUE(contains(refusal(&model, options, FOVEA_INVALID_ARGUMENT), "both"));

  options = makeOptions();
  options.skip_checks = 2;
  EXPECT_TRUE(contains(refusal(&model, options, FOVEA_INVALID_ARGUMENT), "skip_checks is 2"));

  options = makeOptions();
  options.weights_in_place = 9;
  EXPECT_TRUE(contains(refusal(&model, options, FOVEA_INVALID_ARGUMENT), "weights_in_place is 9"));

  options.struct_size = 0;
  fovea_context *context = nullptr;
  EXPECT_EQ(fovea_context_create(&model, &options, &context), FOVEA_INVALID_ARGUMENT);
}

TEST(Context, ReadsOptionsOfOtherVersions) {
  // An older program: nothing behind `user` may be read.
  fovea_options older;
  std::memset(&older, 0xee, sizeof(older));
  std::memset(&older, 0, offsetof(fovea_options, weights_in_place));
  older.struct_size = offsetof(fovea_options, weights_in_place);
  older.threads = 2;
  Context first(mixModel(), older);
  EXPECT_EQ(first.status, FOVEA_OK);

  // A newer program: unknown fields must be zero.
  struct {
    fovea_options options;
    uint64_t unknown;
  } newer = {makeOptions(2), 0};
  newer.options.struct_size = sizeof(newer);
  Context second(mixModel(), newer.options);
  EXPECT_EQ(second.status, FOVEA_OK);
  newer.unknown = 1;
  fovea_context *context = nullptr;
  EXPECT_EQ(fovea_context_create(&mixModel(), &newer.options, &context), FOVEA_UNSUPPORTED);
  EXPECT_EQ(context, nullptr);
}

TEST(Context, CutsTheMessageToItsBuffer) {
  char message[8] = "1234567";
  fovea_options options = makeOptions(1u << 20);
  options.message = message;
  options.message_bytes = sizeof(message) - 1;
  fovea_context *context = nullptr;
  fovea_context_create(&mixModel(), &options, &context);
  EXPECT_EQ(std::strlen(message), 6u);
  EXPECT_EQ(message[7], '\0');

  options.threads = 1;
  ASSERT_EQ(fovea_context_create(&mixModel(), &options, &context), FOVEA_OK);
  EXPECT_STREQ(message, "");
  fovea_context_destroy(context);
}

TEST(Context, RefusesOtherAbiVersions) {
  fovea_model model = mixModel();
  model.abi_version = FOVEA_ABI_VERSION + 1;
  EXPECT_TRUE(contains(refusal(&model, makeOptions(), FOVEA_UNSUPPORTED), "ABI version 2"));
  model = mixModel();
  model.struct_size -= 8;
  EXPECT_TRUE(contains(refusal(&model, makeOptions(), FOVEA_INVALID_ARGUMENT), "struct_size"));
  model.struct_size = 0;
  EXPECT_TRUE(contains(refusal(&model, makeOptions(), FOVEA_INVALID_ARGUMENT), "not a compiled"));
  // A larger model of the same version is one with fields that this runtime does not need.
  model = mixModel();
  model.struct_size += 64;
  EXPECT_EQ(Context(model).status, FOVEA_OK);
}

TEST(Context, RefusesDamagedModels) {
  fovea_tensor_info info = mixModel().inputs[0];
  std::vector<fovea_model> models(12, mixModel());
  models[0].name = nullptr;
  models[1].run = nullptr;
  models[2].inputs = nullptr;
  models[3].outputs = nullptr;
  models[4].weights_bytes = 4;
  fovea_tensor_info noName = info, noShape = info;
  noName.name = nullptr;
  noShape.shape = nullptr;
  models[5].inputs = &noName;
  models[6].outputs = &noShape;
  fovea_tensor_info wrongSize = info, negative = info, overflow = info;
  wrongSize.byte_size -= 4;
  const int64_t negativeShape[] = {-1}, overflowShape[] = {INT64_MAX};
  negative.shape = negativeShape;
  negative.byte_size = static_cast<uint64_t>(-4);
  overflow.shape = overflowShape;
  overflow.byte_size = static_cast<uint64_t>(INT64_MAX) * 4;
  models[7].inputs = &wrongSize;
  models[8].inputs = &negative;
  models[9].outputs = &overflow;
  info.dtype.bits = 4;
  models[10].inputs = &info;
  alignas(64) static const uint8_t weights[128] = {};
  models[11].weights = weights + 32;
  models[11].weights_bytes = 64;
  for (const fovea_model &model : models)
    EXPECT_TRUE(contains(refusal(&model, makeOptions(), FOVEA_INVALID_ARGUMENT), "damaged"));
}

TEST(Context, RefusesMissingCpuFeatures) {
  fovea_model model = mixModel();
  model.required_features = foveaCpuFeatures();
  EXPECT_EQ(Context(model).status, FOVEA_OK);

  model.required_features = uint64_t(1) << 40;
  const std::string unknown = refusal(&model, makeOptions(), FOVEA_UNSUPPORTED);
  EXPECT_TRUE(contains(unknown, "\"mix\"")) << unknown;
  EXPECT_TRUE(contains(unknown, "unknown feature bits 0x10000000000")) << unknown;

  // The same when such a model comes to a context made for another.
  Context context(mixModel());
  EXPECT_EQ(fovea_run(context.handle, &model, nullptr, 0, nullptr, 0), FOVEA_UNSUPPORTED);
}

TEST(Context, RefusesImpossibleSizes) {
  fovea_model model = mixModel();
  for (uint64_t bytes : {UINT64_MAX, uint64_t(INT64_MAX), uint64_t(1) << 60}) {
    model = mixModel();
    model.arena_bytes = bytes;
    EXPECT_TRUE(contains(refusal(&model, makeOptions(), FOVEA_OUT_OF_MEMORY), "arena"));
    model = mixModel();
    model.scratch_bytes = bytes;
    EXPECT_TRUE(contains(refusal(&model, makeOptions(8), FOVEA_OUT_OF_MEMORY), "scratch"));
  }
}

TEST(Context, SurvivesRefusedMemory) {
  // Refuses the first allocation, then the second, ... until everything is granted.
  for (int succeed = 0;; ++succeed) {
    ASSERT_LT(succeed, 20);
    fovea_context *context = nullptr;
    const fovea_options options = makeOptions(2);
    interpose::refuseMemoryAfter(succeed);
    const fovea_status status = fovea_context_create(&mixModel(), &options, &context);
    const bool refused = interpose::refusedAny();
    interpose::allowAll();
    if (!refused) {
      EXPECT_EQ(status, FOVEA_OK);
      EXPECT_GE(succeed, 4); // context, workers, arena, scratch at least
      fovea_context_destroy(context);
      break;
    }
    // The thread library maps stacks itself, so a refusal is always one of ours.
    EXPECT_EQ(status, FOVEA_OUT_OF_MEMORY) << succeed;
    EXPECT_EQ(context, nullptr);
  }
}

TEST(Context, SurvivesRefusedThreads) {
  for (int succeed = 0; succeed < 5; ++succeed) {
    interpose::refuseThreadsAfter(succeed);
    const std::string message = refusal(&mixModel(), makeOptions(6), FOVEA_THREAD_FAILURE);
    interpose::allowAll();
    EXPECT_TRUE(contains(message, "6 threads")) << message;
  }
}

/// Bytes of a model's weights, aligned as the object file aligns them.
struct Weights {
  explicit Weights(size_t size) : size(size), storage(size + 64) {
    for (size_t i = 0; i < size; ++i)
      storage[offset() + i] = static_cast<uint8_t>(i * 7);
  }
  size_t offset() const { return -reinterpret_cast<uintptr_t>(storage.data()) % 64; }
  const uint8_t *data() const { return storage.data() + offset(); }

  size_t size;
  std::vector<uint8_t> storage;
};

/// Memory hooks that keep books and can refuse or misalign.
struct Host {
  std::map<void *, size_t> live;
  int refuseAt = -1;
  int calls = 0;
  size_t shift = 0;
  size_t mismatches = 0;

  fovea_options options(uint32_t threads) {
    fovea_options options = makeOptions(threads);
    options.user = this;
    options.allocate = [](void *user, size_t bytes, size_t alignment) -> void * {
      Host *host = static_cast<Host *>(user);
      if (host->calls++ == host->refuseAt)
        return nullptr;
      const size_t rounded = (bytes + host->shift + alignment - 1) / alignment * alignment;
      uint8_t *memory = static_cast<uint8_t *>(aligned_alloc(alignment, rounded)) + host->shift;
      host->live[memory] = bytes;
      return memory;
    };
    options.release = [](void *user, void *memory, size_t bytes) {
      Host *host = static_cast<Host *>(user);
      host->mismatches += host->live.count(memory) == 0 || host->live[memory] != bytes;
      host->live.erase(memory);
      free(static_cast<uint8_t *>(memory) - host->shift);
    };
    return options;
  }
};

TEST(Context, UsesTheHostsMemory) {
  Weights weights(5u << 20);
  fovea_model model = mixModel();
  model.weights = weights.data();
  model.weights_bytes = weights.size;
  int total = 0;
  {
    Host host;
    {
      Context context(model, host.options(3));
      ASSERT_EQ(context.status, FOVEA_OK);
      EXPECT_EQ(host.live.size(), 3u); // arena, scratch, weights
      EXPECT_EQ(runMix(context.handle, mixInput()), mixReference(mixInput()));
    }
    EXPECT_TRUE(host.live.empty());
    EXPECT_EQ(host.mismatches, 0u);
    total = host.calls;
  }
  for (int refuse = 0; refuse < total; ++refuse) {
    Host host;
    host.refuseAt = refuse;
    {
      Context context(model, host.options(3));
      // Without memory for the copy, the weights are used in place.
      EXPECT_EQ(context.status, refuse + 1 == total ? FOVEA_OK : FOVEA_OUT_OF_MEMORY);
    }
    EXPECT_TRUE(host.live.empty());
    EXPECT_EQ(host.mismatches, 0u);
  }
}

TEST(Context, RefusesMisalignedHostMemory) {
  Host host;
  host.shift = 8;
  fovea_context *context = nullptr;
  const fovea_options options = host.options(1);
  EXPECT_EQ(fovea_context_create(&mixModel(), &options, &context), FOVEA_OUT_OF_MEMORY);
  EXPECT_TRUE(host.live.empty());
}

const void *givenWeights = nullptr;
void *givenArena = nullptr;

fovea_model weightsModel(const void *weights, uint64_t bytes) {
  fovea_model model = bodyModel();
  model.weights = weights;
  model.weights_bytes = bytes;
  model.arena_bytes = 5u << 20;
  model.run = [](fovea_worker *, const void *const *, void *const *, void *arena,
                 const void *weights) -> int32_t {
    givenWeights = weights;
    givenArena = arena;
    return 0;
  };
  return model;
}

TEST(Context, CopiesLargeWeightsUnlessToldNot) {
  const uint64_t bytes = (4u << 20) + 12345;
  const Weights weights(bytes);
  const fovea_model model = weightsModel(weights.data(), bytes);
  const fovea_model small = weightsModel(weights.data(), (4u << 20) - 1);
  {
    Context context(model);
    ASSERT_EQ(fovea_run(context.handle, &model, nullptr, 0, nullptr, 0), FOVEA_OK);
    EXPECT_NE(givenWeights, weights.data());
    EXPECT_EQ(reinterpret_cast<uintptr_t>(givenWeights) % (2u << 20), 0u);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(givenArena) % (2u << 20), 0u);
    EXPECT_EQ(std::memcmp(givenWeights, weights.data(), bytes), 0);
    // Another model brings its own.
    ASSERT_EQ(fovea_run(context.handle, &small, nullptr, 0, nullptr, 0), FOVEA_OK);
    EXPECT_EQ(givenWeights, weights.data());
  }
  {
    Context context(small);
    ASSERT_EQ(fovea_run(context.handle, &small, nullptr, 0, nullptr, 0), FOVEA_OK);
    EXPECT_EQ(givenWeights, weights.data());
  }
  fovea_options options = makeOptions();
  options.weights_in_place = 1;
  Context context(model, options);
  ASSERT_EQ(fovea_run(context.handle, &model, nullptr, 0, nullptr, 0), FOVEA_OK);
  EXPECT_EQ(givenWeights, weights.data());
}

long pageFaults() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt + usage.ru_majflt;
}

TEST(Context, RunDoesNotMeetPageFaults) {
  static const uint64_t arenaBytes = 1u << 20, scratchBytes = 1u << 20;
  fovea_model model = bodyModel(scratchBytes);
  model.arena_bytes = arenaBytes;
  model.run = [](fovea_worker *worker, const void *const *, void *const *, void *arena,
                 const void *) -> int32_t {
    uint8_t *scratch = static_cast<uint8_t *>(fovea_scratch_alloc(worker, scratchBytes));
    for (uint64_t i = 0; i < arenaBytes; i += 512)
      static_cast<uint8_t *>(arena)[i] = scratch[i] = 1;
    fovea_scratch_free(worker, scratch);
    return 0;
  };
  Context context(model);
  const long before = pageFaults();
  fovea_run(context.handle, &model, nullptr, 0, nullptr, 0);
  EXPECT_LT(pageFaults() - before, 16); // 512 pages are written; code may be paged in
}

TEST(Context, ServesModelsThatFit) {
  const fovea_model small = bodyModel();
  Context context(mixModel(), 2);
  EXPECT_EQ(runBody(context.handle, small, [](fovea_worker *) { return 0; }), FOVEA_OK);
  std::vector<fovea_model> large(4, bodyModel());
  large[0].arena_bytes = 1u << 20;
  large[1].scratch_bytes = 1u << 20;
  large[2].input_count = 2;
  large[3].output_count = 2;
  std::vector<fovea_tensor_info> infos(2, mixModel().inputs[0]);
  const char *reasons[] = {"bytes of arena", "bytes of scratch", "inputs", "outputs"};
  for (int i = 0; i < 4; ++i) {
    large[i].inputs = large[i].outputs = infos.data();
    EXPECT_EQ(fovea_run(context.handle, &large[i], nullptr, 0, nullptr, 0), FOVEA_INVALID_ARGUMENT);
    EXPECT_TRUE(contains(fovea_last_error(context.handle), reasons[i]))
        << fovea_last_error(context.handle);
  }
  EXPECT_EQ(fovea_run(context.handle, nullptr, nullptr, 0, nullptr, 0), FOVEA_INVALID_ARGUMENT);
  EXPECT_EQ(runMix(context.handle, mixInput()), mixReference(mixInput()));
}

/// Open mappings and threads of this process, from /proc.
size_t countLines(const char *path) {
  std::ifstream file(path);
  size_t lines = 0;
  for (std::string line; std::getline(file, line);)
    ++lines;
  return lines;
}

TEST(Context, ComesAndGoesAThousandTimes) {
  fovea_model model = mixModel();
  model.arena_bytes = 3u << 20;
  auto cycle = [&](int times) {
    for (int i = 0; i < times; ++i) {
      Context context(model, 1 + i % 3);
      ASSERT_EQ(context.status, FOVEA_OK);
    }
  };
  cycle(50); // lets the thread library fill its cache of stacks
  const size_t before = countLines("/proc/self/maps");
  cycle(1000);
  EXPECT_LE(countLines("/proc/self/maps"), before + 8);
}

} // namespace
