# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# fovea-run, and the parts of it that tests use. The tool carries the whole runtime and exports it,
# so that a shared library with a model needs none of its own.

fovea_library(FoveaRunSupport
  ${CMAKE_CURRENT_LIST_DIR}/ArrayTools.cpp
  ${CMAKE_CURRENT_LIST_DIR}/ModelLibrary.cpp
  ${CMAKE_CURRENT_LIST_DIR}/NpyFile.cpp
  DEPS fovea_runtime ${CMAKE_DL_LIBS})

fovea_tool(fovea-run ${CMAKE_CURRENT_LIST_DIR}/fovea-run.cpp
  DEPS FoveaRunSupport -Wl,--whole-archive fovea_runtime -Wl,--no-whole-archive)
set_target_properties(fovea-run PROPERTIES ENABLE_EXPORTS ON)
