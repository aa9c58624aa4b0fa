// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "test/unit/link/CompiledModel.h"
#include <gtest/gtest.h>
