# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Everything Fovea builds against, each from a Debian or PyPI package that scripts/setup installs.

find_package(MLIR 22.1 REQUIRED CONFIG HINTS /usr/lib/llvm-22/lib/cmake/mlir)
list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
include(TableGen)
include(AddLLVM)
include(AddMLIR)
# The package files set these for the whole tree; system headers stay free of our warnings.
include_directories(SYSTEM ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
include_directories(${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR} ${PROJECT_SOURCE_DIR}/runtime/include)
add_compile_definitions(${LLVM_DEFINITIONS_LIST})
set(CMAKE_BUILD_RPATH ${LLVM_LIBRARY_DIR})
set(CMAKE_INSTALL_RPATH ${LLVM_LIBRARY_DIR})

find_package(Protobuf REQUIRED)
find_package(GTest REQUIRED)
find_package(Threads REQUIRED)

# Halide's headers, library and onnx-ml.proto come out of the wheels in the project's own environment.
set(FOVEA_VENV ${PROJECT_SOURCE_DIR}/.venv CACHE PATH "Python environment made by scripts/setup")
set(FOVEA_PYTHON ${FOVEA_VENV}/bin/python)
if(NOT EXISTS ${FOVEA_PYTHON})
  message(FATAL_ERROR "${FOVEA_PYTHON} is missing: run scripts/setup first")
endif()
execute_process(
  COMMAND ${FOVEA_PYTHON} -c "import sysconfig; print(sysconfig.get_paths()['purelib'])"
  OUTPUT_VARIABLE FOVEA_SITE_PACKAGES OUTPUT_STRIP_TRAILING_WHITESPACE
  COMMAND_ERROR_IS_FATAL ANY)
set(FOVEA_HALIDE_DIR ${FOVEA_SITE_PACKAGES}/halide)
set(FOVEA_ONNX_PROTO ${FOVEA_SITE_PACKAGES}/onnx/onnx-ml.proto)
foreach(file IN ITEMS ${FOVEA_HALIDE_DIR}/include/Halide.h ${FOVEA_ONNX_PROTO})
  if(NOT EXISTS ${file})
    message(FATAL_ERROR "${file} is missing: run scripts/setup")
  endif()
endforeach()
add_library(FoveaHalideWheel SHARED IMPORTED)
set_target_properties(FoveaHalideWheel PROPERTIES
  IMPORTED_LOCATION ${FOVEA_HALIDE_DIR}/lib64/libHalide.so
  INTERFACE_INCLUDE_DIRECTORIES ${FOVEA_HALIDE_DIR}/include)
