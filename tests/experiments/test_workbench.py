"""The adapter to the EMA Workbench gives what the engine gives."""

from __future__ import annotations

import numpy as np
import pytest

import escalation_sim as es
from escalation_sim.experiments.workbench import workbench_model
from escalation_sim.runs import run_design

COSTS, RESOLVE = "model.government.cost_sensitivity", "countries.india.government.resolve"


@pytest.mark.filterwarnings("ignore")
def test_the_workbench_runs_experiments_of_a_scenario(pahalgam):
    ema_workbench = pytest.importorskip("ema_workbench", reason="needs the extra `discover`")
    brief = es.Scenario.from_document({**pahalgam.document, "horizon_days": 14, "step_hours": 12})
    model = workbench_model(brief, ["peak_rung", "force"], over=[COSTS, RESOLVE], runs=6, seed=2)
    experiments, outcomes = ema_workbench.perform_experiments(model, scenarios=4)
    design = {path: experiments[path.replace(".", "__")].to_numpy(float) for path in (COSTS, RESOLVE)}
    peaks = run_design(brief.fixed(), design, 6, 2)["peak_rung"].to_numpy().reshape(4, 6)
    assert outcomes["peak_rung"] == pytest.approx(peaks.mean(axis=1))
    assert outcomes["force"] == pytest.approx((peaks >= brief.ladder.force).mean(axis=1))
    assert np.ptp(design[COSTS]) > 0.0
