"""`escalation-sim schema`."""

from __future__ import annotations

import json


def schema() -> None:
    """Print the JSON Schema of scenario files, for editors that complete and check."""
    from escalation_sim.scenario import json_schema

    print(json.dumps(json_schema(), indent=2, ensure_ascii=False))
