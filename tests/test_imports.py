"""What is not needed is not loaded: `import escalation_sim` and the help of the command line wait for no library."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import escalation_sim as es

SOURCE = Path(__file__).resolve().parents[1] / "src"
HEAVY = {"matplotlib", "mesa", "networkx", "numpy", "pandas", "pyarrow", "pydantic", "rich", "scipy", "xarray", "yaml"}


def loaded_by(code: str) -> set[str]:
    """Heavy libraries that a new interpreter has loaded after the code; they are told on stderr, below what the code says there."""
    last = f"import sys; print(*sorted({HEAVY} & set(sys.modules)), file=sys.stderr)"
    ended = subprocess.run(
        [sys.executable, "-c", f"{code}\n{last}"],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )
    return set(ended.stderr.splitlines()[-1].split())


def test_what_is_loaded_is_seen():
    assert {"numpy", "yaml"} <= loaded_by("import escalation_sim as es; es.load_scenario")


def test_importing_the_package_loads_nothing_heavy():
    assert loaded_by("import escalation_sim as es; dir(es)") == set()


@pytest.mark.parametrize(
    "arguments", [["--help"], ["run", "--help"], ["scenarios", "--help"], ["--version"], ["rnu"], ["run", "--rnus"]]
)
def test_help_and_mistyped_commands_load_nothing_heavy(arguments):
    code = f"from escalation_sim.cli.commands import commands\ntry: commands({arguments})\nexcept SystemExit: pass"
    assert loaded_by(code) == set()


def test_every_public_name_is_there_and_listed():
    assert set(es.__all__) == {*es._HOMES, "__version__"}
    assert set(es.__all__) <= set(dir(es))
    for name in es.__all__:
        assert getattr(es, name) is not None


def test_a_name_that_is_not_there_is_refused():
    with pytest.raises(AttributeError, match="no attribute 'lod_scenario'"):
        es.lod_scenario  # noqa: B018
