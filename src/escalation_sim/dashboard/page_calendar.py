"""Part."""

from nicegui import ui

from escalation_sim.dashboard.session import Session


class CalendarPart:
    """Part."""

    def __init__(self, session: Session, go: object) -> None:
        ui.label("Calendar")

    def show(self) -> None:
        """Show."""
