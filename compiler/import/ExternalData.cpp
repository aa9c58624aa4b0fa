// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Opening files that a model names. The path is walked one component at a time with descriptors
// that follow no symbolic link, so that what was checked is what is opened, whoever else writes to
// the folder meanwhile. A link counts as the name that it resolves to if that is a file beside the
// real model, which is opened there in the same way: download caches keep models as such links.

#include "compiler/import/ExternalData.h"

#include "compiler/import/ImportFailure.h"
#include "compiler/import/NodeLocation.h"
#include "onnx_ml.pb.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Errno.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <fcntl.h>
#include <optional>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

using namespace fovea;
using llvm::StringRef;
using llvm::Twine;

namespace {

struct Reference {
  StringRef location;
  uint64_t offset = 0;
  std::optional<uint64_t> length;
};

} // namespace

static std::string quote(StringRef text) { return "'" + escapeText(text) + "'"; }

static uint64_t parseNumber(StringRef key, StringRef text) {
  uint64_t value = 0;
  if (text.getAsInteger(10, value))
    failInput("external data: the " + key + " " + quote(text) +
              " is not a number from 0 to 2^64 - 1");
  return value;
}

static Reference parseReference(const onnxpb::TensorProto &tensor) {
  Reference reference;
  std::set<StringRef> seen;
  for (const onnxpb::StringStringEntryProto &entry : tensor.external_data()) {
    StringRef key = entry.key(), value = entry.value();
    if (!seen.insert(key).second)
      failInput("external data: the key " + quote(key) + " is given twice");
    if (key == "location")
      reference.location = value;
    else if (key == "offset")
      reference.offset = parseNumber(key, value);
    else if (key == "length")
      reference.length = parseNumber(key, value);
    else if (key != "checksum" && key != "basepath")
      failInput("external data: unknown key " + quote(key));
    else if (key == "basepath" && !value.empty())
      failInput("external data: 'basepath' would lead out of the model's folder");
  }
  if (reference.location.empty())
    failInput("external data: the key 'location' is missing");
  return reference;
}

/// The components of a location, none of which leads anywhere but down.
static llvm::SmallVector<std::string> splitLocation(StringRef location) {
  if (location.contains('\0') || location.contains('\\'))
    failInput("external data: the location " + quote(location) + " is not a plain path");
  if (location.starts_with("/"))
    failInput("external data: the location " + quote(location) +
              " is absolute; data must lie in the model's folder");
  llvm::SmallVector<StringRef> parts;
  location.split(parts, '/', -1, /*KeepEmpty=*/false);
  llvm::SmallVector<std::string> components;
  for (StringRef part : parts) {
    if (part == "..")
      failInput("external data: the location " + quote(location) +
                " leads out of the model's folder");
    if (part != ".")
      components.push_back(part.str());
  }
  if (components.empty())
    failInput("external data: the location " + quote(location) + " names no file");
  return components;
}

ExternalFiles::ExternalFiles(StringRef modelPath)
    : folder(llvm::sys::path::parent_path(modelPath)) {
  if (folder.empty())
    folder = ".";
  llvm::SmallString<128> real;
  if (!llvm::sys::fs::real_path(modelPath, real))
    realFolder = llvm::sys::path::parent_path(real).str();
}

/// Opens `components` one inside the other, beginning at `folder`, without following links; -1 with
/// errno set when that fails.
static int openBeneath(const std::string &folder, llvm::ArrayRef<std::string> components) {
  int descriptor = ::open(folder.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECTORY);
  for (auto [index, component] : llvm::enumerate(components)) {
    if (descriptor < 0)
      return -1;
    int kind = index + 1 == components.size() ? O_NONBLOCK : O_DIRECTORY;
    int next = ::openat(descriptor, component.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | kind);
    int error = errno;
    ::close(descriptor);
    errno = error;
    descriptor = next;
  }
  return descriptor;
}

int ExternalFiles::open(StringRef location) const {
  llvm::SmallVector<std::string> components = splitLocation(location);
  int descriptor = openBeneath(folder, components);
  if (descriptor >= 0)
    return descriptor;
  int error = errno;
  // O_NOFOLLOW says ELOOP at a link, and O_DIRECTORY ENOTDIR at one that stands for a folder.
  llvm::SmallString<128> target;
  if ((error == ELOOP || error == ENOTDIR) &&
      !llvm::sys::fs::real_path(folder + "/" + llvm::join(components, "/"), target)) {
    if (llvm::sys::path::parent_path(target) == realFolder)
      descriptor = openBeneath(realFolder, {llvm::sys::path::filename(target).str()});
    if (descriptor >= 0)
      return descriptor;
    if (error == ELOOP)
      failInput("external data: " + quote(location) +
                " is a symbolic link to a file that does not lie beside the model; copy the model "
                "with its data into one folder (for instance with 'cp -rL')");
  }
  failInput("external data: cannot open " + quote(location) + ": " + llvm::sys::StrError(error));
}

std::shared_ptr<llvm::MemoryBuffer> ExternalFiles::map(StringRef location) {
  std::string key = llvm::join(splitLocation(location), "/");
  auto [entry, isNew] = files.try_emplace(key);
  // Every tensor in a file that was refused would repeat the reason.
  if (!isNew && !entry->second)
    failInput("");
  if (!isNew)
    return entry->second;

  int descriptor = open(location);
  auto closeIt = llvm::scope_exit([&] { ::close(descriptor); });
  struct stat status;
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode))
    failInput("external data: " + quote(location) + " is not a regular file");
  // A second name for the file may lie anywhere, so this could be a way out of the folder.
  if (status.st_nlink > 1)
    failInput("external data: " + quote(location) +
              " has several hard links; copy it to a file of its own");
  auto buffer = llvm::MemoryBuffer::getOpenFile(descriptor, location, uint64_t(status.st_size),
                                                /*RequiresNullTerminator=*/false);
  if (!buffer)
    failInput("external data: cannot map " + quote(location) + ": " + buffer.getError().message());
  return entry->second = std::move(*buffer);
}

MappedBytes ExternalFiles::getData(const onnxpb::TensorProto &tensor, uint64_t expected) {
  Reference reference = parseReference(tensor);
  if (reference.length && *reference.length != expected)
    failInput("external data: the length is " + Twine(*reference.length) +
              " bytes, but the tensor's shape asks for " + Twine(expected));
  std::shared_ptr<llvm::MemoryBuffer> file = map(reference.location);
  uint64_t size = file->getBufferSize();
  if (reference.offset > size || expected > size - reference.offset)
    failInput("external data: " + Twine(expected) + " bytes at offset " + Twine(reference.offset) +
              " exceed " + quote(reference.location) + ", which has " + Twine(size) + " bytes");
  return {llvm::ArrayRef<char>(file->getBufferStart() + reference.offset, expected), file};
}
