// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Names of element types, for messages of the runtime and of tools.

#ifndef FOVEA_RUNTIME_DTYPES_H
#define FOVEA_RUNTIME_DTYPES_H

#include <stddef.h>
#include <stdint.h>

/// The name of a type of DLPack's code, which the number of bits completes up to code 5; null for
/// codes that have none.
static inline const char *getDtypeName(uint8_t code) {
  static const char *const names[] = {"int",
                                      "uint",
                                      "float",
                                      NULL,
                                      "bfloat",
                                      NULL,
                                      "bool",
                                      NULL,
                                      NULL,
                                      NULL,
                                      "float8_e4m3fn",
                                      "float8_e4m3fnuz",
                                      "float8_e5m2",
                                      "float8_e5m2fnuz",
                                      "float8_e8m0fnu",
                                      "float6_e2m3fn",
                                      "float6_e3m2fn",
                                      "float4_e2m1fn"};
  return code < sizeof(names) / sizeof(names[0]) ? names[code] : NULL;
}

#endif // FOVEA_RUNTIME_DTYPES_H
