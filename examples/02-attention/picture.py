# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A drawing that is written as SVG, with nothing but the standard library, and as PNG, with Pillow.

Coordinates are pixels from the upper left corner; colours are '#rrggbb'. Keywords of a shape become data- attributes of its SVG
element, so that a page, or a test, finds what a shape stands for.
"""
from xml.sax.saxutils import escape, quoteattr

INK, PALE, PAPER = "#23262d", "#868e96", "#ffffff"
FONT = "Helvetica, Arial, sans-serif"


class Picture:
    def __init__(self, width, height):
        self.width, self.height = width, height
        self.shapes = []

    def rect(self, x, y, width, height, fill, opacity=1.0, outline=None, **data):
        self.shapes.append(("rect", (x, y, width, height), (fill, opacity, outline), data))

    def line(self, x1, y1, x2, y2, colour, width=1.0, opacity=1.0, **data):
        self.shapes.append(("line", (x1, y1, x2, y2), (colour, width, opacity), data))

    def text(self, x, y, words, size=14, colour=INK, anchor="start", **data):
        """`y` is the middle of small letters; `anchor` is start, middle or end."""
        self.shapes.append(("text", (x, y + 0.33 * size), (words, size, colour, anchor), data))

    def svg(self):
        lines = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" height="{self.height}" '
                 f'viewBox="0 0 {self.width} {self.height}" font-family={quoteattr(FONT)} stroke-linecap="round">',
                 f'<rect width="{self.width}" height="{self.height}" fill="{PAPER}"/>']
        for kind, place, style, data in self.shapes:
            extra = "".join(f" data-{key}={quoteattr(str(value))}" for key, value in data.items())
            numbers = [f"{number:.1f}".removesuffix(".0") for number in place]
            if kind == "rect":
                fill, opacity, outline = style
                paint = f'fill="{fill}"' + ("" if opacity == 1 else f' fill-opacity="{opacity:.6f}"')
                paint += f' stroke="{outline}"' if outline else ""
                lines.append('<rect x="{}" y="{}" width="{}" height="{}" '.format(*numbers) + paint + extra + "/>")
            elif kind == "line":
                colour, width, opacity = style
                lines.append('<line x1="{}" y1="{}" x2="{}" y2="{}" '.format(*numbers) +
                             f'stroke="{colour}" stroke-width="{width:g}" '
                             f'stroke-opacity="{opacity:.6f}"{extra}/>')
            else:
                words, size, colour, anchor = style
                lines.append('<text x="{}" y="{}" '.format(*numbers) + f'font-size="{size:g}" fill="{colour}" '
                             f'text-anchor="{anchor}"{extra}>{escape(words)}</text>')
        return "\n".join([*lines, "</svg>\n"])

    def png(self, path, scale=2, fine=2):
        """`scale` pixels for each of the drawing's, averaged from `fine` times as many."""
        from PIL import Image, ImageDraw, ImageFont
        step = scale * fine
        image = Image.new("RGB", (self.width * step, self.height * step), PAPER)
        canvas = ImageDraw.Draw(image, "RGBA")  # blends what is drawn

        def rgba(colour, opacity):
            return (*(int(colour[at:at + 2], 16) for at in (1, 3, 5)), round(255 * opacity))

        fonts = {}
        for kind, place, style, _ in self.shapes:
            place = [number * step for number in place]
            if kind == "rect":
                fill, opacity, outline = style
                x, y, width, height = place
                box = (round(x), round(y), max(round(x), round(x + width) - 1), max(round(y), round(y + height) - 1))
                canvas.rectangle(box, rgba(fill, opacity), outline and rgba(outline, 1), step if outline else 0)
            elif kind == "line":
                colour, width, opacity = style
                canvas.line(place, rgba(colour, opacity), max(1, round(width * step)))
            else:
                words, size, colour, anchor = style
                font = fonts.setdefault(size, ImageFont.load_default(size * step))
                canvas.text(place, words, rgba(colour, 1), font, {"start": "ls", "middle": "ms", "end": "rs"}[anchor])
        image = image.resize((self.width * scale, self.height * scale), Image.Resampling.BOX)
        image.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)

    def save(self, path, scale=2):
        path.with_suffix(".svg").write_text(self.svg(), encoding="utf-8")
        self.png(path.with_suffix(".png"), scale)
