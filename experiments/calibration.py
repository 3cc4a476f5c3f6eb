"""Search for default values within the declared ranges that make known crises plausible.

Run from the project's root::

    python experiments/calibration.py --trials 400 --runs 1024 --study calibration.db

It samples the parameters named in `SEARCHED` within their declared ranges (Optuna's tree-structured Parzen estimator, seeded), runs every
scenario of `TARGETS` with the same values, and scores the distance to the bands of `score`. Nothing is fitted to a single number of one
crisis: the bands ask that what happened lies within a sharp forecast, that lower and higher outcomes stay possible, and that
nuclear use stays rare because of caution and not because of a wall. The values found become defaults by hand, after looking at them.
"""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Mapping

import numpy as np
import optuna
import pandas as pd

import escalation_sim as es
from escalation_sim.parameters import Number
from escalation_sim.rules import SECTIONS
from escalation_sim.scenario import Scenario

SEARCHED = (
    "triggers.injury_per_log_death", "triggers.residual_blame",
    "grievance.fading", "grievance.relief", "grievance.concession",
    "government.resolve", "government.temper", "government.precision", "government.threat_weight", "government.pressure_weight",
    "government.audience_cost", "government.nuclear_caution", "government.standing_dread",
    "military.regrouping", "military.autonomy", "perception.distortion",
    "bargaining.readiness", "bargaining.by_fear", "deals.before_force", "government.unprovoked",
)  # fmt: skip


def with_model(scenario: Scenario, values: Mapping[str, float]) -> Scenario:
    """The scenario with other values of model-wide parameters ("section.parameter")."""
    model = {section: dict(entries) for section, entries in scenario.model.items()}
    for path, value in values.items():
        section, name = path.split(".")
        model.setdefault(section, {})[name] = Number(float(value))
    return dataclasses.replace(scenario, model=model)


def outside(value: float, low: float, high: float, scale: float) -> float:
    """Distance from a band, in units of `scale`; 0 inside."""
    if np.isnan(value):
        return 3.0
    return max(low - value, value - high, 0.0) / scale


def measures(outcomes: pd.DataFrame) -> dict[str, float]:
    """The figures that `score` looks at."""
    peak = outcomes["peak_rung"]
    share = {rung: float((peak == rung).mean()) for rung in range(11)}
    response = outcomes["days_to_response"].dropna()
    stop = outcomes["days_to_ceasefire"].dropna()
    deaths = outcomes["deaths_total"]
    return {
        **{f"peak {rung}": share[rung] for rung in range(11)},
        "rungs with 5 %": float(sum(value >= 0.05 for value in share.values())),
        "peak at least 6": float((peak >= 6).mean()),
        "peak above 6": float((peak > 6).mean()),
        "war": share[7] + share[8],
        "nuclear": float((peak >= 10).mean()),
        "forces dispersed": share[9],
        "cease-fire": float(outcomes["days_to_ceasefire"].notna().mean()),
        "stop 10": float(stop.quantile(0.1)), "stop 50": float(stop.quantile(0.5)), "stop 90": float(stop.quantile(0.9)),
        "deaths 10": float(deaths.quantile(0.1)), "deaths 50": float(deaths.quantile(0.5)), "deaths 90": float(deaths.quantile(0.9)),
        "response on days 5-20": float(response.between(5, 20).mean()),
        "response": float(outcomes["days_to_response"].notna().mean()),
        "end 50": float(outcomes["days_to_end"].fillna(120).quantile(0.5)),
        "censored": float(outcomes["censored"].mean()),
    }  # fmt: skip


def score(found: Mapping[str, float], closed: Mapping[str, float], careless: Mapping[str, float], calm: float) -> float:
    """Sum of the distances from the bands; 0 where all are met."""
    return (
        outside(found["rungs with 5 %"], 4.6, 11, 1.0)
        + outside(found["peak at least 6"], 0.16, 0.60, 0.05)
        + outside(found["peak above 6"], 0.01, 0.085, 0.02)
        + outside(found["war"], 0.02, 0.08, 0.02)
        + outside(found["nuclear"], 0.0, 0.002, 0.002)
        + outside(closed["nuclear"], 0.0, 0.01, 0.005)
        + outside(careless["nuclear"], 0.02, 0.2, 0.005)
        + outside(found["cease-fire"], 0.56, 0.95, 0.05)
        + outside(found["stop 10"], 3, 16, 2.0)
        + outside(found["stop 90"], 21, 52, 4.0)
        + outside(found["deaths 10"], 26, 85, 10.0)
        + outside(np.log(found["deaths 90"]), np.log(130), np.log(1500), 0.2)
        + outside(found["response on days 5-20"], 0.68, 1.0, 0.05)
        + outside(found["end 50"], 8, 40, 4.0)
        + outside(found["censored"], 0.0, 0.10, 0.05)
        + outside(calm, 0.0, 0.02, 0.01)
    )


def evaluated(values: Mapping[str, float], runs: int, seed: int) -> tuple[float, dict[str, float]]:
    """Score and figures of one set of values."""
    pahalgam = with_model(es.load_scenario("scenarios/pahalgam-2025.yaml"), values)
    shut = dataclasses.replace(pahalgam, channels=tuple(dataclasses.replace(one, status=0.0) for one in pahalgam.channels))
    low = SECTIONS["government"]["nuclear_caution"].low
    quiet = dataclasses.replace(pahalgam, triggers=(), armed_groups=())
    found = measures(es.run(pahalgam, runs, seed).outcomes)
    closed = measures(es.run(shut, runs, seed).outcomes)
    careless = measures(es.run(with_model(pahalgam, {"government.nuclear_caution": low}), runs, seed).outcomes)
    calm = float((es.run(quiet, runs // 2, seed).outcomes["peak_rung"] > 2).mean())
    figures = {**found, "nuclear, all closed": closed["nuclear"], "nuclear, careless": careless["nuclear"], "restless": calm}
    return score(found, closed, careless, calm), figures


def objective(trial: optuna.Trial, runs: int) -> float:
    """One trial of the search."""
    values = {}
    for path in SEARCHED:
        section, name = path.split(".")
        parameter = SECTIONS[section][name]
        values[path] = trial.suggest_float(path, parameter.low, parameter.high)
    total, figures = evaluated(values, runs, seed=1)
    trial.set_user_attr("figures", figures)
    return total


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--runs", type=int, default=1024)
    parser.add_argument("--study", default="calibration.db")
    options = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        study_name="defaults",
        storage=f"sqlite:///{options.study}",
        load_if_exists=True,
        sampler=optuna.samplers.TPESampler(multivariate=True, n_startup_trials=40),
    )
    study.enqueue_trial({path: SECTIONS[path.split(".")[0]][path.split(".")[1]].default for path in SEARCHED})
    study.optimize(lambda trial: objective(trial, options.runs), n_trials=options.trials)
    best = study.best_trial
    print(f"best score {best.value:.3f} in {len(study.trials)} trials")
    for name, value in sorted(best.params.items()):
        print(f"  {name}: {value:.3g}")
    for name, figure in best.user_attrs["figures"].items():
        print(f"  {name}: {figure:.3g}")


if __name__ == "__main__":
    main()
