// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The public header as a C11 program sees it; compiled with every warning as an error.
#include "fovea/runtime.h"

_Static_assert(sizeof(fovea_dtype) == 4 && sizeof(fovea_device) == 8 && sizeof(fovea_tensor) == 48,
               "laid out like DLPack");

int main(void) {
  fovea_options options = {0};
  options.struct_size = sizeof(options);
  return fovea_context_create(NULL, &options, NULL) == FOVEA_INVALID_ARGUMENT ? 0 : 1;
}
