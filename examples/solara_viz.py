"""One crisis in Mesa's own browser interface, for those who know Mesa.

    pip install escalation-sim 'mesa[viz]' 'ipyvuetify<2' 'ipyvue<2'    # Mesa 3 speaks the older Vuetify
    SOLARA_TELEMETRY_MIXPANEL_ENABLE=False solara run examples/solara_viz.py

`EscalationModel` is a `mesa.Model`, so that `SolaraViz` can step, play and reset it like any other. What is drawn is read off the agents. Solara
fetches its scripts from a content network when it starts; docs/dashboard.md says what to install where there is none, and `escalation-sim dashboard` is a page
that needs none.
"""

from __future__ import annotations

from pathlib import Path

import solara
from matplotlib.figure import Figure
from mesa.visualization import SolaraViz
from mesa.visualization.utils import update_counter

import escalation_sim as es

SCENARIO = Path(__file__).parents[1] / "scenarios" / "pahalgam-2025.yaml"
crisis = es.load_scenario(SCENARIO).open("back_channel", relationship=0.5)


@solara.component
def Postures(model):  # noqa: N802  (components are named like classes)
    """Where both sides stand now, and what they want."""
    update_counter.get()  # drawn again after each step
    figure = Figure(figsize=(7, 3.6), layout="constrained")
    axes = figure.subplots()
    names = model.crisis.ladder.names
    for place, country in enumerate(model.crisis.countries):
        axes.barh(place, model.military(country.name).posture, height=0.5, color=("#0072B2", "#009E73")[place])
        axes.plot(model.government(country.name).posture_wanted, place, marker="D", color="#222222")
    axes.set_yticks([0, 1], [country.label for country in model.crisis.countries])
    axes.set_xticks(range(len(names)), names, rotation=35, ha="right", fontsize=8)
    axes.set_title(f"Day {model.day:.2f}; the diamond is the rung wanted")
    solara.FigureMatplotlib(figure)


@solara.component
def Events(model):  # noqa: N802
    """The last things that happened."""
    update_counter.get()
    told = model.events.tail(8)
    solara.Markdown(
        "\n".join(f"- {date:%d %b}: {words}" for date, words in zip(told["date"], told["words"], strict=True)) or "Nothing yet."
    )


parameters = {
    "scenario": crisis,
    "seed": 1,
    "run": {"type": "SliderInt", "value": 37, "label": "Run", "min": 0, "max": 999, "step": 1},
}
page = SolaraViz(
    es.EscalationModel(crisis, seed=1, run=37),
    components=[Postures, Events],
    model_params=parameters,
    name="escalation-sim",
    play_interval=150,
)
page  # noqa: B018  (Solara shows the last expression)
