# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs examples/02-attention and checks the weights and the drawings.

usage: attention_pictures.py --build DIR --source DIR --out DIR [FOVEAC OPTION...]

The tapped weights are those that the training framework computed, within 1e-5. In each drawing, every weight has its mark, whose
opacity is the weight, or the weight's share of the largest one of a panel.
"""
import argparse
import pathlib
import struct
import subprocess
import sys
import xml.etree.ElementTree

import numpy

TOLERANCE = 1e-5
SVG = "{http://www.w3.org/2000/svg}"
WORDS = "transformers are cool because they are".split()


def require(holds, message):
    if not holds:
        sys.exit(message)


def near(a, b, what, tolerance=TOLERANCE):
    difference = float(numpy.abs(numpy.asarray(a, float) - numpy.asarray(b, float)).max())
    require(difference <= tolerance, f"{what}: differs by {difference:.1e}")
    return difference


def parse(path):
    """The elements of a drawing; its .png must be of the same shape."""
    root = xml.etree.ElementTree.parse(path).getroot()
    header = path.with_suffix(".png").read_bytes()[:24]
    require(header.startswith(b"\x89PNG\r\n\x1a\n"), f"{path.stem}.png is not PNG")
    width, height = struct.unpack(">2I", header[16:])
    require((width, height) == (2 * int(root.get("width")), 2 * int(root.get("height"))), f"{path.stem}: {width} x {height}")
    return root


def marks(root, tag, *keys):
    """The elements with these data- attributes, by their numbers."""
    found = {}
    for element in root.iter(SVG + tag):
        place = tuple(element.get(f"data-{key}") for key in keys)
        if None not in place:
            require(place not in found, f"{tag} {place} is drawn twice")
            found[tuple(map(int, place))] = element
    return found


def check_digits(out):
    rows = [numpy.load(out / f"cls{layer}.npy") for layer in range(4)]
    patches = marks(parse(out / "digits.svg"), "rect", "layer", "head", "patch")
    require(len(patches) == 4 * 4 * 16, f"{len(patches)} patches are drawn")
    for layer, row in enumerate(rows):
        require(row.shape == (1, 4, 1, 17), f"cls{layer} has the shape {row.shape}")
        near(row.sum(axis=-1), 1, f"weights of layer {layer}")
        for head in range(4):
            weights = row[0, head, 0, 1:]
            opacity = [float(patches[layer, head, patch].get("fill-opacity")) for patch in range(16)]
            near(opacity, 0.85 * weights / weights.max(), f"opacity in layer {layer}, head {head}")


def check_words(out, reference):
    root = parse(out / "words.svg")
    lines = marks(root, "line", "head", "query", "key")
    require(len(lines) == 4 * 6 * 6, f"{len(lines)} lines between words")
    for (head, query, key), line in lines.items():
        near(float(line.get("stroke-opacity")), reference[0, 1, head, 58 + query, 58 + key], f"line {head, query, key}")
    texts = [element.text for element in root.iter(SVG + "text")]
    for word in set(WORDS):
        require(texts.count(word) == 8 * WORDS.count(word), f"'{word}' is written {texts.count(word)} times")


def check_score(out, reference):
    root = parse(out / "score.svg")
    vectors = []
    for name in ("query", "key", "products"):
        bars = marks(root, "rect", name)
        require(len(bars) == 16, f"{len(bars)} bars for {name}")
        vectors.append(numpy.array([float(bars[channel,].get("data-value")) for channel in range(16)]))
    query, key, products = vectors
    near(query * key, products, "products", 1e-4)
    score = next(float(text.get("data-score")) for text in root.iter(SVG + "text") if text.get("data-score"))
    near(products.sum() / 4, score, "score", 1e-4)
    bars = marks(root, "rect", "word")
    near([float(bars[word,].get("data-weight")) for word in range(6)], reference[0, 1, 0, 62, 58:], "weights of 'they'")


def main():
    parser = argparse.ArgumentParser()
    for name in ("build", "source", "out"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    arguments, options = parser.parse_known_args()
    subprocess.run([arguments.source / "examples/02-attention/run.sh", arguments.build, arguments.out, *options], check=True)
    reference = numpy.load(arguments.source / "test/fixtures/trained/words/example_attention.npy")
    found = numpy.stack([numpy.load(arguments.out / f"layer{layer}.npy") for layer in range(2)], axis=1)
    require(found.shape == reference.shape, f"the weights have the shape {found.shape}")
    worst = near(found, reference, "the weights of words")
    check_digits(arguments.out)
    check_words(arguments.out, reference)
    check_score(arguments.out, reference)
    print(f"weights within {worst:.1e} of the training framework's; every mark is drawn")


if __name__ == "__main__":
    main()
