// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Runs a compiled model from a shared library on .npy files: computes, compares with expected
// outputs, measures. Exit codes: 0 ok, 1 the user's mistake or an output out of tolerance, 2 the
// machine or the runtime does not support the model, 3 the model failed, 4 no memory or threads.
#include "compiler/tools/ArrayTools.h"
#include "compiler/tools/ModelLibrary.h"
#include "compiler/tools/NpyFile.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/WithColor.h"
#include "llvm/Support/raw_ostream.h"

#include <chrono>
#include <cmath>
#include <cstring>

using namespace llvm;
using namespace fovea;

namespace {

/// The command line. libLLVM registers options of its own, some with the names used here, so these
/// are made after the parser has forgotten the others.
struct Options {
  cl::OptionCategory category{"fovea-run options"};
  cl::opt<std::string> library{cl::Positional, cl::desc("<model.so>"), cl::cat(category)};
  cl::opt<std::string> model{"model", cl::desc("Which model of the library; needed when several"),
                             cl::value_desc("name"), cl::cat(category)};
  cl::list<std::string> inputs{"input", cl::desc("Read an input"), cl::value_desc("name=@file.npy"),
                               cl::cat(category)};
  cl::list<std::string> outputs{"output", cl::desc("Write an output"),
                                cl::value_desc("name=@file.npy"), cl::cat(category)};
  cl::list<std::string> expected{"expect", cl::desc("Compare an output with a file"),
                                 cl::value_desc("name=@file.npy"), cl::cat(category)};
  cl::opt<double> rtol{"rtol", cl::desc("Tolerance relative to the largest |reference| (1e-4)"),
                       cl::init(1e-4), cl::cat(category)};
  cl::opt<double> atol{"atol", cl::desc("Absolute tolerance (1e-5)"), cl::init(1e-5),
                       cl::cat(category)};
  cl::opt<unsigned> repeat{"repeat", cl::desc("Timed runs (1); more than one follow a warm-up run"),
                           cl::init(1), cl::cat(category)};
  cl::opt<unsigned> threads{"threads", cl::desc("Threads (0: as many as the process may use)"),
                            cl::init(0), cl::cat(category)};
  cl::opt<uint64_t> random{"random", cl::desc("Fill inputs that have no file from this seed"),
                           cl::value_desc("seed"), cl::cat(category)};
  cl::opt<bool> list{"list", cl::desc("Print the models' inputs and outputs and stop"),
                     cl::cat(category)};
  cl::opt<bool> json{"json", cl::desc("Print one JSON object"), cl::cat(category)};
};

Options &options() {
  static Options instance;
  return instance;
}

enum ExitCode { ExitOk = 0, ExitUser = 1, ExitUnsupported = 2, ExitInternal = 3, ExitResource = 4 };

int fail(const Twine &message, ExitCode code = ExitUser) {
  WithColor::error(errs(), "fovea-run") << message << '\n';
  return code;
}

int fail(Error error) { return fail(toString(std::move(error))); }

ExitCode exitCodeOf(fovea_status status) {
  switch (status) {
  case FOVEA_OK:
    return ExitOk;
  case FOVEA_INVALID_ARGUMENT:
    return ExitUser;
  case FOVEA_UNSUPPORTED:
    return ExitUnsupported;
  case FOVEA_OUT_OF_MEMORY:
  case FOVEA_THREAD_FAILURE:
    return ExitResource;
  case FOVEA_INTERNAL:
    break;
  }
  return ExitInternal;
}

ArrayRef<fovea_tensor_info> inputsOf(const fovea_model &model) {
  return ArrayRef(model.inputs, model.input_count);
}

ArrayRef<fovea_tensor_info> outputsOf(const fovea_model &model) {
  return ArrayRef(model.outputs, model.output_count);
}

ArrayRef<int64_t> shapeOf(const fovea_tensor_info &info) { return ArrayRef(info.shape, info.ndim); }

std::string describe(const fovea_tensor_info &info) {
  return (Twine(info.name) + ": " + typeName(info.dtype, shapeOf(info))).str();
}

std::string describeAll(ArrayRef<fovea_tensor_info> infos) {
  std::string text;
  for (const fovea_tensor_info &info : infos)
    text += "\n  " + describe(info);
  return text;
}

/// Whether the model's description can be read at all; the rest is checked with the context.
bool isReadable(const fovea_model &model) {
  return model.abi_version == FOVEA_ABI_VERSION && model.struct_size >= sizeof(fovea_model);
}

std::string abiMismatch(const fovea_model &model) {
  return ("compiled for ABI version " + Twine(model.abi_version) + "; this tool has version " +
          Twine(FOVEA_ABI_VERSION))
      .str();
}

int printList(const ModelLibrary &library) {
  json::OStream stream(outs(), 2);
  if (options().json)
    stream.arrayBegin();
  for (const std::string &name : library.names()) {
    if (!options().model.empty() && name != options().model)
      continue;
    Expected<const fovea_model *> model = library.find(name);
    if (!model)
      return fail(model.takeError());
    auto tensors = [&](StringRef kind, ArrayRef<fovea_tensor_info> infos) {
      stream.attributeArray(kind, [&] {
        for (const fovea_tensor_info &info : infos)
          stream.object([&] {
            stream.attribute("name", json::fixUTF8(info.name));
            stream.attribute("dtype", dtypeName(info.dtype));
            stream.attributeArray("shape", [&] {
              for (int64_t size : shapeOf(info))
                stream.value(size);
            });
          });
      });
    };
    if (options().json) {
      stream.object([&] {
        stream.attribute("model", name);
        stream.attribute("abi_version", (*model)->abi_version);
        if (!isReadable(**model))
          return;
        tensors("inputs", inputsOf(**model));
        tensors("outputs", outputsOf(**model));
        stream.attribute("arena_bytes", (*model)->arena_bytes);
        stream.attribute("weights_bytes", (*model)->weights_bytes);
      });
      continue;
    }
    outs() << "model " << name << '\n';
    if (!isReadable(**model)) {
      outs() << "  " << abiMismatch(**model) << '\n';
      continue;
    }
    for (const fovea_tensor_info &info : inputsOf(**model))
      outs() << "  input  " << describe(info) << '\n';
    for (const fovea_tensor_info &info : outputsOf(**model))
      outs() << "  output " << describe(info) << '\n';
    outs() << format("  arena %.1f MiB, weights %.1f MiB\n",
                     static_cast<double>((*model)->arena_bytes) / (1 << 20),
                     static_cast<double>((*model)->weights_bytes) / (1 << 20));
  }
  if (options().json) {
    stream.arrayEnd();
    outs() << '\n';
  }
  return ExitOk;
}

/// Files by the index of the tensor they are for; empty where there is none.
using Files = std::vector<std::string>;

/// Splits `name=@file` options and finds the names among `infos`.
Expected<Files> matchFiles(StringRef option, ArrayRef<std::string> values,
                           ArrayRef<fovea_tensor_info> infos) {
  Files files(infos.size());
  auto error = [&](const Twine &message) {
    return createStringError(inconvertibleErrorCode(), "--" + option + message);
  };
  for (const std::string &value : values) {
    const auto [name, file] = StringRef(value).split("=@");
    if (name.empty() || file.empty())
      return error(" " + value + ": expected name=@file.npy");
    const auto *info =
        find_if(infos, [name = name](const fovea_tensor_info &i) { return name == i.name; });
    if (info == infos.end())
      return error(": the model has no " + Twine(option == "input" ? "input" : "output") + " '" +
                   name + "'; it has:" + describeAll(infos));
    std::string &slot = files[info - infos.begin()];
    if (!slot.empty())
      return error(": '" + name + "' is given twice");
    slot = file.str();
  }
  return files;
}

/// Reads a file that must hold exactly the tensor `info`.
Expected<Array> readTensor(StringRef kind, const fovea_tensor_info &info, StringRef file) {
  Expected<Array> array = readNpy(file);
  if (!array)
    return array;
  if (!standsFor(array->dtype, info.dtype) || ArrayRef(array->shape) != shapeOf(info))
    return createStringError(inconvertibleErrorCode(), kind + " '" + info.name + "' is " +
                                                           typeName(info.dtype, shapeOf(info)) +
                                                           ", but '" + file + "' holds " +
                                                           typeName(array->dtype, array->shape));
  setDtype(*array, info.dtype);
  return array;
}

Expected<std::vector<Array>> makeInputs(const fovea_model &model, const Files &files) {
  const ArrayRef<fovea_tensor_info> infos = inputsOf(model);
  std::vector<fovea_tensor_info> missing;
  for (auto [info, file] : zip_equal(infos, files))
    if (file.empty() && !options().random.getNumOccurrences())
      missing.push_back(info);
  if (!missing.empty())
    return createStringError(inconvertibleErrorCode(),
                             "these inputs need --input name=@file.npy, or use --random:" +
                                 describeAll(missing));
  std::mt19937_64 generator(options().random);
  std::vector<Array> arrays;
  for (auto [info, file] : zip_equal(infos, files)) {
    Expected<Array> array =
        file.empty() ? Array::create(info.dtype, shapeOf(info)) : readTensor("input", info, file);
    if (!array)
      return array.takeError();
    if (file.empty())
      fillRandom(*array, generator);
    arrays.push_back(std::move(*array));
  }
  return arrays;
}

std::vector<fovea_tensor> tensorsOf(MutableArrayRef<Array> arrays) {
  std::vector<fovea_tensor> tensors;
  for (Array &array : arrays)
    tensors.push_back({array.bytes(),
                       {1, 0},
                       static_cast<int32_t>(array.shape.size()),
                       array.dtype,
                       array.shape.data(),
                       nullptr,
                       0});
  return tensors;
}

/// Times of single runs, in milliseconds.
struct Times {
  std::vector<double> sorted;

  /// The smallest time that `percent` of all runs did not exceed.
  double percentile(unsigned percent) const {
    const size_t rank = (sorted.size() * percent + 99) / 100;
    return sorted[rank ? rank - 1 : 0];
  }
  double median() const {
    const size_t half = sorted.size() / 2;
    return sorted.size() % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }
};

struct Result {
  StringRef name;
  Comparison comparison;
};

void printJson(const Times &times, uint32_t usedThreads, ArrayRef<Result> results) {
  json::OStream stream(outs(), 2);
  // JSON has no infinities and no NaN.
  auto number = [&](StringRef key, double value) {
    stream.attribute(key, std::isfinite(value) ? json::Value(value) : json::Value(nullptr));
  };
  auto milliseconds = [&](StringRef key, double value) {
    stream.attributeBegin(key);
    stream.rawValue(formatv("{0:f6}", value).str());
    stream.attributeEnd();
  };
  stream.object([&] {
    milliseconds("min_ms", times.sorted.front());
    milliseconds("median_ms", times.median());
    milliseconds("p90_ms", times.percentile(90));
    stream.attribute("runs", static_cast<int64_t>(times.sorted.size()));
    stream.attribute("threads", static_cast<int64_t>(usedThreads));
    stream.attributeObject("outputs", [&] {
      for (const Result &result : results)
        stream.attributeObject(json::fixUTF8(result.name), [&] {
          number("max_abs", result.comparison.maxAbs);
          number("max_rel", result.comparison.maxRel);
          stream.attribute("not_finite", static_cast<int64_t>(result.comparison.notFinite));
          stream.attribute("ok", result.comparison.ok());
        });
    });
  });
  outs() << '\n';
}

void printText(StringRef model, const Times &times, uint32_t usedThreads,
               ArrayRef<Result> results) {
  outs() << model << ": " << times.sorted.size() << (times.sorted.size() == 1 ? " run" : " runs")
         << " on " << usedThreads << (usedThreads == 1 ? " thread" : " threads")
         << format(": min %.3f ms, median %.3f ms, p90 %.3f ms\n", times.sorted.front(),
                   times.median(), times.percentile(90));
  for (const Result &result : results) {
    const Comparison &c = result.comparison;
    outs() << result.name << (c.ok() ? ": ok" : ": WRONG")
           << format(", max_abs %.3g, max_rel %.3g", c.maxAbs, c.maxRel);
    if (!c.ok())
      outs() << ", " << c.outOfTolerance << " out of tolerance, " << c.notFinite
             << format(" wrongly not finite; worst at %llu: %.9g, expected %.9g",
                       static_cast<unsigned long long>(c.worst), c.value, c.reference);
    outs() << '\n';
  }
}

/// Runs the model with everything in place and reports.
int execute(const fovea_model &model, fovea_context *context, std::vector<Array> &inputs,
            std::vector<Array> &outputs, const Files &outputPaths, const Files &expectPaths,
            ArrayRef<Array> references) {
  std::vector<fovea_tensor> inputTensors = tensorsOf(inputs), outputTensors = tensorsOf(outputs);
  Times times;
  const unsigned warmUps = options().repeat > 1;
  for (unsigned run = 0; run < options().repeat + warmUps; ++run) {
    const auto begin = std::chrono::steady_clock::now();
    const fovea_status status = fovea_run(context, &model, inputTensors.data(), inputTensors.size(),
                                          outputTensors.data(), outputTensors.size());
    const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - begin;
    if (status)
      return fail(Twine(fovea_status_name(status)) + ": " + fovea_last_error(context),
                  exitCodeOf(status));
    if (run >= warmUps)
      times.sorted.push_back(time.count());
  }
  sort(times.sorted);

  for (size_t i = 0; i < outputs.size(); ++i)
    if (!outputPaths[i].empty())
      if (Error error = writeNpy(outputPaths[i], outputs[i]))
        return fail(std::move(error));
  std::vector<Result> results;
  for (size_t i = 0, reference = 0; i < outputs.size(); ++i)
    if (!expectPaths[i].empty())
      results.push_back({model.outputs[i].name, compare(outputs[i], references[reference++],
                                                        options().rtol, options().atol)});
  if (options().json)
    printJson(times, fovea_context_threads(context), results);
  else
    printText(model.name, times, fovea_context_threads(context), results);
  return all_of(results, [](const Result &r) { return r.comparison.ok(); }) ? ExitOk : ExitUser;
}

int runModel(const fovea_model &model) {
  Expected<Files> inputPaths = matchFiles("input", options().inputs, inputsOf(model));
  if (!inputPaths)
    return fail(inputPaths.takeError());
  Expected<Files> outputPaths = matchFiles("output", options().outputs, outputsOf(model));
  if (!outputPaths)
    return fail(outputPaths.takeError());
  Expected<Files> expectPaths = matchFiles("expect", options().expected, outputsOf(model));
  if (!expectPaths)
    return fail(expectPaths.takeError());
  Expected<std::vector<Array>> inputs = makeInputs(model, *inputPaths);
  if (!inputs)
    return fail(inputs.takeError());
  std::vector<Array> outputs, references;
  for (auto [info, file] : zip_equal(outputsOf(model), *expectPaths)) {
    Expected<Array> output = Array::create(info.dtype, shapeOf(info));
    if (!output)
      return fail(output.takeError());
    // NaN in every floating-point type: an element that the model leaves out is noticed.
    std::memset(output->bytes(), 0xff, output->byteSize());
    outputs.push_back(std::move(*output));
    if (file.empty())
      continue;
    Expected<Array> reference = readTensor("output", info, file);
    if (!reference)
      return fail(reference.takeError());
    references.push_back(std::move(*reference));
  }

  char message[512];
  fovea_options contextOptions = {};
  contextOptions.struct_size = sizeof(contextOptions);
  contextOptions.threads = options().threads;
  contextOptions.message = message;
  contextOptions.message_bytes = sizeof(message);
  fovea_context *context = nullptr;
  if (const fovea_status status = fovea_context_create(&model, &contextOptions, &context))
    return fail(Twine(fovea_status_name(status)) + ": " + message, exitCodeOf(status));
  const int code =
      execute(model, context, *inputs, outputs, *outputPaths, *expectPaths, references);
  fovea_context_destroy(context);
  return code;
}

} // namespace

int main(int argc, char **argv) {
  cl::ResetCommandLineParser();
  InitLLVM init(argc, argv);
  cl::HideUnrelatedOptions(options().category);
  if (!cl::ParseCommandLineOptions(
          argc, argv,
          "Runs a compiled model from a shared library on .npy files.\n\n"
          "  fovea-run model.so --input image=@x.npy --expect logits=@y.npy --repeat 50\n",
          &errs()))
    return ExitUser;
  if (options().library.empty())
    return fail("which model? usage: fovea-run model.so --input name=@file.npy ...");
  if (options().repeat == 0)
    return fail("--repeat must be 1 or more");
  if (!(options().rtol >= 0) || !(options().atol >= 0))
    return fail("--rtol and --atol must not be negative");
  Expected<ModelLibrary> library = ModelLibrary::open(options().library);
  if (!library)
    return fail(library.takeError());
  if (options().list)
    return printList(*library);
  Expected<const fovea_model *> model = library->find(options().model);
  if (!model)
    return fail(model.takeError());
  if (!isReadable(**model))
    return fail("the model was " + abiMismatch(**model), ExitUnsupported);
  return runModel(**model);
}
