"""Kinds of single values a document may hold: numbers of the model, plain numbers, dates, names, text, choices.

Each kind is put into a type annotation, ``Annotated[Number, NumberEntry(parameter)]``; it checks the plain value and
describes itself in the JSON Schema. What is wrong is raised as a pydantic error whose context carries the parts of an
`InputError`.
"""

from __future__ import annotations

import datetime
import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Any

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from escalation_sim.errors import nearest
from escalation_sim.parameters import ASSUMED, Number, Parameter
from escalation_sim.scenario.findings import listed

__all__ = [
    "ENTRY",
    "Choice",
    "DateEntry",
    "Entry",
    "Interval",
    "NameEntry",
    "NumberEntry",
    "OrText",
    "PlainNumber",
    "Refusal",
    "RungEntry",
    "SentenceEntry",
    "TextEntry",
    "date_from",
    "refusal",
    "refused",
]

ENTRY = "entry"
"""Type of the pydantic errors raised here."""

JsonSchema = dict[str, Any]

SHAPES = ("triangular", "uniform", "log")
_ZERO_OR_ONE = "0 or 1"
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,59}")
_NAME_IN_WORDS = "a to z, 0 to 9, _ and -, a letter first, at most 60 characters"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Refusal:
    """Parts of an `InputError` about the entry at the path `below` the one being checked."""

    problem: str
    value: object
    allowed: str | None
    suggestion: str | None
    below: tuple[str | int, ...]

    def __str__(self) -> str:
        # pydantic renders what an error carries; the value need not be printable
        return ENTRY


def refusal(
    problem: str,
    value: object = None,
    allowed: str | None = None,
    suggestion: str | None = None,
    below: tuple[str | int, ...] = (),
) -> PydanticCustomError:
    """An error at the entry being checked, or at the path `below` it."""
    return PydanticCustomError(ENTRY, "refused", {ENTRY: Refusal(problem, value, allowed, suggestion, below)})


def refused(error: PydanticCustomError) -> Refusal:
    """The parts an error of `refusal` carries."""
    parts: Refusal = (error.context or {})[ENTRY]
    return parts


class Entry:
    """A kind of value: `check` turns the plain value into the one used, or raises; `described` is its JSON Schema."""

    def check(self, value: Any) -> Any:
        """The value used in place of the plain one; raises `refusal(…)`."""
        raise NotImplementedError

    def described(self) -> JsonSchema:
        """JSON Schema of the plain value."""
        raise NotImplementedError

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._checked)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        return self.described()

    def _checked(self, value: Any) -> Any:
        if value is None:
            raise refusal("has no value")
        return self.check(value)


@dataclass(frozen=True)
class NumberEntry(Entry):
    """A number of the model: plain, or a mapping with value, range, shape, source and note. Gives a `Number`."""

    parameter: Parameter

    def check(self, value: Any) -> Number:
        """See `Entry.check`."""
        if not isinstance(value, Mapping):
            return Number(_within(value, self.parameter, ()))
        _check_keys(value, ("value", "range", "shape", "source", "note"), required="value")
        centre = _within(value["value"], self.parameter, ("value",))
        shape = _below("shape", Choice("shape", SHAPES), value, "triangular")
        source = _below("source", TextEntry(500), value, ASSUMED)
        _below("note", TextEntry(5000, lines=True), value, "")
        bounds = self._bounds(value["range"], centre) if "range" in value else None
        if shape == "log" and bounds is not None and bounds[0] <= 0.0:
            raise refusal("a range on a logarithmic scale must lie above 0", value["range"], below=("range",))
        return Number(centre, bounds, shape, source)

    def _bounds(self, value: Any, centre: float) -> tuple[float, float]:
        if not isinstance(value, list) or len(value) != 2:
            raise refusal("must be two numbers", value, "[low, high]", below=("range",))
        low, high = (_within(bound, self.parameter, ("range", place)) for place, bound in enumerate(value))
        if low > high:
            raise refusal("the range runs backwards", value, "[low, high]", below=("range",))
        if not low <= centre <= high:
            raise refusal(f"the range does not contain the value {centre:g}", value, below=("range",))
        return low, high

    def described(self) -> JsonSchema:
        """See `Entry.described`."""
        bounds = _number_described(self.parameter)
        mapping = {
            "type": "object",
            "properties": {
                "value": bounds,
                "range": {"type": "array", "items": bounds, "minItems": 2, "maxItems": 2},
                "shape": {"enum": list(SHAPES), "default": "triangular"},
                "source": {"type": "string", "description": "bibliography keys, or assumed", "default": ASSUMED},
                "note": {"type": "string"},
            },
            "required": ["value"],
            "additionalProperties": False,
        }
        return _parameter_described(self.parameter) | {"anyOf": [bounds, mapping]}


@dataclass(frozen=True)
class PlainNumber(Entry):
    """A number that is never judged. Gives a float.

    `whole` asks for an integer (given back as int); `one_of` for one of a few.
    """

    parameter: Parameter
    whole: bool = False
    one_of: tuple[float, ...] = ()

    def check(self, value: Any) -> float:
        """See `Entry.check`."""
        number = _within(value, self.parameter, ())
        if self.one_of and number not in self.one_of:
            raise refusal("must be one of a few numbers", value, listed(f"{one:g}" for one in self.one_of))
        if self.whole and number != int(number):
            raise refusal("must be a whole number", value)
        return int(number) if self.whole else number

    def described(self) -> JsonSchema:
        """See `Entry.described`."""
        described = _parameter_described(self.parameter) | _number_described(self.parameter)
        if self.one_of:
            described["enum"] = [int(one) if one == int(one) else one for one in self.one_of]
        return described | ({"type": "integer"} if self.whole else {})


@dataclass(frozen=True)
class Interval(Entry):
    """Lower and upper bound of a count, or one number for both. Gives (low, high)."""

    about: str
    high: float = 1e8

    def check(self, value: Any) -> tuple[float, float]:
        """See `Entry.check`."""
        bound = Parameter(0.0, 0.0, self.high, "1", self.about)
        if not isinstance(value, list):
            number = _within(value, bound, ())
            return number, number
        if len(value) != 2:
            raise refusal("must be a number or two numbers", value, "[low, high]")
        low, high = (_within(entry, bound, (place,)) for place, entry in enumerate(value))
        if low > high:
            raise refusal("the interval runs backwards", value, "[low, high]")
        return low, high

    def described(self) -> JsonSchema:
        """See `Entry.described`."""
        bound = {"type": "number", "minimum": 0, "maximum": self.high}
        pair = {"type": "array", "items": bound, "minItems": 2, "maxItems": 2}
        return {"description": self.about, "anyOf": [bound, pair]}


@dataclass(frozen=True)
class TextEntry(Entry):
    """Text of 1 to `most` characters, without control characters; `lines` allows line breaks."""

    most: int = 200
    lines: bool = False
    about: str = ""

    def check(self, value: Any) -> str:
        """See `Entry.check`."""
        if not isinstance(value, str):
            raise refusal(f"must be text{_in_quotes(value)}", value)
        text = value.strip()
        if not text and not self.lines:
            raise refusal("must not be empty", value)
        if len(text) > self.most:
            raise refusal("is too long", allowed=f"at most {self.most} characters, got {len(text)}")
        allowed_breaks = "\n\t" if self.lines else ""
        if any(unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") and sign not in allowed_breaks for sign in text):
            raise refusal("holds a control character or a line break", value)
        return text

    def described(self) -> JsonSchema:
        """See `Entry.described`."""
        described: JsonSchema = {"type": "string", "maxLength": self.most}
        return described | ({} if self.lines else {"minLength": 1}) | ({"description": self.about} if self.about else {})


@dataclass(frozen=True)
class SentenceEntry(Entry):
    """A sentence into which the names of the actor and the rival are filled."""

    def check(self, value: Any) -> str:
        """See `Entry.check`."""
        text: str = TextEntry(200).check(value)
        try:
            fields = [
                (name, format_, conversion) for _, name, format_, conversion in Formatter().parse(text) if name is not None
            ]
        except ValueError:
            raise refusal("braces do not match", value, "{actor} and {rival}") from None
        if any(name not in ("actor", "rival") or format_ or conversion for name, format_, conversion in fields):
            raise refusal("unknown place to fill in", value, "{actor} and {rival}")
        return text

    def described(self) -> JsonSchema:
        """See `Entry.described`."""
        return {"type": "string", "minLength": 1, "maxLength": 200, "description": "a sentence with {actor} and {rival}"}


@dataclass(frozen=True)
class NameEntry(Entry):
    """A short name used as a key."""

    about: str = ""

    def check(self, value: Any) -> str:
        """See `Entry.check`."""
        if not isinstance(value, str):
            raise refusal(f"must be a name{_in_quotes(value)}", value, _NAME_IN_WORDS)
        if not _NAME.fullmatch(value):
            raise refusal("is not a name", value, _NAME_IN_WORDS)
        return value

    def described(self) -> JsonSchema:
        """See `Entry.described`."""
        pattern = {"type": "string", "pattern": f"^{_NAME.pattern}$"}
        return pattern | ({"description": self.about} if self.about else {})


@dataclass(frozen=True)
class Choice(Entry):
    """One of a few words; `kind` says of what."""

    kind: str
    names: tuple[str, ...]
    about: str = ""

    def check(self, value: Any) -> str:
        """See `Entry.check`."""
        if value in self.names and isinstance(value, str):
            return value
        suggestion = nearest(value, self.names) if isinstance(value, str) else None
        raise refusal(f"unknown {self.kind}", value, listed(self.names), suggestion)

    def described(self) -> JsonSchema:
        """See `Entry.described`."""
        return {"enum": list(self.names), "description": self.about or self.kind}


@dataclass(frozen=True)
class DateEntry(Entry):
    """A day, YYYY-MM-DD. Gives a `datetime.date`. `year_ends` also takes a bare year: its "first" or its "last" day."""

    about: str = "a day, YYYY-MM-DD"
    year_ends: str = ""

    def check(self, value: Any) -> datetime.date:
        """See `Entry.check`."""
        if self.year_ends and isinstance(value, int) and not isinstance(value, bool) and 1900 <= value <= 2100:
            return datetime.date(value, 1, 1) if self.year_ends == "first" else datetime.date(value, 12, 31)
        day = date_from(value)
        if day is None:
            raise refusal("is not a date", value, "a day as YYYY-MM-DD")
        return day

    def described(self) -> JsonSchema:
        """See `Entry.described`."""
        return {"type": "string", "format": "date", "description": self.about}


@dataclass(frozen=True)
class RungEntry(Entry):
    """A rung by number or by name; which rungs there are depends on the ladder, so that it is looked up later."""

    def check(self, value: Any) -> int | str:
        """See `Entry.check`."""
        if isinstance(value, str):
            return value
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
            raise refusal("must be a rung", value, "a rung's number or name")
        return int(value)

    def described(self) -> JsonSchema:
        """See `Entry.described`."""
        return {"type": ["integer", "string"], "description": "a rung of the ladder, by number or name"}


@dataclass(frozen=True)
class OrText:
    """A block that may also be given as one word.

    Attributes
    ----------
    block : the block.
    about : what may stand here, in words.
    key : the word stands for a block with only this key; empty: the word is kept as text.
    names : words for editors to offer.
    """

    block: type[BaseModel]
    about: str
    key: str = ""
    names: tuple[str, ...] = ()

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(self._checked, handler.generate_schema(self.block))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        word: JsonSchema = {"type": "string", "description": self.about}
        return {"anyOf": [word | ({"enum": list(self.names)} if self.names else {}), handler(schema)]}

    def _checked(self, value: Any, handler: Callable[[Any], Any]) -> Any:
        if isinstance(value, str):
            return handler({self.key: value}) if self.key else value
        if not isinstance(value, Mapping):
            raise refusal("must be a word or a mapping" if value is not None else "has no value", value, self.about)
        return handler(value)


def date_from(value: object) -> datetime.date | None:
    """The day written as YYYY-MM-DD, or None."""
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return None
    try:
        return datetime.date.fromisoformat(value)
    except ValueError:
        return None


def _within(value: Any, parameter: Parameter, below: tuple[str | int, ...]) -> float:
    """The value as a float within the parameter's range."""
    number = _float(value, parameter, below)
    if parameter.unit == _ZERO_OR_ONE and number not in (0.0, 1.0):
        raise refusal("must be 0 or 1", value, below=below)
    if not parameter.low <= number <= parameter.high:
        raise refusal("is out of range", value, _bounds_of(parameter), below=below)
    return number


def _float(value: Any, parameter: Parameter, below: tuple[str | int, ...]) -> float:
    if value is None:
        raise refusal("has no value", allowed=_bounds_of(parameter), below=below)
    if isinstance(value, bool) or not isinstance(value, int | float):
        hint = " without quotes" if isinstance(value, str) and _reads_as_number(value) else ""
        raise refusal(f"must be a number{hint}", value, _bounds_of(parameter), below=below)
    number = float(value)
    if not math.isfinite(number):
        raise refusal("must be a finite number", value, _bounds_of(parameter), below=below)
    return number


def _bounds_of(parameter: Parameter) -> str:
    if parameter.unit == _ZERO_OR_ONE:
        return "0 or 1"
    return f"{parameter.low:g} to {parameter.high:g}" + ("" if parameter.unit == "1" else f" {parameter.unit}")


def _reads_as_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _in_quotes(value: object) -> str:
    return ", in quotes" if isinstance(value, bool | int | float) else ""


def _check_keys(value: Mapping[str, Any], names: Sequence[str], required: str) -> None:
    for key in value:
        if key not in names:
            raise refusal("unknown key", allowed=listed(names), suggestion=nearest(key, names), below=(key,))
    if required not in value:
        raise refusal(f"required key '{required}' is missing", allowed=listed(names))


def _below(key: str, entry: Entry, value: Mapping[str, Any], default: str) -> str:
    """The word at `key` of a number's mapping."""
    if key not in value:
        return default
    try:
        word: str = entry._checked(value[key])
    except PydanticCustomError as error:
        parts = refused(error)
        raise refusal(parts.problem, parts.value, parts.allowed, parts.suggestion, (key,)) from None
    return word


def _number_described(parameter: Parameter) -> JsonSchema:
    if parameter.unit == _ZERO_OR_ONE:
        return {"type": "number", "enum": [0, 1]}
    return {"type": "number", "minimum": parameter.low, "maximum": parameter.high}


def _parameter_described(parameter: Parameter) -> JsonSchema:
    unit = "" if parameter.unit == "1" else f" [{parameter.unit}]"
    return {
        "description": f"{parameter.about}{unit}; source of the default: {parameter.source}",
        "default": parameter.default,
        "unit": parameter.unit,
    }
