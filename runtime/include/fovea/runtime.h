/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The interface between a program, the Fovea runtime and a compiled model.
 *
 * A compiled model is an immutable `fovea_model` exported by the object file. A `fovea_context`
 * owns what execution needs besides: a thread pool, an arena and per-thread scratch memory.
 * Nothing here is global, nothing runs before main, and `fovea_run` neither allocates nor frees
 * memory.
 *
 * Threads: a context is used by one thread at a time; different contexts are independent and may
 * share a model. Errors: every function that can fail returns a `fovea_status`; the sentence that
 * goes with it comes from `fovea_last_error`, or from `fovea_options.message` while there is no
 * context yet.
 */
#ifndef FOVEA_RUNTIME_H
#define FOVEA_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Changes when the layout of a struct below changes; the runtime refuses a model of another
 * version. */
#define FOVEA_ABI_VERSION 1u

typedef enum fovea_status {
  FOVEA_OK = 0,
  /* The caller's mistake: null, wrong count, dtype, rank, shape, ... or values that ask for a
   * result of other extents than the model was compiled for. */
  FOVEA_INVALID_ARGUMENT = 1,
  FOVEA_UNSUPPORTED = 2, /* the model needs another ABI version or CPU features that are missing */
  FOVEA_INTERNAL = 3,    /* a kernel reported an error: a bug in the compiler */
  FOVEA_OUT_OF_MEMORY = 4,
  FOVEA_THREAD_FAILURE = 5 /* the system refused a thread */
} fovea_status;

/* Element type, laid out like DLPack's DLDataType and with its codes: 0 signed, 1 unsigned, 2 IEEE
 * float, 4 bfloat, 6 bool, 10 to 17 floats of 8, 6 and 4 bits (e4m3fn, e4m3fnuz, e5m2, e5m2fnuz,
 * e8m0fnu, e2m3fn, e3m2fn, e2m1fn). An element of fewer than 8 bits takes a byte, as DLPack says of
 * tensors with DLPACK_FLAG_BITMASK_IS_SUBBYTE_TYPE_PADDED: an integer as its value in (u)int8, a
 * float as its low bits. */
typedef struct fovea_dtype {
  uint8_t code;
  uint8_t bits;
  uint16_t lanes; /* always 1 */
} fovea_dtype;

/* Where the data lives, laid out like DLPack's DLDevice: type 1 is the CPU. */
typedef struct fovea_device {
  int32_t type;
  int32_t id;
} fovea_device;

/* A tensor the caller owns, laid out like DLPack's DLTensor. The first element is at
 * `data + byte_offset`, aligned to the size of an element or better. `strides`, in elements, is
 * NULL or describes contiguous row-major data; the stride of a dimension of size 1 is ignored. */
typedef struct fovea_tensor {
  void *data;
  fovea_device device;
  int32_t ndim;
  fovea_dtype dtype;
  int64_t *shape;
  int64_t *strides;
  uint64_t byte_offset;
} fovea_tensor;

/* One input or output of a model. Shapes are static; `byte_size` is the product of the shape times
 * the element size. */
typedef struct fovea_tensor_info {
  const char *name;
  fovea_dtype dtype;
  int32_t ndim;
  const int64_t *shape;
  uint64_t byte_size;
} fovea_tensor_info;

/* One thread of a context's pool, with its scratch memory; only the runtime looks inside. */
typedef struct fovea_worker fovea_worker;
typedef struct fovea_context fovea_context;

/* CPU features a model may require (bits of fovea_model.required_features). */
enum {
  FOVEA_CPU_AVX2 = 1u << 0, /* with BMI1, BMI2, LZCNT, MOVBE; x86-64-v3 adds FMA and F16C */
  FOVEA_CPU_FMA = 1u << 1,
  FOVEA_CPU_F16C = 1u << 2,
  FOVEA_CPU_AVX512 = 1u << 3, /* F, BW, CD, DQ, VL: x86-64-v4 */
  FOVEA_CPU_AVX512_VNNI = 1u << 4,
  FOVEA_CPU_AVX512_BF16 = 1u << 5
};

/* A compiled model: constant data inside the object file. */
typedef struct fovea_model {
  uint32_t struct_size; /* sizeof(fovea_model) when the object was made */
  uint32_t abi_version;
  const char *name;
  uint32_t input_count;
  uint32_t output_count;
  const fovea_tensor_info *inputs;
  const fovea_tensor_info *outputs;
  uint64_t arena_bytes;   /* activations, planned at compile time; at least 64-byte aligned */
  uint64_t scratch_bytes; /* most that one worker holds at once inside one kernel */
  const void *weights;    /* packed for the kernels, 64-byte aligned */
  uint64_t weights_bytes;
  uint64_t required_features;
  /* Runs all kernels in order. Inputs and outputs are row-major and aligned to their element size,
   * no better. Returns 0 or a kernel's error: 1 when scratch memory ran out, 2 when the values of
   * the inputs contradict what was compiled. */
  int32_t (*run)(fovea_worker *worker, const void *const *inputs, void *const *outputs, void *arena,
                 const void *weights);
} fovea_model;

/* Options of a context; zero-initialise, set struct_size, then what differs. */
typedef struct fovea_options {
  uint32_t struct_size;
  uint32_t threads;     /* 0: one per CPU this process may use (affinity mask and cgroup quota) */
  uint32_t skip_checks; /* 1: fovea_run trusts its tensors */
  uint32_t spin_microseconds; /* how long an idle worker spins before it sleeps; 0: 50 */
  /* Allocation of arena, scratch and the copy of the weights; both functions or neither. `allocate`
   * returns memory aligned to `alignment` or NULL; `release` gets the same `bytes`. Only called by
   * fovea_context_create and fovea_context_destroy. */
  void *(*allocate)(void *user, size_t bytes, size_t alignment);
  void (*release)(void *user, void *memory, size_t bytes);
  void *user;
  /* 0: weights of 4 MiB and more are copied into huge pages when the context is made, which costs
   * their size once per context and makes each run faster; if that memory is refused they are used
   * in place. 1: the bytes inside the object are always used in place. */
  uint32_t weights_in_place;
  /* Where fovea_context_create writes the reason of its failure ("" on success), or NULL. */
  char *message;
  size_t message_bytes;
} fovea_options;

/* Makes a context able to run `model`, and any other model that needs no more arena, scratch,
 * inputs and outputs. `options` may be NULL. The caller releases the context with
 * fovea_context_destroy; the model must outlive it. On failure `*out_context` is NULL. */
fovea_status fovea_context_create(const fovea_model *model, const fovea_options *options,
                                  fovea_context **out_context);

/* Stops the threads and frees everything. NULL is allowed. */
void fovea_context_destroy(fovea_context *context);

/* Computes the outputs from the inputs, in the model's order. Neither allocates nor keeps a
 * pointer. Inputs are only read; outputs must not overlap inputs or one another. The results do not
 * depend on the number of threads. A call while another one uses the context is refused as an
 * invalid argument, without a sentence. */
fovea_status fovea_run(fovea_context *context, const fovea_model *model, const fovea_tensor *inputs,
                       size_t input_count, fovea_tensor *outputs, size_t output_count);

/* The sentence for this context's last failure; "" after success. Valid until the context's next
 * call. "" for NULL: fovea_options.message tells why a context could not be made. */
const char *fovea_last_error(const fovea_context *context);

/* "ok", "invalid argument", ... */
const char *fovea_status_name(fovea_status status);

/* Threads of the context's pool, the caller's included. */
uint32_t fovea_context_threads(const fovea_context *context);

/* ---- What compiled models call. Not for programs. ------------------------------------------- */

/* Runs task(worker, i, closure) for i in [min, min + extent) on the pool of `worker`; each call
 * gets the worker it runs on. Inside a task it runs serially. Returns 0 or the first nonzero
 * result, after which tasks that have not begun may be left out. */
int32_t fovea_parallel_for(fovea_worker *worker,
                           int32_t (*task)(fovea_worker *, int32_t, uint8_t *), int32_t min,
                           int32_t extent, uint8_t *closure);

/* Scratch memory of a worker, 128-byte aligned, at most 64 blocks at once; freed in any order by
 * the task that took it. NULL when the plan (fovea_model.scratch_bytes) was too small. */
void *fovea_scratch_alloc(fovea_worker *worker, size_t bytes);
void fovea_scratch_free(fovea_worker *worker, void *memory);

#ifdef __cplusplus
}
#endif

#endif /* FOVEA_RUNTIME_H */
