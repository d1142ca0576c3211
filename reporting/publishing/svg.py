"""SVG for the PDF: elements as text, with fixed colours. Lengths are in SVG user units.

Neighbouring colours differ in lightness and texture, so that charts are readable in greyscale and with colour
blindness.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from foundation.ui.typesetting import clean

FONT = "Libertinus Serif, Georgia, serif"
#: Widths of letters relative to the font size, rather too wide, because texts cannot be measured here.
LETTER = 0.5
NARROW = 0.31
BROAD = 0.72
NARROW_LETTERS = frozenset(" ijltfrI.,:;'’|()[]-")
BROAD_LETTERS = frozenset("mwABCDGHKMNOQRUVWXY&@%")
INK = "#1d2327"
GREY = "#565f66"
RULE = "#d5d9dc"
PAPER = "#ffffff"
BAR = "#14505c"


@dataclass(frozen=True)
class Paint:
    """A colour with a texture in another one. ``ink``: the colour of text on it."""

    colour: str
    ink: str = PAPER
    texture: str = ""
    second: str = PAPER


#: Dark and light alternate, because these are stacked.
SERIES = (
    Paint("#14505c"),
    Paint("#eda945", INK),
    Paint("#3d6cb0", texture="rising", second="#7fa3d6"),
    Paint("#cfe3dc", INK),
    Paint("#8a3a63", texture="level", second="#bb7c9b"),
    Paint("#e9d8c3", INK, "dots", "#8f7a5e"),
    Paint("#4a4f55"),
    Paint("#f6dc7d", INK, "rising", "#b5952a"),
    Paint("#1f7a4d", texture="dots", second="#8cc7a7"),
    Paint("#d3cdee", INK, "level", "#8e83c4"),
    Paint("#7a4a1c", texture="falling", second="#b98c62"),
    Paint("#e3e5e7", INK, "falling", "#8b9299"),
)
#: For figures that are not shown, such as withheld ones.
HATCH = Paint(PAPER, INK, "rising", "#b4bbc0")
#: For a small figure on a map.
SMALL = Paint(PAPER, INK, "dots", "#b4bbc0")
#: Behind a bar, and for a total behind its parts.
TRACK = Paint("#eff1f2", INK)
#: From the lowest to the highest numbers.
SHADES = (Paint("#e4f0ef", INK), Paint("#b5d5d3", INK), Paint("#7fb3b1", INK), Paint("#3f7f83"), Paint("#14505c"))

TEXTURES = {
    "rising": ("rotate(45)", '<rect x="2" width="2" height="7" fill="{second}"/>'),
    "falling": ("rotate(-45)", '<rect x="2" width="2" height="7" fill="{second}"/>'),
    "level": ("rotate(0)", '<rect y="3" width="7" height="1.6" fill="{second}"/>'),
    "dots": ("rotate(30)", '<circle cx="3.5" cy="3.5" r="1.3" fill="{second}"/>'),
}


def tag(name: str, content: str = "", /, **attributes: str | float) -> str:
    """An element with escaped content; ``font_size`` becomes font-size. Values are escaped."""
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}={quoteattr(_said(value))}" for key, value in attributes.items()
    )
    return f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"


def text(x: float, y: float, said: str, size: float, /, **attributes: str | float) -> str:
    """``y`` is the base line."""
    return tag("text", escape(clean(said)), x=x, y=y, font_size=size, **{"fill": INK, **attributes})


def picture(width: float, height: float, parts: Iterable[str]) -> str:
    """The whole SVG document."""
    return tag(
        "svg",
        "".join(parts),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_said(width)} {_said(height)}",
        width=width,
        height=height,
        font_family=FONT,
    )


def moved(x: float, y: float, parts: Iterable[str], scale: float = 1) -> str:
    return tag("g", "".join(parts), transform=f"translate({_said(x)} {_said(y)}) scale({_said(scale)})")


def series_paint(place: int) -> Paint:
    return SERIES[place % len(SERIES)]


def box(x: float, y: float, width: float, height: float, paint: Paint, **attributes: str | float) -> str:
    """A painted rectangle; needs `patterns` in the same document. The texture is a second layer, because pattern tiles
    with a background would show their edges."""
    place: dict[str, str | float] = {"x": x, "y": y, "width": width, "height": height, **attributes}
    texture = tag("rect", **{**place, "fill": f"url(#{_pattern_name(paint)})"}) if paint.texture else ""
    return tag("rect", **{**place, "fill": paint.colour}) + texture


def patterns(paints: Iterable[Paint]) -> str:
    """The definitions of the textures."""
    made = {_pattern_name(paint): _pattern(paint) for paint in paints if paint.texture}
    return tag("defs", "".join(made.values())) if made else ""


def _pattern_name(paint: Paint) -> str:
    return f"{paint.texture}-{paint.second.removeprefix('#')}"


def _pattern(paint: Paint) -> str:
    turned, drawn = TEXTURES[paint.texture]
    content = drawn.format(second=paint.second)
    placing = {"patternUnits": "userSpaceOnUse", "patternTransform": turned}
    return tag("pattern", content, id=_pattern_name(paint), width=7, height=7, **placing)


def width_of(said: str, size: float) -> float:
    """The estimated width, rather too wide."""
    letters = (NARROW if sign in NARROW_LETTERS else BROAD if sign in BROAD_LETTERS else LETTER for sign in said)
    return size * sum(letters)


def wrapped(said: str, width: float, size: float, lines: int = 2) -> list[str]:
    """The text in lines that fit, at least one; the rest is replaced by an ellipsis."""
    # Does not break at a no-break space.
    words = clean(said).replace("\t", " ").replace("\n", " ")
    needed = width_of(words, size)
    if needed <= width:
        return [words]
    return textwrap.wrap(words, max(4, int(len(words) * width / needed)), max_lines=lines, placeholder=" …") or [""]


def _said(value: str | float) -> str:
    return clean(value) if isinstance(value, str) else f"{value:.6g}"
