"""Part."""

from nicegui import ui

from escalation_sim.dashboard.session import Session


class RunPart:
    """Part."""

    def __init__(self, session: Session, moved: object) -> None:
        ui.label("Run")

    def show(self) -> None:
        """Show."""
