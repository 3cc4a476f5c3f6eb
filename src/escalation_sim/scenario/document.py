"""YAML files read as plain data that remember on which line everything stood.

Only the plain part of YAML is read: mappings, lists, text, numbers, true and false. Anchors, aliases, tags and several
documents in one file are refused, so that no file can expand or construct anything. Numbers and booleans follow YAML 1.2:
`off`, `no` and `1:30` are text, `010` is ten, dates are text. Files are limited in size, depth and number of entries.
"""

from __future__ import annotations

import datetime
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import yaml

from escalation_sim.errors import InputError, nearest, shortened
from escalation_sim.parameters import Number

__all__ = ["MOST_BYTES", "Document", "KeyPath", "plain", "read", "read_bytes", "shown", "too_large"]

KeyPath = tuple[str | int, ...]

MOST_BYTES = 1_000_000
_MOST_LEVELS = 20
_MOST_ENTRIES = 50_000
_MOST_KEY_CHARACTERS = 60
_TOO_LARGE = "the number is too large"


@dataclass(frozen=True)
class Document:
    """Plain data (dicts, lists, strings, numbers, booleans, None) and where it stood.

    Attributes
    ----------
    content : the data.
    file : name of the file as the user gave it; None for data that came from Python.
    lines : line of each key path; an entry of a mapping stands where its key stands.
    """

    content: Any
    file: str | None = None
    lines: Mapping[KeyPath, int] = field(default_factory=dict)

    def line(self, path: KeyPath) -> int | None:
        """Line of the entry at `path`, or of the nearest block around it."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return None


def shown(path: KeyPath) -> str | None:
    """A key path in print, "triggers.0.deaths"; None for the whole document."""
    parts = [part if part.isprintable() else ascii(part) for part in map(str, path)]
    return ".".join(part if len(part) <= _MOST_KEY_CHARACTERS else part[:_MOST_KEY_CHARACTERS] + "…" for part in parts) or None


def read(path: str | os.PathLike[str]) -> Document:
    """Read one YAML file.

    Raises InputError where it is missing, not a regular file, unreadable, over 1 MB, not UTF-8, not YAML, empty, not a mapping
    at the top, or uses what is refused (see the module).
    """
    name = _printable(os.fspath(path))
    return _mapping_at_top(_Builder(_decoded(_bytes(Path(path), name), name), name).document())


def read_bytes(data: bytes, name: str) -> Document:
    """Read the content of a YAML file that came without a path, as from an upload; `name` stands in messages. Raises as `read` does."""
    shown_name = _printable(name)
    return _mapping_at_top(_Builder(_decoded(data, shown_name), shown_name).document())


def _mapping_at_top(document: Document) -> Document:
    """The document, if it is a mapping."""
    if document.content is None:
        raise InputError("the file is empty", file=document.file, allowed="a YAML mapping")
    if not isinstance(document.content, dict):
        line = document.line(())
        problem = "the top level must be a mapping of keys to values"
        raise InputError(problem, file=document.file, line=line, value=document.content)
    return document


def plain(value: Any, path: KeyPath = ()) -> Any:
    """Python data as plain JSON-able data of its own: dates become ISO text, `Number`s mappings, tuples lists.

    Raises InputError for anything else, for keys that are not text and for data nested too deeply (or in a circle).
    """
    if len(path) > _MOST_LEVELS:
        raise InputError(f"data are nested more than {_MOST_LEVELS} levels deep", key=shown(path))
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Number):
        return _number_as_mapping(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {_text_key(key, path): plain(entry, (*path, str(key))) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry, (*path, place)) for place, entry in enumerate(value)]
    return _plain_number(value, path)


def _plain_number(value: object, path: KeyPath) -> int | float:
    try:
        if isinstance(value, Integral):
            return _of_bearable_size(int(value))
        if isinstance(value, Real):
            return float(value)
    except OverflowError:
        raise InputError(_TOO_LARGE, key=shown(path)) from None
    raise InputError(f"a {type(value).__name__} cannot stand in a scenario", key=shown(path), value=value)


def _of_bearable_size(number: int) -> int:
    """The number; raises OverflowError where no float is as large."""
    float(number)
    return number


def _text_key(key: object, path: KeyPath) -> str:
    if isinstance(key, str) and key.isprintable():
        return key
    raise InputError("keys must be printable text", key=shown(path), value=key)


def _number_as_mapping(number: Number) -> dict[str, Any]:
    entry: dict[str, Any] = {"value": number.value, "source": number.source}
    if number.range is not None:
        entry |= {"range": list(number.range), "shape": number.shape}
    return entry


def _printable(text: str) -> str:
    return text if text.isprintable() else ascii(text)


def too_large(name: str) -> InputError:
    """What is said of a file over `MOST_BYTES`."""
    return InputError("the file is too large", file=name, allowed=f"at most {MOST_BYTES:,} bytes")


def _decoded(data: bytes, name: str) -> str:
    """Text of UTF-8, at most 1 MB of it."""
    if len(data) > MOST_BYTES:
        raise too_large(name)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError("the file is not UTF-8 text", file=name, line=line) from None


def _bytes(path: Path, name: str) -> bytes:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise InputError("this is a folder, not a file", file=name)
        if not stat.S_ISREG(mode):
            raise InputError("this is not a regular file", file=name)
        with path.open("rb") as stream:
            return stream.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise InputError("there is no such file", file=name, suggestion=_file_nearby(path)) from None
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InputError(f"the file cannot be read ({reason})", file=name) from None


def _file_nearby(path: Path) -> str | None:
    try:
        names = {entry.stem: entry.name for entry in sorted(path.parent.iterdir()) if entry.suffix in (".yaml", ".yml")}
    except OSError:
        return None
    stem = nearest(path.stem, names)  # endings are alike and say nothing
    return names[stem] if stem else None


class PlainLoader(yaml.SafeLoader):
    """PyYAML's safe loader with the scalars of YAML 1.2's core schema; used for its events only."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  (PyYAML's own protocol)


_NULL, _BOOLEAN, _INTEGER, _FLOAT = (f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float"))
PlainLoader.add_implicit_resolver(_NULL, re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
PlainLoader.add_implicit_resolver(_BOOLEAN, re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))
PlainLoader.add_implicit_resolver(_INTEGER, re.compile(r"^[-+]?[0-9]+$"), list("-+0123456789"))
PlainLoader.add_implicit_resolver(
    _FLOAT,
    re.compile(r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"),
    list("-+.0123456789"),
)


class _Builder:
    """Plain data built from YAML's events, so that limits hold before anything is built."""

    def __init__(self, text: str, file: str) -> None:
        self._file = file
        self._text = text
        self._events: Any = None  # the loader; PyYAML's types say nothing of its events
        self._lines: dict[KeyPath, int] = {}
        self._entries = 0

    def document(self) -> Document:
        """The only document of the text; content None where there is none."""
        try:
            self._events = PlainLoader(self._text)
            self._events.get_event()  # the start of the stream
            if self._events.check_event(yaml.StreamEndEvent):
                return Document(None, self._file)
            self._events.get_event()  # the start of the document
            content = self._value(())
            self._events.get_event()  # its end
            if not self._events.check_event(yaml.StreamEndEvent):
                raise self._error("there is a second document", self._events.get_event(), allowed="one document in a file")
        except yaml.reader.ReaderError as error:
            line = self._text.count("\n", 0, error.position) + 1
            raise InputError("a control character cannot stand in YAML", file=self._file, line=line) from None
        except yaml.MarkedYAMLError as error:
            raise self._syntax_error(error) from None
        return Document(content, self._file, self._lines)

    def _syntax_error(self, error: yaml.MarkedYAMLError) -> InputError:
        mark = error.problem_mark or error.context_mark
        problem = _printable(error.problem or error.context or "cannot be read")
        hint = "spaces for indentation" if "'\\t'" in problem else None
        return InputError(f"not YAML: {problem}", file=self._file, line=mark.line + 1 if mark else None, allowed=hint)

    def _error(self, problem: str, event: yaml.Event, path: KeyPath = (), allowed: str | None = None) -> InputError:
        return InputError(problem, file=self._file, line=_line(event), key=shown(path), allowed=allowed)

    def _value(self, path: KeyPath) -> Any:
        event = self._events.get_event()
        self._lines.setdefault(path, _line(event))
        self._refuse(event, path)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        return self._scalar(event, path)

    def _refuse(self, event: yaml.Event, path: KeyPath) -> None:
        self._entries += 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise self._error("anchors and aliases are not allowed", event, path, allowed="the value written out")
        if getattr(event, "tag", None) is not None:
            raise self._error("tags (!…) are not allowed", event, path)
        if len(path) > _MOST_LEVELS:
            raise self._error(f"nested more than {_MOST_LEVELS} levels deep", event)
        if self._entries > _MOST_ENTRIES:
            raise self._error(f"more than {_MOST_ENTRIES:,} entries", event)

    def _mapping(self, path: KeyPath) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        while not self._events.check_event(yaml.MappingEndEvent):
            event = self._events.peek_event()
            key = self._key(path)
            if key in entries:
                first = self._lines[(*path, key)]
                raise self._error(f"key given twice, first on line {first}", event, (*path, key))
            self._lines[(*path, key)] = _line(event)
            entries[key] = self._value((*path, key))
        self._events.get_event()
        return entries

    def _key(self, path: KeyPath) -> str:
        event = self._events.get_event()
        self._refuse(event, path)
        key = self._scalar(event, path) if isinstance(event, yaml.ScalarEvent) else None
        if not isinstance(key, str) or not key.isprintable():
            value = event.value if isinstance(event, yaml.ScalarEvent) else "a list or mapping"
            raise self._error(
                f"keys must be printable text, not {shortened(value)}", event, path, allowed="a name, in quotes if need be"
            )
        return key

    def _sequence(self, path: KeyPath) -> list[Any]:
        entries: list[Any] = []
        while not self._events.check_event(yaml.SequenceEndEvent):
            entries.append(self._value((*path, len(entries))))
        self._events.get_event()
        return entries

    def _scalar(self, event: yaml.ScalarEvent, path: KeyPath) -> Any:
        tag = self._events.resolve(yaml.ScalarNode, event.value, event.implicit)
        if tag == _NULL:
            return None
        if tag == _BOOLEAN:
            return event.value.lower() == "true"
        if tag == _FLOAT:
            return float(event.value.lower().replace(".inf", "inf").replace(".nan", "nan"))
        if tag == _INTEGER:
            try:
                return _of_bearable_size(int(event.value))
            except (ValueError, OverflowError):  # ValueError: Python refuses integers of thousands of digits
                raise self._error(_TOO_LARGE, event, path) from None
        return event.value


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1
