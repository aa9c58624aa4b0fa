# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import os

import lit.formats

config.name = "fovea"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".onnxtxt", ".test"]
config.excludes = ["Inputs", "fixtures", "unit", "lit", "CMakeLists.txt"]
config.test_source_root = os.path.join(config.fovea_source, "test")
config.test_exec_root = os.path.join(config.fovea_build, "test", "lit")
config.environment["PATH"] = os.pathsep.join(
    [os.path.join(config.fovea_build, "bin"), config.llvm_tools, config.environment["PATH"]]
)
# A capture dies at the next CHECK-LABEL unless it starts with $, and a prefix that no line uses is an error.
config.environment["FILECHECK_OPTS"] = "-enable-var-scope --allow-unused-prefixes=false"
config.substitutions.append(("%fixtures", os.path.join(config.fovea_source, "test", "fixtures")))
config.substitutions.append(("%source", config.fovea_source))
config.substitutions.append(("%build", config.fovea_build))
config.substitutions.append(("%python", config.python))
config.substitutions.append(("%cc", config.cc))
config.substitutions.append(("%cxx", config.cxx))
