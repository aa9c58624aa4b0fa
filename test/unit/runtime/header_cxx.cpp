// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The public header as a C++17 program sees it; compiled with every warning as an error.
#include "fovea/runtime.h"

static_assert(sizeof(fovea_tensor) == 48, "laid out like DLPack");

int main() {
  fovea_context_destroy(nullptr);
  return fovea_status_name(FOVEA_OK)[0] == 'o' ? 0 : 1;
}
