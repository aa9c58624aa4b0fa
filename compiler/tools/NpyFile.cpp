// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The header of a .npy file is the text of a Python dictionary; only the dictionaries that NumPy
// writes for arrays of numbers are understood: 'descr', 'fortran_order' and 'shape', each once, in
// any order.
#include "compiler/tools/NpyFile.h"

#include "runtime/src/dtypes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/CheckedArithmetic.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <cstring>

using namespace llvm;

namespace fovea {
namespace {

constexpr StringLiteral magic("\x93NUMPY");
constexpr size_t maxRank = 64; // NumPy's own limit

Error makeError(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

/// What a header says.
struct Header {
  std::optional<std::string> descr;
  std::optional<bool> fortranOrder;
  std::optional<SmallVector<int64_t>> shape;
};

/// Reads the dictionary from left to right. Errors are short phrases without the file's name.
class HeaderParser {
public:
  explicit HeaderParser(StringRef text) : rest(text) {}

  Expected<Header> parse() {
    Header header;
    if (!consume('{'))
      return makeError("it does not begin with '{'");
    while (!consume('}')) {
      Expected<StringRef> key = parseString();
      if (!key)
        return key.takeError();
      if (!consume(':'))
        return makeError("':' is missing after '" + *key + "'");
      if (Error error = parseValue(*key, header))
        return error;
      if (!consume(',') && !peek('}'))
        return makeError("',' or '}' is missing after the value of '" + *key + "'");
    }
    if (!rest.trim().empty())
      return makeError("there is text after '}'");
    if (!header.descr || !header.fortranOrder || !header.shape)
      return makeError("it needs 'descr', 'fortran_order' and 'shape'");
    return header;
  }

private:
  bool peek(char c) {
    rest = rest.ltrim(" \t\n\r");
    return rest.starts_with(c);
  }

  bool consume(char c) {
    if (!peek(c))
      return false;
    rest = rest.drop_front();
    return true;
  }

  Expected<StringRef> parseString() {
    const char quote = peek('"') ? '"' : '\'';
    if (!consume(quote))
      return makeError("a quoted string is missing");
    const size_t end = rest.find(quote);
    if (end == StringRef::npos || rest.take_front(end).contains('\\'))
      return makeError("a string is not closed or contains escapes");
    const StringRef text = rest.take_front(end);
    rest = rest.drop_front(end + 1);
    return text;
  }

  Error parseValue(StringRef key, Header &header) {
    if (key == "descr" && !header.descr) {
      if (peek('['))
        return makeError("records (structured types) are not supported; save one field at a time");
      Expected<StringRef> text = parseString();
      if (!text)
        return text.takeError();
      header.descr = text->str();
      return Error::success();
    }
    if (key == "fortran_order" && !header.fortranOrder) {
      peek(' ');
      header.fortranOrder = rest.starts_with("True");
      if (!rest.consume_front("True") && !rest.consume_front("False"))
        return makeError("'fortran_order' is neither True nor False");
      return Error::success();
    }
    if (key == "shape" && !header.shape)
      return parseShape(header.shape.emplace());
    return makeError("'" + key + "' is unknown or given twice");
  }

  Error parseShape(SmallVector<int64_t> &shape) {
    if (!consume('('))
      return makeError("'shape' is not a tuple");
    bool comma = true;
    while (!consume(')')) {
      if (!comma)
        return makeError("',' or ')' is missing in 'shape'");
      uint64_t size;
      if (rest.consumeInteger(10, size) || size > INT64_MAX)
        return makeError("'shape' holds something that is not a size");
      if (shape.size() == maxRank)
        return makeError("'shape' has more than " + Twine(maxRank) + " dimensions");
      shape.push_back(static_cast<int64_t>(size));
      comma = consume(',');
    }
    if (shape.size() == 1 && !comma)
      return makeError("'shape' is a number in parentheses, not a tuple");
    return Error::success();
  }

  StringRef rest;
};

struct Descr {
  StringLiteral text; // without the byte order
  fovea_dtype dtype;
};

const Descr descrs[] = {
    {"f2", {2, 16, 1}}, {"f4", {2, 32, 1}}, {"f8", {2, 64, 1}}, {"i1", {0, 8, 1}},
    {"i2", {0, 16, 1}}, {"i4", {0, 32, 1}}, {"i8", {0, 64, 1}}, {"u1", {1, 8, 1}},
    {"u2", {1, 16, 1}}, {"u4", {1, 32, 1}}, {"u8", {1, 64, 1}}, {"b1", {6, 8, 1}},
    {"V1", {3, 8, 1}},  {"V2", {3, 16, 1}},
};

Expected<fovea_dtype> parseDescr(StringRef descr) {
  for (const Descr &known : descrs) {
    if (descr.drop_front(descr.empty() ? 0 : 1) != known.text)
      continue;
    const char order = descr.front();
    if (order == '<' || (order == '|' && (known.dtype.bits == 8 || known.dtype.code == 3)))
      return known.dtype;
    if (order == '>')
      return makeError("its elements are big-endian ('" + descr +
                       "'); save array.astype(array.dtype.newbyteorder('<'))");
  }
  return makeError("the element type '" + descr +
                   "' is not supported; supported are float16, float32, float64, int8 to int64, "
                   "uint8 to uint64 and bool");
}

/// The bytes that `shape` takes, if that number exists.
std::optional<uint64_t> byteSizeOf(fovea_dtype dtype, ArrayRef<int64_t> shape) {
  if (is_contained(shape, 0))
    return 0;
  uint64_t bytes = elementBytes(dtype);
  for (int64_t size : shape) {
    std::optional<uint64_t> product =
        size < 0 ? std::nullopt : checkedMulUnsigned(bytes, static_cast<uint64_t>(size));
    if (!product || *product > INT64_MAX)
      return std::nullopt;
    bytes = *product;
  }
  return bytes;
}

} // namespace

std::string dtypeName(fovea_dtype dtype) {
  const char *name = getDtypeName(dtype.code);
  // A handle of DLPack, which no file holds.
  if (dtype.code == 3)
    name = "void";
  if (!name)
    return "unknown" + std::to_string(dtype.bits);
  return name + (dtype.code < 6 ? std::to_string(dtype.bits) : "");
}

std::string typeName(fovea_dtype dtype, ArrayRef<int64_t> shape) {
  std::string text;
  raw_string_ostream os(text);
  os << dtypeName(dtype) << '[';
  interleaveComma(shape, os);
  os << ']';
  return text;
}

Expected<Array> Array::create(fovea_dtype dtype, ArrayRef<int64_t> shape) {
  Array array;
  array.dtype = dtype;
  array.shape.assign(shape.begin(), shape.end());
  if (std::optional<uint64_t> bytes = byteSizeOf(dtype, shape))
    array.data = WritableMemoryBuffer::getNewUninitMemBuffer(*bytes, "", Align(64));
  if (!array.data)
    return makeError("no memory for " + typeName(dtype, shape));
  return array;
}

Expected<Array> parseNpy(StringRef contents, StringRef name) {
  auto fail = [&](const Twine &reason) { return makeError("'" + name + "': " + reason); };
  if (!contents.starts_with(magic))
    return fail(
        "this is not a .npy file" +
        Twine(contents.starts_with("PK") ? " but a .npz archive; save its arrays one by one" : ""));
  if (contents.size() < magic.size() + 4)
    return fail("the file is cut off in its header");
  const unsigned version = static_cast<uint8_t>(contents[magic.size()]);
  if (version < 1 || version > 3)
    return fail("version " + Twine(version) + " of the format is unknown");
  const size_t lengthBytes = version == 1 ? 2 : 4;
  const size_t textBegin = magic.size() + 2 + lengthBytes;
  if (contents.size() < textBegin)
    return fail("the file is cut off in its header");
  const char *length = contents.data() + magic.size() + 2;
  const uint64_t textBytes =
      version == 1 ? support::endian::read16le(length) : support::endian::read32le(length);
  if (contents.size() - textBegin < textBytes)
    return fail("the file is cut off in its header");

  Expected<Header> header = HeaderParser(contents.substr(textBegin, textBytes)).parse();
  if (!header)
    return fail("the header cannot be read: " + toString(header.takeError()));
  Expected<fovea_dtype> dtype = parseDescr(*header->descr);
  if (!dtype)
    return fail(toString(dtype.takeError()));
  if (*header->fortranOrder)
    return fail("its elements are in column-major order; save numpy.ascontiguousarray(array)");

  const StringRef elements = contents.drop_front(textBegin + textBytes);
  const std::optional<uint64_t> bytes = byteSizeOf(*dtype, *header->shape);
  if (!bytes || *bytes != elements.size())
    return fail(typeName(*dtype, *header->shape) + " takes " +
                (bytes ? Twine(*bytes) : Twine("more bytes than exist")) +
                " bytes and the file has " + Twine(elements.size()) + " after its header");
  if (dtype->code == 6 && any_of(elements, [](char c) { return c != 0 && c != 1; }))
    return fail("a bool is neither 0 nor 1");

  Expected<Array> array = Array::create(*dtype, *header->shape);
  if (!array)
    return fail(toString(array.takeError()));
  if (*bytes)
    std::memcpy(array->bytes(), elements.data(), *bytes);
  return array;
}

Expected<Array> readNpy(StringRef path) {
  sys::fs::file_status status;
  if (std::error_code error = sys::fs::status(path, status))
    return makeError("cannot read '" + path + "': " + error.message());
  if (!sys::fs::is_regular_file(status))
    return makeError("cannot read '" + path + "': this is not a regular file");
  ErrorOr<std::unique_ptr<MemoryBuffer>> buffer =
      MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return makeError("cannot read '" + path + "': " + buffer.getError().message());
  return parseNpy((*buffer)->getBuffer(), path);
}

/// The type of a file's elements that stand for `dtype`: itself, or the integers of its bits.
static const Descr *findDescr(fovea_dtype dtype) {
  const uint8_t bits = 8 * elementBytes(dtype), code = dtype.bits < 8 && dtype.code == 0 ? 0 : 1;
  for (fovea_dtype wanted : {dtype, fovea_dtype{code, bits, dtype.lanes}})
    for (const Descr &descr : descrs)
      if (descr.dtype == wanted)
        return &descr;
  return nullptr;
}

bool standsFor(fovea_dtype stored, fovea_dtype dtype) {
  const Descr *descr = findDescr(dtype);
  if (!descr)
    return false;
  if (stored == descr->dtype)
    return true;
  // The integers of the bits, and void elements, stand for what the format has no name for.
  return descr->dtype != dtype && (stored.code == 1 || stored.code == 3) &&
         stored.bits == descr->dtype.bits;
}

void setDtype(Array &array, fovea_dtype dtype) {
  array.dtype = dtype;
  if (dtype.code > 1 || dtype.bits >= 8)
    return;
  const unsigned unused = 8 - dtype.bits;
  for (uint8_t &byte : MutableArrayRef(array.bytes(), array.byteSize())) {
    const auto high = static_cast<uint8_t>(byte << unused);
    byte = dtype.code == 0 ? static_cast<int8_t>(high) >> unused : high >> unused;
  }
}

Error writeNpy(StringRef path, const Array &array) {
  const Descr *descr = findDescr(array.dtype);
  if (!descr)
    return makeError("cannot write '" + path + "': .npy files cannot hold " +
                     dtypeName(array.dtype));
  std::string text;
  raw_string_ostream os(text);
  os << "{'descr': '" << (array.dtype.bits == 8 ? '|' : '<') << descr->text
     << "', 'fortran_order': False, 'shape': (";
  interleaveComma(array.shape, os);
  os << (array.shape.size() == 1 ? ",), }" : "), }");
  // Spaces and a line feed bring the elements to a multiple of 64 bytes.
  size_t before = magic.size() + 2 + 2;
  const bool isLong = alignTo(before + text.size() + 1, 64) - before > UINT16_MAX;
  before += isLong ? 2 : 0;
  text.append(alignTo(before + text.size() + 1, 64) - before - text.size() - 1, ' ');
  text.push_back('\n');

  std::error_code error;
  raw_fd_ostream file(path, error);
  if (error)
    return makeError("cannot write '" + path + "': " + error.message());
  char length[4];
  support::endian::write32le(length, static_cast<uint32_t>(text.size()));
  file << magic << (isLong ? '\2' : '\1') << '\0' << StringRef(length, isLong ? 4 : 2) << text;
  file << StringRef(array.data->getBufferStart(), array.byteSize());
  file.close();
  if (file.has_error()) {
    error = file.error();
    file.clear_error();
    return makeError("cannot write '" + path + "': " + error.message());
  }
  return Error::success();
}

} // namespace fovea
