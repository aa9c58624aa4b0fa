// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The table of codes in memory.

#include "passes/remarks/RemarkCodes.h"

#include "dialects/onnx/NodeName.h"
#include "mlir/IR/Remarks.h"

using namespace mlir;
using namespace fovea;

static RemarkCodeInfo makeInfo(StringRef code, StringRef pass, StringRef title, StringRef obstacle,
                               StringRef hint, StringRef form) {
  auto [category, name] = pass.split('/');
  return {code, category, name, title, obstacle, hint, form};
}

const RemarkCodeInfo &fovea::getInfo(RemarkCode code) {
  static const RemarkCodeInfo table[] = {
#define FOVEA_REMARK(name, code, pass, title, obstacle, hint, form)                                \
  makeInfo(code, pass, title, obstacle, hint, form),
#include "passes/remarks/RemarkCodes.def"
#undef FOVEA_REMARK
  };
  return table[unsigned(code)];
}

void fovea::remarkMissed(RemarkCode code, Location loc, const Twine &reason, StringRef function) {
  const RemarkCodeInfo &info = getInfo(code);
  auto missed = remark::missed(
      loc, remark::RemarkOpts::name(info.pass).category(info.category).function(function));
  missed << remark::metric("Code", info.code) << remark::metric("Node", onnx::getNodeName(loc))
         << remark::reason("{0}", reason.str());
  if (!info.hint.empty())
    missed << remark::suggest("{0}", info.hint.str());
}
