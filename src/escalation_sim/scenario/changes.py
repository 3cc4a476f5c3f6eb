"""Changes to a scenario's document: an entry set, a channel opened or closed, channels put back to another day.

Every function returns a new document and leaves the one it was given alone; whether the result makes sense is for `assembly` to
say.
"""

from __future__ import annotations

import copy
from typing import Any

from escalation_sim.errors import InputError
from escalation_sim.scenario.document import KeyPath, shown

__all__ = ["set_entries", "with_channel", "with_channels_as_of"]

_STATE_KEYS = ("status", "relationship", "since")


def set_entries(document: dict[str, Any], entries: dict[KeyPath, Any]) -> dict[str, Any]:
    """The document with the values at some key paths replaced; blocks on the way are made where missing. Raises InputError."""
    changed = copy.deepcopy(document)
    for path, value in entries.items():
        block: Any = changed
        for depth in range(len(path) - 1):
            block = _entered(block, path, depth)
        _put(block, path, value)
    return changed


def with_channel(document: dict[str, Any], name: str, state: dict[str, Any]) -> dict[str, Any]:
    """The document with a channel's status and start, and its relationship if that is in `state`, replaced."""
    changed = copy.deepcopy(document)
    channels = _block(changed, "channels")
    kept = {key: value for key, value in _channel_entry(channels.get(name)).items() if key not in ("status", "since")}
    channels[name] = {**kept, **state}
    return changed


def with_channels_as_of(document: dict[str, Any], day: str, presets: set[str]) -> dict[str, Any]:
    """The document with the states of all presets left to the calendar on a day; the scenario's own channels stay."""
    changed = copy.deepcopy(document)
    channels: dict[str, Any] = {"as_of": day}
    for name, entry in _block(changed, "channels").items():
        if name not in presets and name != "as_of":
            channels.setdefault(name, entry)
            continue
        kept = {key: value for key, value in _channel_entry(entry).items() if key not in _STATE_KEYS}
        if kept:
            channels[name] = kept
    changed["channels"] = channels
    return changed


def _block(document: dict[str, Any], key: str) -> dict[str, Any]:
    """The block at a key, made where there is none."""
    if document.get(key) is None:
        document[key] = {}
    block: dict[str, Any] = document[key]
    return block


def _channel_entry(entry: Any) -> dict[str, Any]:
    """A channel's entry as a mapping; a status alone is one too."""
    if entry is None:
        return {}
    return {"status": entry} if isinstance(entry, str) else dict(entry)


def _entered(block: Any, path: KeyPath, depth: int) -> Any:
    """The block below `block` on the way along `path`."""
    part = path[depth]
    if isinstance(block, list):
        return block[_place(block, path, depth)]
    if not isinstance(block, dict):
        raise InputError("nothing lies below this entry", key=shown(path[:depth]))
    inner = block.get(part)
    if inner is None or (path[0] == "channels" and depth == 1):
        block[part] = _channel_entry(inner)
    return block[part]


def _put(block: Any, path: KeyPath, value: Any) -> None:
    if isinstance(block, list):
        block[_place(block, path, len(path) - 1)] = value
    elif isinstance(block, dict):
        block[path[-1]] = value
    else:
        raise InputError("nothing lies below this entry", key=shown(path[:-1]))


def _place(entries: list[Any], path: KeyPath, depth: int) -> int:
    part = str(path[depth])
    if not part.isascii() or not part.isdigit() or len(part) > 6 or int(part) >= len(entries):
        allowed = f"0 to {len(entries) - 1}" if entries else "none, the list is empty"
        raise InputError("there is no such entry", key=shown(path[: depth + 1]), allowed=allowed)
    return int(part)
