/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Classifies 8x8 digits with a vision transformer that foveac compiled to digits.o and digits.h.
 * usage: digits IMAGES LABELS LOGITS   (float32 images, int64 labels, float32 expected logits, as
 * .npy files) Exits with 0 when as many are right as the training framework got, and every logit is
 * within 1e-4 of its. */
#include "digits.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { IMAGES = 360, PIXELS = 64, CLASSES = 10, EXPECTED_RIGHT = 356 };

/* The last `bytes` bytes of a file: the data of a .npy file, whose header comes first. */
static void *read_data(const char *path, size_t bytes) {
  FILE *file = fopen(path, "rb");
  void *data = malloc(bytes);
  if (!file || !data || fseek(file, -(long)bytes, SEEK_END) != 0 ||
      fread(data, 1, bytes, file) != bytes) {
    fprintf(stderr, "digits: cannot read %zu bytes of %s\n", bytes, path);
    exit(1);
  }
  fclose(file);
  return data;
}

static double milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return 1e3 * (double)now.tv_sec + 1e-6 * (double)now.tv_nsec;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fprintf(stderr, "usage: digits IMAGES LABELS LOGITS\n");
    return 1;
  }
  float *images = read_data(argv[1], sizeof(float) * IMAGES * PIXELS);
  int64_t *labels = read_data(argv[2], sizeof(int64_t) * IMAGES);
  float *expected = read_data(argv[3], sizeof(float) * IMAGES * CLASSES);

  fovea_context *context = NULL;
  fovea_status status = fovea_context_create(digits_model(), NULL, &context);
  if (status != FOVEA_OK) {
    fprintf(stderr, "digits: %s\n", fovea_status_name(status));
    return 1;
  }

  int right = 0;
  float worst = 0;
  double times[IMAGES];
  for (int i = 0; i < IMAGES; ++i) {
    float logits[CLASSES];
    double start = milliseconds();
    status = digits_run(context, images + i * PIXELS, logits);
    times[i] = milliseconds() - start;
    if (status != FOVEA_OK) {
      fprintf(stderr, "digits: image %d: %s\n", i, fovea_last_error(context));
      return 1;
    }
    int best = 0;
    for (int c = 0; c < CLASSES; ++c) {
      best = logits[c] > logits[best] ? c : best;
      worst = fmaxf(worst, fabsf(logits[c] - expected[i * CLASSES + c]));
    }
    right += best == labels[i];
  }
  qsort(times, IMAGES, sizeof *times, ascending);
  printf("%d of %d images right (%.2f %%), largest difference from the training framework's logits "
         "%.1e\n",
         right, IMAGES, 100.0 * right / IMAGES, (double)worst);
  printf("one image on %u threads: %.3f ms at best, %.3f ms in the median\n",
         fovea_context_threads(context), times[0], times[IMAGES / 2]);
  fovea_context_destroy(context);
  free(images);
  free(labels);
  free(expected);
  return right == EXPECTED_RIGHT && worst <= 1e-4f ? 0 : 1;
}
