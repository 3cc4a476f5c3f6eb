"""Marks that are drawn between words: bars of shares, intervals against zero. In a terminal that has no such signs they become those of a typewriter."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.bar import Bar
from rich.console import RenderableType
from rich.text import Text

__all__ = ["bar", "encodes", "interval", "stacked", "typed"]

_FILLS = "█▒░"
_SIGNS = "█▏▒░├─●┤│┼−–×±"
_TYPED = str.maketrans(
    {
        **dict.fromkeys("█▉▊▋▌▐", "#"), **dict.fromkeys("▍▎▏▕", "."), "▒": "=", "░": "-", "├": "[", "┤": "]", "●": "o", "─": "-", "│": "|", "┼": "+",
        "−": "-", "–": "-", "·": "-", "×": "x", "±": "+/-", "…": "...", "→": "->", "≤": "<=", "≥": ">=", "“": '"', "”": '"', "’": "'", "\u00a0": " ",
    }
)  # fmt: skip


def encodes() -> bool:
    """Whether the output can hold such signs."""
    try:
        _SIGNS.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def typed(text: str) -> str:
    """A text as the output can hold it: as it is, or with signs of a typewriter in the place of others."""
    return text if encodes() else text.translate(_TYPED)


def bar(share: float, width: int) -> RenderableType:
    """A bar as long as a share of `width` columns; what is not nothing is seen."""
    if not share > 0.0:
        return Text("")
    return Bar(1.0, 0.0, min(max(share, 0.126 / width), 1.0), width=width)


def stacked(shares: Sequence[float], width: int) -> Text:
    """Shares that add up to one, or less, one behind the other in at most `width` columns: full, grey, pale. Nothing where one is not known."""
    if any(share != share for share in shares):
        return Text("")
    ends = [round(width * sum(shares[: place + 1])) for place in range(len(shares))]
    return Text("".join(fill * (end - start) for fill, start, end in zip(_FILLS, [0, *ends], ends, strict=False)))


def interval(low: float, value: float, high: float, width: int, reach: float | None = None) -> Text:
    """An estimate and its interval as a line against zero, which is the middle of `width` (odd) columns.

    `reach` : what the ends of the columns stand for, to either side; default the farther end of the interval. Nothing is drawn of what is not finite.
    """
    known = abs(low) < float("inf") and abs(high) < float("inf")
    reach = max(abs(end) for end in ((low, value, high) if known else (value,))) if reach is None else reach
    middle = width // 2

    def place(number: float) -> int:
        """The column of a number; that of zero holds nothing else."""
        away = round(middle * min(abs(number) / reach, 1.0)) if number and reach > 0.0 else 0
        return middle + (max(away, 1) if number > 0.0 else -max(away, 1) if number < 0.0 else 0)

    signs = [" "] * width
    signs[middle] = "│"
    if not abs(value) < float("inf"):
        return Text("".join(signs))
    if known and low < high:
        first, last = place(low), place(high)
        signs[first : last + 1] = ["├", *"─" * (last - first - 1), "┤"][: last - first + 1]
        if first < middle < last:
            signs[middle] = "┼"
    signs[place(value)] = "●"
    return Text("".join(signs))
