"""Part."""

from nicegui import ui

from escalation_sim.dashboard.session import Session


class CausesPart:
    """Part."""

    def __init__(self, session: Session) -> None:
        ui.label("Causes")

    def show(self) -> None:
        """Show."""
