"""Figures as SVG to stand inside a page."""

from __future__ import annotations

import io
import re
from html import escape
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from escalation_sim.plots.style import LOOK

__all__ = ["picture", "svg_in_page"]

_IDS = re.compile(r' id="([^"]*)"')
_USED = re.compile(r'(?:url\(#|href="#)([^)"]*)[)"]')
_STYLE = re.compile(r"<style[^>]*>.*?</style>", re.DOTALL)
_HEAD = re.compile(r"<svg [^>]*viewBox=\"([^\"]*)\"[^>]*>")


def svg_in_page(figure: Figure, words: str, *, text: bool = False) -> str:
    """A figure as an `<svg>` element as wide as its place, with `words` for those who do not see it.

    `text`: letters stay letters, for a page that has the font; else they become outlines, which look alike everywhere.
    """
    stream = io.StringIO()
    settings: Any = {**LOOK, "svg.fonttype": "none" if text else "path"}
    with mpl.rc_context(settings):
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    drawn = stream.getvalue()
    drawn = drawn[drawn.index("<svg") :]
    drawn = _STYLE.sub("", drawn, count=1)  # it would speak for the whole page
    used = set(_USED.findall(drawn))
    drawn = _IDS.sub(lambda found: found.group(0) if found.group(1) in used else "", drawn)

    def head(found: re.Match[str]) -> str:
        return (
            f'<svg viewBox="{found.group(1)}" role="img" aria-label="{escape(words)}" width="100%" '
            'style="stroke-linejoin:round;stroke-linecap:butt" xmlns="http://www.w3.org/2000/svg" '
            'xmlns:xlink="http://www.w3.org/1999/xlink">'
        )

    return _HEAD.sub(head, drawn, count=1)


def picture(figure: Figure, kind: str) -> bytes:
    """A figure as the content of a file, "png" or "svg"; equal figures give equal files."""
    stream = io.BytesIO()
    with mpl.rc_context(LOOK):
        figure.savefig(stream, format=kind, metadata={"Date": None} if kind == "svg" else {"Software": None})
    return stream.getvalue()
