# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the tapped models and draws their attention: digits, words and score, each as .svg and .png.

usage: draw.py --run FOVEA-RUN --data FIXTURES --out FOLDER [--scale 2]     (run.sh compiles the models before)
"""
import argparse
import json
import pathlib
import subprocess

import numpy

from picture import INK, PALE, Picture

HOT, COLD, CALM, GRID = "#e8590c", "#1864ab", "#1864ab", "#ced4da"
IMAGE = 12  # of the held-out digits
LAYER, HEAD, QUERY, KEY = 1, 0, "they", "transformers"  # of the score that is taken apart


def run(arguments, library, name, array, outputs):
    """The outputs of a model for one input."""
    out = arguments.out
    numpy.save(out / f"{name}.npy", array)
    subprocess.run([arguments.run, out / library, "--input", f"{name}=@{out / name}.npy",
                    *[f"--output={output}=@{out / output}.npy" for output in outputs]], check=True)
    return [numpy.load(out / f"{output}.npy") for output in outputs]


def draw_digit(picture, pixels, x, y, size):
    step = size / len(pixels)
    for row, line in enumerate(pixels):
        for column, value in enumerate(line):
            if value > 0:
                shade = round(255 - 175 * float(value))
                picture.rect(x + column * step, y + row * step, step, step, f"#{shade:02x}{shade:02x}{shade:02x}")
    picture.rect(x, y, size, size, "#ffffff", 0.0, GRID)


def draw_digits(pixels, weights, answer):
    """Each layer and head: the image under the weights that the class token gives its 16 patches."""
    side, gap, left, top = 112, 20, 330, 104
    picture = Picture(left + 4 * (side + gap) + 14, top + 4 * (side + gap + 14) + 12)
    picture.text(28, 34, "What the class token looks at", 22)
    picture.text(28, 62, "A vision transformer of 4 layers with 4 heads. The darker a patch, the larger its weight;", 13, PALE)
    picture.text(28, 80, "the number is the largest weight of the 16 patches.", 13, PALE)
    draw_digit(picture, pixels, 28, top + 18, 216)
    for cut in range(1, 4):
        picture.line(28 + 54 * cut, top + 18, 28 + 54 * cut, top + 234, GRID)
        picture.line(28, top + 18 + 54 * cut, 244, top + 18 + 54 * cut, GRID)
    picture.text(136, top + 256, "the image and its 16 patches", 13, PALE, "middle")
    picture.text(136, top + 296, f"the model's answer: {answer}", 17, INK, "middle")
    for head in range(4):
        picture.text(left + head * (side + gap) + side / 2, top + 4, f"head {head}", 13, PALE, "middle")
    for layer in range(4):
        y = top + 18 + layer * (side + gap + 14)
        picture.text(left - 14, y + side / 2, f"layer {layer}", 13, PALE, "end")
        for head in range(4):
            x = left + head * (side + gap)
            draw_digit(picture, pixels, x, y, side)
            patches = weights[layer][0, head, 0, 1:]
            peak = float(patches.max())
            for patch, weight in enumerate(patches):
                picture.rect(x + patch % 4 * side / 4, y + patch // 4 * side / 4, side / 4, side / 4, HOT,
                             0.85 * float(weight) / peak, layer=layer, head=head, patch=patch, weight=f"{weight:.6f}")
            picture.text(x + side, y + side + 12, f"{peak:.2f}", 12, PALE, "end")
    return picture


def place_words(words, size, gap):
    """The middles of words in a row, and the width of the row."""
    middles, end = [], 0.0
    for word in words:
        width = 0.56 * size * len(word)
        middles.append(end + width / 2)
        end += width + gap
    return middles, end - gap


def draw_words(words, weights):
    """Four heads: queries above, keys below; a line's opacity is the weight."""
    size, height = 16, 170
    middles, width = place_words(words, size, 22)
    left, top, step_x, step_y = 40, 118, width + 70, height + 76
    picture = Picture(round(left + 2 * step_x - 20), round(top + 2 * step_y - 36))
    picture.text(28, 34, "Which words a word looks at", 22)
    picture.text(28, 62, "The second layer of a text transformer. Above the word that looks, below the words it sees; "
                 "a line is as opaque as its weight is large.", 13, PALE)
    for head in range(4):
        x, y = left + head % 2 * step_x, top + head // 2 * step_y
        picture.text(x, y - 16, f"head {head}", 13, PALE)
        for query, above in enumerate(middles):
            for key, below in enumerate(middles):
                weight = float(weights[0, head, query, key])
                picture.line(x + above, y + 26, x + below, y + height - 26, HOT if words[query] == QUERY else CALM, 3,
                             weight, head=head, query=query, key=key)
        for word, middle in zip(words, middles):
            picture.text(x + middle, y + 10, word, size, HOT if word == QUERY else INK, "middle")
            picture.text(x + middle, y + height - 8, word, size, INK, "middle")
    return picture


def draw_bars(picture, values, x, y, step, height, limit, name):
    """A vector as bars around a line in the middle."""
    picture.line(x - 4, y, x + step * len(values) + 4, y, GRID)
    for at, value in enumerate(values):
        length = height * abs(float(value)) / limit
        picture.rect(x + at * step + 3, y - length if value > 0 else y, step - 6, max(length, 0.5), HOT if value > 0 else COLD,
                     **{name: at, "value": f"{value:.6f}"})


def draw_score(words, query, key, score, weights):
    """Two vectors, their products, the sum of these, and what softmax makes of it."""
    step, x = 34, 200
    end = x + step * len(query)
    picture = Picture(end + 40, 560)
    picture.text(28, 34, "How one score forms", 22)
    picture.text(28, 62, f"Head {HEAD} of the second layer: “{QUERY}” asks, “{KEY}” answers. Orange is positive, blue negative.",
                 13, PALE)
    products = query * key
    limit = float(max(numpy.abs(query).max(), numpy.abs(key).max()))
    for y, label, note, values, most in (
            (130, f"query of “{QUERY}”", "", query, limit), (225, f"key of “{KEY}”", "", key, limit),
            (320, "products", "one for each channel", products, float(numpy.abs(products).max()))):
        picture.text(28, y - (8 if note else 0), label, 15)
        picture.text(28, y + 12, note, 12, PALE)
        draw_bars(picture, values, x, y, step, 40, most, label.split()[0])
    total = float(products.sum())
    picture.text(28, 400, "score", 15)
    picture.text(28, 420, "sum of the products, scaled", 12, PALE)
    picture.text(x, 404, f"{total:.2f}  /  {len(query) ** 0.5:g}  =  {score:.2f}", 17, INK, score=f"{score:.6f}")
    picture.text(x + 190, 405, f"{len(query) ** 0.5:g} is the root of the {len(query)} channels", 12, PALE)
    picture.text(28, 466, "weights", 15)
    picture.text(28, 486, "softmax over all words", 12, PALE)
    wide = (end - x) / len(words)
    for at, (word, weight) in enumerate(zip(words, weights)):
        middle = x + wide * (at + 0.5)
        length = 52 * float(weight)
        chosen = word == KEY
        picture.rect(middle - 22, 500 - length, 44, max(length, 0.5), HOT if chosen else GRID, word=at, weight=f"{weight:.6f}")
        picture.text(middle, 488 - length, f"{weight:.2f}", 13, HOT if chosen else PALE, "middle")
        picture.text(middle, 516, word, 15, HOT if chosen else INK, "middle")
    return picture


def main():
    parser = argparse.ArgumentParser()
    for name in ("run", "data", "out"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    parser.add_argument("--scale", type=int, default=2, help="pixels of a .png for each of the drawing's")
    arguments = parser.parse_args()

    def save(picture, name):
        picture.save(arguments.out / name, arguments.scale)

    images = numpy.load(arguments.data / "vit_digits" / "digits_images.npy")[IMAGE:IMAGE + 1]
    logits, *rows = run(arguments, "digits.so", "image", images, ["logits", "cls0", "cls1", "cls2", "cls3"])
    save(draw_digits(images[0, 0], rows, int(logits.argmax())), "digits")

    vocabulary = json.loads((arguments.data / "words" / "vocabulary.json").read_text())["words"]
    sentences = numpy.load(arguments.data / "words" / "example_words.npy")
    *layers, score, query, key = run(arguments, "words.so", "words", sentences, ["layer0", "layer1", "score", "query", "key"])
    start = int((sentences[0] != 0).argmax())  # sentences are padded in front
    words = [vocabulary[index] for index in sentences[0, start:]]
    save(draw_words(words, layers[LAYER][:1, :, start:, start:]), "words")

    asks, answers = start + words.index(QUERY), start + words.index(KEY)
    channels = query.shape[2] // layers[LAYER].shape[1]
    part = slice(HEAD * channels, (HEAD + 1) * channels)
    save(draw_score(words, query[0, asks, part], key[0, answers, part], float(score[0, 0, 0, answers]),
                    layers[LAYER][0, HEAD, asks, start:]), "score")


if __name__ == "__main__":
    main()
