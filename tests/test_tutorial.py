"""What the tutorial and the README show works as shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import escalation_sim as es

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "docs" / "tutorial.md"]


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_python_shown_runs(page, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {}
    for block in blocks(page, "python"):
        exec(compile(re.sub(r"runs=\d+", "runs=20", block), page.name, "exec"), names)
    assert isinstance(names["model"], es.EscalationModel)


def test_the_classroom_scenario_runs(tmp_path):
    whole = next(block for block in blocks(ROOT / "docs" / "tutorial.md", "yaml") if block.startswith("name:"))
    path = tmp_path / "classroom.yaml"
    path.write_text(whole, encoding="utf-8")
    outcomes = es.run(es.load_scenario(path), runs=50, seed=1).outcomes
    assert outcomes["peak_rung"].max() <= 4
    assert outcomes["peak_rung_north"].nunique() > 1


def test_every_page_the_readme_links_to_exists():
    for target in re.findall(r"\]\(([^)#]+)\)", (ROOT / "README.md").read_text(encoding="utf-8")):
        assert (ROOT / target).exists(), target
