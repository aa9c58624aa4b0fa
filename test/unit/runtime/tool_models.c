// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A shared library with models for fovea-run's tests. Built with the runtime inside or left to the
// tool.
#include "fovea/runtime.h"

static const int64_t imageShape[] = {2, 3}, idsShape[] = {4}, logitsShape[] = {2};
static const fovea_tensor_info inputs[] = {{"image", {2, 32, 1}, 2, imageShape, 24},
                                           {"ids", {0, 64, 1}, 1, idsShape, 32}};
static const fovea_tensor_info outputs[] = {{"logits", {2, 32, 1}, 1, logitsShape, 8}};

struct Closure {
  const float *image;
  float *logits;
};

static int32_t sumRow(fovea_worker *worker, int32_t row, uint8_t *closure) {
  const struct Closure *self = (const struct Closure *)closure;
  float *sum = fovea_scratch_alloc(worker, sizeof(float));
  if (!sum)
    return 1;
  *sum = 0;
  for (int column = 0; column < 3; ++column)
    *sum += self->image[3 * row + column];
  self->logits[row] = *sum;
  fovea_scratch_free(worker, sum);
  return 0;
}

static int32_t runSum(fovea_worker *worker, const void *const *in, void *const *out, void *arena,
                      const void *weights) {
  (void)arena;
  (void)weights;
  struct Closure closure = {in[0], out[0]};
  return fovea_parallel_for(worker, sumRow, 0, 2, (uint8_t *)&closure);
}

static int32_t runNothing(fovea_worker *worker, const void *const *in, void *const *out,
                          void *arena, const void *weights) {
  (void)worker, (void)in, (void)out, (void)arena, (void)weights;
  return 0;
}

static int32_t runFailure(fovea_worker *worker, const void *const *in, void *const *out,
                          void *arena, const void *weights) {
  (void)worker, (void)in, (void)out, (void)arena, (void)weights;
  return 5;
}

#define MODEL(name, abi, features, run)                                                            \
  const fovea_model *name##_model(void);                                                           \
  const fovea_model *name##_model(void) {                                                          \
    static const fovea_model model = {                                                             \
        sizeof(fovea_model), abi, #name, 2, 1, inputs, outputs, 4096, 64, NULL, 0, features, run}; \
    return &model;                                                                                 \
  }

MODEL(sum, FOVEA_ABI_VERSION, FOVEA_CPU_AVX2, runSum)
#ifndef ONE_MODEL
MODEL(silent, FOVEA_ABI_VERSION, 0, runNothing)
MODEL(failing, FOVEA_ABI_VERSION, 0, runFailure)
MODEL(future, FOVEA_ABI_VERSION + 1, 0, runSum)
MODEL(exotic, FOVEA_ABI_VERSION, 1u << 30, runSum)
#endif
