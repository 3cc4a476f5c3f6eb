"""Charts: functions from a `Result` to a Matplotlib figure."""

from __future__ import annotations

from escalation_sim.plots.charts import CHARTS, CHARTS_OF_YEARS, charts_of, write_charts
from escalation_sim.plots.crises import crises_chart
from escalation_sim.plots.deaths import deaths_chart
from escalation_sim.plots.fire import fire_chart
from escalation_sim.plots.peaks import peaks_chart
from escalation_sim.plots.posture import posture_chart
from escalation_sim.plots.time_to_end import time_to_end_chart

__all__ = [
    "CHARTS",
    "CHARTS_OF_YEARS",
    "charts_of",
    "crises_chart",
    "deaths_chart",
    "fire_chart",
    "peaks_chart",
    "posture_chart",
    "time_to_end_chart",
    "write_charts",
]
