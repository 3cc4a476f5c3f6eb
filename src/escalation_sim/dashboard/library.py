"""The scenarios that the page offers, by name; no path that comes from a browser ever reaches the file system."""

from __future__ import annotations

from pathlib import Path

from escalation_sim.errors import InputError, nearest
from escalation_sim.scenario import Scenario, load_scenario

__all__ = ["Library"]


class Library:
    """Crises of a folder, read once when the page is started; files with mistakes and rivalries are left out and named.

    Parameters
    ----------
    folder : folder with scenario files.

    Attributes
    ----------
    left_out : why files are not offered, one line each.

    Raises InputError where the folder is missing or holds no crisis.
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise InputError("there is no such folder", file=str(folder), allowed="a folder with scenario files")
        self.left_out: list[str] = []
        self._scenarios: dict[str, Scenario] = {}
        for path in sorted(folder.glob("*.yaml")):
            self._add(path)
        if not self._scenarios:
            raise InputError("holds no scenario of a crisis", file=str(folder), allowed="a folder with scenario files")

    def _add(self, path: Path) -> None:
        try:
            scenario = load_scenario(path)
        except InputError as error:
            self.left_out.append(str(error))
            return
        if scenario.kind == "crisis":
            self._scenarios[path.stem] = scenario
        else:
            self.left_out.append(f"{path.name}: a rivalry takes minutes; use `escalation-sim run`")

    @property
    def titles(self) -> dict[str, str]:
        """Titles by name, the latest crisis first."""
        latest = sorted(self._scenarios.items(), key=lambda entry: entry[1].start, reverse=True)
        return {name: scenario.title for name, scenario in latest}

    @property
    def first(self) -> str:
        """Name of the scenario shown at first: the latest crisis."""
        return next(iter(self.titles))

    def scenario(self, name: str) -> Scenario:
        """The scenario of a name; raises InputError where there is none."""
        if name not in self._scenarios:
            allowed = ", ".join(self._scenarios)
            raise InputError(
                "no such scenario", key="scenario", value=name, allowed=allowed, suggestion=nearest(name, self.titles)
            )
        return self._scenarios[name]
