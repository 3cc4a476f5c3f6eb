"""Agent-based simulation of crises between two rival governments under configurable communication channels."""

from __future__ import annotations

__version__ = "0.1.0"
