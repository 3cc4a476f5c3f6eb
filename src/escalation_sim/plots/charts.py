"""All charts of a result, written to a folder."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from escalation_sim.plots.crises import crises_chart
from escalation_sim.plots.deaths import deaths_chart
from escalation_sim.plots.fire import fire_chart
from escalation_sim.plots.peaks import peaks_chart
from escalation_sim.plots.posture import posture_chart
from escalation_sim.plots.style import LOOK
from escalation_sim.plots.time_to_end import time_to_end_chart
from escalation_sim.results import Result

__all__ = ["CHARTS", "CHARTS_OF_YEARS", "FORMATS", "Drawing", "charts_of", "write_charts", "write_figures"]

CHARTS: Mapping[str, Callable[[Result], Figure]] = {
    "posture": posture_chart,
    "peaks": peaks_chart,
    "time_to_end": time_to_end_chart,
    "deaths": deaths_chart,
}
"""Functions from a result to a figure, by file name, for a crisis."""

CHARTS_OF_YEARS: Mapping[str, Callable[[Result], Figure]] = {"crises": crises_chart, "fire": fire_chart}
"""The same for a rivalry."""

FORMATS = ("png", "svg")

Drawing = Callable[[], Figure]
"""Something that draws a figure when it is asked to."""


def charts_of(result: Result) -> Mapping[str, Callable[[Result], Figure]]:
    """The charts that a result of its kind has."""
    return CHARTS_OF_YEARS if result.scenario.kind == "rivalry" else CHARTS


def write_charts(result: Result, folder: str | Path) -> list[Path]:
    """Write every chart of a result as PNG and SVG and return the files; see `write_figures`. Equal results give equal files."""
    return write_figures({name: partial(chart, result) for name, chart in charts_of(result).items()}, folder)


def write_figures(
    charts: Mapping[str, Drawing], folder: str | Path, formats: Sequence[str] = FORMATS, dpi: float | None = None
) -> list[Path]:
    """Write figures, by file name, in some formats (PNG and SVG) and return the files; `dpi` in place of each figure's own.

    All are drawn before the first is put in its place, and each is put there whole: an interrupt or a full disk leaves what was there
    before. The folder is made if it is missing.

    Raises OSError where the folder cannot be written.
    """
    target = Path(folder)
    with staged(target) as stage:
        for name, chart in charts.items():
            figure = chart()
            with mpl.rc_context(LOOK):
                for kind in formats:
                    figure.savefig(
                        stage / f"{name}.{kind}",
                        dpi=dpi or "figure",
                        metadata={"Date": None} if kind == "svg" else {"Software": None},
                    )
        target.mkdir(parents=True, exist_ok=True)
        files = []
        for drawn in sorted(stage.iterdir()):
            drawn.replace(target / drawn.name)
            files.append(target / drawn.name)
    return files


@contextmanager
def staged(target: Path) -> Iterator[Path]:
    """A temporary folder on the same disk as `target`, removed afterwards."""
    place = target
    while not place.exists() and place != place.parent:
        place = place.parent
    with tempfile.TemporaryDirectory(prefix=".charts-", dir=place) as stage:
        yield Path(stage)
