"""The model held against history: hindcasts of real crises, and regularities found in many.

Nothing here is read by the simulation. `validation.validated` runs everything; `hindcasts` has the crises, `patterns` the
regularities.
"""

from __future__ import annotations

from escalation_sim.history.hindcasts import Hindcast
from escalation_sim.history.patterns import Ensemble, Pattern, Rivalry
from escalation_sim.history.validation import Validation, validated

__all__ = ["Ensemble", "Hindcast", "Pattern", "Rivalry", "Validation", "validated"]
