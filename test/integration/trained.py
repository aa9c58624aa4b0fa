# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs a trained model over its held-out data and checks what it was trained for.

usage: trained.py --bin DIR --backend auto|llvm --model digits|words --batch N

Every logit lies within 1e-4 of the training framework's, and as many examples are right as there.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

import numpy

MODELS = {
    # folder, model, input, dims, input data, output, reference, labels, right answers, attention sites
    "digits": ("vit_digits", "vit_digits.onnx", "image", "digits_images.npy", "logits", "digits_logits.npy",
               "digits_labels.npy", 356, 4),
    "words": ("words", "words.onnx", "words", "sentences.npy", "noun", "logits.npy", "answers.npy", 500, 2),
}


def run(command):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\nexit code {result.returncode}\n{result.stdout}{result.stderr}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--backend", default="auto")
    parser.add_argument("--model", choices=MODELS, required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--fixtures", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    folder, file, input_name, data, output_name, reference, labels, right, sites = MODELS[arguments.model]
    folder = arguments.fixtures / folder
    data, reference, labels = (numpy.load(folder / name) for name in (data, reference, labels))
    batch = arguments.batch

    results = []
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        run([arguments.bin / "foveac", folder / file, "-o", work / "model.so", "--name", "model", "--backend",
             arguments.backend, "--dim", f"batch={batch}", "--require-fused", sites])
        for start in range(0, len(data), batch):
            part = data[start:start + batch]
            if len(part) < batch:  # the last batch is filled with copies of its first example
                part = numpy.concatenate([part, numpy.repeat(part[:1], batch - len(part), axis=0)])
            numpy.save(work / "in.npy", part)
            run([arguments.bin / "fovea-run", work / "model.so", "--input", f"{input_name}=@{work}/in.npy",
                 "--output", f"{output_name}=@{work}/out.npy"])
            results.append(numpy.load(work / "out.npy")[:len(data) - start])
    results = numpy.concatenate(results)

    worst = float(numpy.abs(results - reference).max())
    correct = int((results.argmax(axis=1) == labels).sum())
    print(f"{arguments.model}: batch {batch}, {arguments.backend}: {correct} of {len(labels)} right, "
          f"largest difference of a logit {worst:.2e}")
    if not worst <= 1e-4 or correct != right:
        sys.exit(f"expected {right} right and every logit within 1e-4")


if __name__ == "__main__":
    main()
