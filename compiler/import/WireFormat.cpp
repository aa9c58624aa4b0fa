// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A walk over protobuf's wire format along the one path model - graph - initializer, and node -
// attribute - tensor. The path is fixed, so the recursion is five deep at most; everything beside
// it is copied as it is.

#include "compiler/import/WireFormat.h"

#include "compiler/import/ImportFailure.h"
#include "onnx_ml.pb.h"

using namespace fovea;
using llvm::StringRef;
using llvm::Twine;

namespace {

enum WireType { Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5 };

enum class Message { Model, Graph, Node, Attribute, Tensor, Other };

// Field numbers out of the schema's range for extensions, which a tensor of the schema never has.
constexpr uint32_t cutOffsetField = 536870910;
constexpr uint32_t cutSizeField = 536870911;
constexpr uint64_t smallestCut = 1024;

/// What the field `number` of a `message` is, as far as the walk cares.
Message getFieldMessage(Message message, uint32_t number) {
  using namespace onnxpb;
  switch (message) {
  case Message::Model:
    return number == ModelProto::kGraphFieldNumber ? Message::Graph : Message::Other;
  case Message::Graph:
    if (number == GraphProto::kNodeFieldNumber)
      return Message::Node;
    return number == GraphProto::kInitializerFieldNumber ? Message::Tensor : Message::Other;
  case Message::Node:
    return number == NodeProto::kAttributeFieldNumber ? Message::Attribute : Message::Other;
  case Message::Attribute:
    return number == AttributeProto::kTFieldNumber ? Message::Tensor : Message::Other;
  case Message::Tensor:
  case Message::Other:
    break;
  }
  return Message::Other;
}

void appendVarint(std::string &out, uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

void appendTag(std::string &out, uint32_t number, WireType type) {
  appendVarint(out, uint64_t(number) << 3 | type);
}

/// Rewrites one message of the file, which spans [position, end).
class MessageCutter {
public:
  MessageCutter(StringRef file, uint64_t begin, uint64_t end)
      : file(file), position(begin), end(end) {}

  std::string cut(Message message) {
    std::string out;
    while (position != end) {
      uint64_t fieldBegin = position;
      uint64_t tag = readVarint();
      uint64_t number = tag >> 3;
      if (number == 0 || number > cutSizeField)
        fail(fieldBegin, "no field has the number " + Twine(number));
      if ((tag & 7) != Bytes) {
        skipScalar(tag & 7, fieldBegin);
        // These two are ours: the file does not get to say where its data lies.
        if (number != cutOffsetField && number != cutSizeField)
          out.append(file.data() + fieldBegin, position - fieldBegin);
        continue;
      }
      uint64_t size = readVarint();
      if (size > end - position)
        fail(fieldBegin, "a field claims " + Twine(size) + " bytes where " + Twine(end - position) +
                             " are left");
      uint64_t begin = position;
      position += size;
      appendField(out, message, uint32_t(number), begin, size);
    }
    return out;
  }

private:
  void appendField(std::string &out, Message message, uint32_t number, uint64_t begin,
                   uint64_t size) {
    if (message == Message::Tensor && number == onnxpb::TensorProto::kRawDataFieldNumber &&
        size >= smallestCut) {
      appendTag(out, cutOffsetField, Varint);
      appendVarint(out, begin);
      appendTag(out, cutSizeField, Varint);
      appendVarint(out, size);
      return;
    }
    appendTag(out, number, Bytes);
    Message inner = getFieldMessage(message, number);
    if (inner == Message::Other) {
      appendVarint(out, size);
      out.append(file.data() + begin, size);
      return;
    }
    std::string rewritten = MessageCutter(file, begin, begin + size).cut(inner);
    appendVarint(out, rewritten.size());
    out += rewritten;
  }

  uint64_t readVarint() {
    uint64_t begin = position, value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (position == end)
        fail(begin, "the data ends inside a number");
      auto byte = static_cast<unsigned char>(file[position++]);
      value |= uint64_t(byte & 0x7f) << shift;
      if (!(byte & 0x80))
        return value;
    }
    fail(begin, "a number is longer than 64 bits");
  }

  void skipScalar(unsigned wireType, uint64_t fieldBegin) {
    if (wireType == Varint) {
      readVarint();
      return;
    }
    if (wireType != Fixed32 && wireType != Fixed64)
      fail(fieldBegin, "wire type " + Twine(wireType) + " does not occur in models");
    uint64_t size = wireType == Fixed32 ? 4 : 8;
    if (size > end - position)
      fail(fieldBegin, "the data ends inside a number");
    position += size;
  }

  [[noreturn]] static void fail(uint64_t offset, const Twine &what) {
    failInput("not an ONNX model, or truncated: " + what + " (at byte " + Twine(offset) + ")");
  }

  StringRef file;
  uint64_t position;
  uint64_t end;
};

} // namespace

std::string fovea::cutWeights(StringRef file) {
  return MessageCutter(file, 0, file.size()).cut(Message::Model);
}

std::optional<FileExtent> fovea::getCutData(const onnxpb::TensorProto &tensor) {
  const google::protobuf::UnknownFieldSet &fields =
      tensor.GetReflection()->GetUnknownFields(tensor);
  FileExtent extent;
  unsigned offsets = 0, sizes = 0;
  for (int i = 0; i < fields.field_count(); ++i) {
    const google::protobuf::UnknownField &field = fields.field(i);
    if (field.type() != google::protobuf::UnknownField::TYPE_VARINT)
      continue;
    if (field.number() == int(cutOffsetField)) {
      extent.offset = field.varint();
      ++offsets;
    } else if (field.number() == int(cutSizeField)) {
      extent.size = field.varint();
      ++sizes;
    }
  }
  if (offsets == 0 && sizes == 0)
    return std::nullopt;
  if (offsets != 1 || sizes != 1 || tensor.has_raw_data())
    failInput("the tensor gives its data more than once");
  return extent;
}
