"""Figures as SVG to stand inside a page."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Mapping
from html import escape
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from PIL import Image

from escalation_sim.plots.style import LOOK

__all__ = ["drawn_in_page", "picture", "svg_in_page"]

_MOST_OF_SVG = 100_000  # characters: beyond, as with thousands of dots, a picture of points is smaller
_DPI_IN_PAGE, _COLOURS = 120, 128

_IDS = re.compile(r' id="([^"]*)"')
_USED = re.compile(r'(?:url\(#|href="#)([^)"]*)[)"]')
_STYLE = re.compile(r"<style[^>]*>.*?</style>", re.DOTALL)
_HEAD = re.compile(r"<svg [^>]*viewBox=\"([^\"]*)\"[^>]*>")


def svg_in_page(figure: Figure, words: str, *, text: bool = False, hints: Mapping[str, str] | None = None) -> str:
    """A figure as an `<svg>` element as wide as its place, with `words` for those who do not see it.

    Parameters
    ----------
    text : letters stay letters, for a page that has the font; else they become outlines, which look alike everywhere.
    hints : words shown while the pointer is on a part of the figure, by the name (`gid`) of the part.
    """
    stream = io.StringIO()
    settings: Any = {**LOOK, "svg.fonttype": "none" if text else "path"}
    with mpl.rc_context(settings):
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    drawn = stream.getvalue()
    drawn = drawn[drawn.index("<svg") :]
    drawn = _STYLE.sub("", drawn, count=1)  # it would speak for the whole page
    for name, hint in (hints or {}).items():
        drawn = drawn.replace(f'<g id="{name}">', f"<g><title>{escape(hint)}</title>", 1)
    used = set(_USED.findall(drawn))
    drawn = _IDS.sub(lambda found: found.group(0) if found.group(1) in used else "", drawn)

    def head(found: re.Match[str]) -> str:
        return (
            f'<svg viewBox="{found.group(1)}" role="img" aria-label="{escape(words)}" width="100%" '
            'style="stroke-linejoin:round;stroke-linecap:butt" xmlns="http://www.w3.org/2000/svg" '
            'xmlns:xlink="http://www.w3.org/1999/xlink">'
        )

    return _HEAD.sub(head, drawn, count=1)


def drawn_in_page(figure: Figure, words: str) -> str:
    """A figure as `<svg>`, or as `<img>` with the picture in it where that is smaller by far; `words` for those who do not see it."""
    drawn = svg_in_page(figure, words)
    if len(drawn) <= _MOST_OF_SVG:
        return drawn
    points = base64.b64encode(in_few_colours(figure)).decode()
    return min(drawn, f'<img alt="{escape(words)}" src="data:image/png;base64,{points}">', key=len)


def in_few_colours(figure: Figure) -> bytes:
    """A figure as PNG, a third as large as with all colours and no different to the eye."""
    full, few = io.BytesIO(), io.BytesIO()
    with mpl.rc_context(LOOK):
        figure.savefig(full, format="png", dpi=_DPI_IN_PAGE)
    Image.open(full).convert("RGB").quantize(_COLOURS).save(few, format="png", optimize=True)
    return few.getvalue()


def picture(figure: Figure, kind: str) -> bytes:
    """A figure as the content of a file, "png" or "svg"; equal figures give equal files."""
    stream = io.BytesIO()
    with mpl.rc_context(LOOK):
        figure.savefig(stream, format=kind, metadata={"Date": None} if kind == "svg" else {"Software": None})
    return stream.getvalue()
