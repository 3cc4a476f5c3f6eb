"""Shape of a scenario, of a ladder and of the shipped data: which keys there are and what may stand at each.

The blocks of the model's parameters and of members' profiles are made from the declarations in `rules`, so that nothing here
repeats them. `checked` turns plain data into blocks; `json_schema` describes them for editors. What depends on other parts of a
scenario (names of countries, rungs, dates) is checked in `assembly`.
"""

from __future__ import annotations

import datetime
import types
import typing
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    create_model,
    model_validator,
)
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError, core_schema

from escalation_sim.errors import nearest
from escalation_sim.ladder import ACT, POSTURE
from escalation_sim.parameters import Number, Parameter, Section
from escalation_sim.rules import PROFILES, SECTIONS, THEORIES
from escalation_sim.scenario.document import Document, KeyPath
from escalation_sim.scenario.entries import (
    ENTRY,
    Choice,
    DateEntry,
    Interval,
    NameEntry,
    NumberEntry,
    OrText,
    PlainNumber,
    Refusal,
    RungEntry,
    SentenceEntry,
    TextEntry,
    refusal,
    refused,
)
from escalation_sim.scenario.findings import Finding, Findings, listed

__all__ = [
    "DEATHS",
    "INJURY",
    "LASTS",
    "LEVELS",
    "RELATIONSHIP",
    "STATUSES",
    "VISIBILITY",
    "Block",
    "CalendarBlock",
    "ChannelBlock",
    "CountryBlock",
    "LadderBlock",
    "MemberBlock",
    "MembersBlock",
    "ObservedActBlock",
    "ObservedBlock",
    "PresetBlock",
    "ScenarioBlock",
    "SocietiesBlock",
    "TrackTwoBlock",
    "TriggerBlock",
    "checked",
    "given",
    "json_schema",
    "schema_of",
]

STATUSES = {"closed": 0.0, "suspended": 1.0, "open": 2.0}
LEVELS = ("political", "military", "unofficial", "public", "third_party")
TRIGGER_KINDS = ("attack", "incursion", "exercise", "incident", "accident", "gesture")
KINDS = ("crisis", "rivalry")
ACT_KINDS = ("act", "cease_fire", "mediation", "nuclear_signal", "accident", "deal_broken")
CONFIDENCES = ("V", "C", "D", "R")

RELATIONSHIP = Parameter(0.5, 0.0, 1.0, "1", "working relationship at the start")
DEATHS = Parameter(0.0, 0.0, 1e6, "deaths", "deaths among the victim's nationals")
LASTS = Parameter(1.0, 0.0, 3650.0, "days", "how long an incursion or exercise goes on")
INJURY = Parameter(
    0.0, 0.0, 12.0, "grievance", "injury of an incident or accident; where not given, that of an act of its rung"
)
VISIBILITY = Parameter(1.0, 0.0, 1.0, "1", "how far it is seen, as a share")
SPONSORSHIP = Parameter(0.0, 0.0, 1.0, "1", "how far the governments stand behind it")

Label = Annotated[str, TextEntry(200)]
About = Annotated[str, TextEntry(5000, lines=True)]
Sources = Annotated[str, TextEntry(500, about="bibliography keys, or assumed")]
Confidence = Annotated[str, Choice("confidence", CONFIDENCES, "V verified, D derived, C contested, R recalled")]
Name = Annotated[str, NameEntry()]
Status = Annotated[str, Choice("status", tuple(STATUSES))]
Day = Annotated[datetime.date, DateEntry()]
Rung = Annotated[int | str, RungEntry()]


class Block(BaseModel):
    """A mapping with known keys; a block with nothing in it is an empty one."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())

    member: ClassVar[type[BaseModel] | None] = None
    """What stands at keys that are free names; None where there are none."""

    most_members: ClassVar[int] = 0

    @model_validator(mode="before")
    @classmethod
    def _nothing_is_an_empty_block(cls, value: Any) -> Any:
        if value is None:
            return {}
        if cls.member is not None and isinstance(value, Mapping):
            cls._check_members([key for key in value if key not in cls.model_fields])
        return value

    @classmethod
    def _check_members(cls, names: list[str]) -> None:
        if len(names) > cls.most_members:
            raise refusal("too many members", allowed=f"at most {cls.most_members}, got {len(names)}")
        for name in names:
            _member_name(name)

    @property
    def members(self) -> dict[str, Any]:
        """What stands at free names, in the order of the document."""
        return dict(self.model_extra or {})


class _OpenBlock(Block):
    """A mapping with a few known keys and otherwise members under names of their own."""

    model_config = ConfigDict(extra="allow", protected_namespaces=())


def _member_name(name: str) -> None:
    try:
        NameEntry().check(name)
    except PydanticCustomError as error:
        parts = refused(error)
        raise refusal(parts.problem, parts.value, parts.allowed, below=(name,)) from None


def _numbers(section: Section) -> dict[str, Any]:
    """Fields of a block: every parameter of the section, none required."""
    return {name: (Annotated[Number | None, NumberEntry(parameter)], None) for name, parameter in section}


def _section_block(section: Section) -> type[Block]:
    title = "".join(word.capitalize() for word in section.name.split("_")) + "Section"
    return create_model(title, __base__=Block, __doc__=f"Parameters of `{section.name}`.", **_numbers(section))


def _empty_list(value: Any) -> Any:
    return [] if value is None else value


def _empty_mapping(value: Any) -> Any:
    return {} if value is None else value


_SECTION_BLOCKS = {name: _section_block(section) for name, section in SECTIONS.items()}


def _sections(*scopes: str) -> dict[str, Any]:
    return {name: (block | None, None) for name, block in _SECTION_BLOCKS.items() if SECTIONS[name].scope in scopes}


ModelBlock = create_model(
    "Model", __base__=Block, __doc__="Parameters of the model, for both countries alike.", **_sections("country", "shared")
)


class MemberBlock(Block):
    """An outlet, a group, an armed group or a mediator: its label and numbers of its profile."""

    label: Annotated[str | None, TextEntry(200)] = None


OutletBlock = create_model("Outlet", __base__=MemberBlock, __doc__="A media outlet.", **_numbers(PROFILES["outlet"]))
GroupBlock = create_model("Group", __base__=MemberBlock, __doc__="A civil-society group.", **_numbers(PROFILES["group"]))
MediatorBlock = create_model("Mediator", __base__=MemberBlock, __doc__="A third party.", **_numbers(PROFILES["mediator"]))


class _ArmedGroupBase(MemberBlock):
    base: Annotated[str, NameEntry("the country it operates from")]
    target: Annotated[str, NameEntry("the country it attacks")]


ArmedGroupBlock = create_model(
    "ArmedGroup", __base__=_ArmedGroupBase, __doc__="An armed group.", **_numbers(PROFILES["armed_group"])
)


class MembersBlock(_OpenBlock):
    """Changes to a country's default members, new members, and names of those it does not have."""

    most_members: ClassVar[int] = 30
    drop: Annotated[list[Name], Field(max_length=30), BeforeValidator(_empty_list)] = []


class OutletsBlock(MembersBlock):
    """Media outlets of a country: changes to the default ones, new ones, and under `drop` those it does not have."""

    member: ClassVar[type[BaseModel] | None] = OutletBlock
    __pydantic_extra__: dict[str, OutletBlock]


class GroupsBlock(MembersBlock):
    """Civil-society groups of a country: changes to the default ones, new ones, and under `drop` those it does not have."""

    member: ClassVar[type[BaseModel] | None] = GroupBlock
    __pydantic_extra__: dict[str, GroupBlock]


class CountryBlock(Block):
    """A country."""

    label: Annotated[str | None, TextEntry(200)] = None
    stream: Annotated[str | None, NameEntry("key of its random streams; default the country's name")] = None
    outlets: OutletsBlock = OutletsBlock()
    groups: GroupsBlock = GroupsBlock()


_Country = create_model("Country", __base__=CountryBlock, __doc__="A country.", **_sections("country"))


class ChannelBlock(Block):
    """A channel: its state at the start and what differs from its preset."""

    status: Annotated[str | None, Choice("status", tuple(STATUSES))] = None
    relationship: Annotated[Number | None, NumberEntry(RELATIONSHIP)] = None
    since: Annotated[str | None, Choice("start", ("trigger",), "trigger: it has to be built during the crisis")] = None
    label: Annotated[str | None, TextEntry(200)] = None
    level: Annotated[str | None, Choice("level", LEVELS)] = None
    preset: Annotated[str | None, NameEntry("preset whose profile it has")] = None
    like: Annotated[str | None, NameEntry("channel above it whose profile it has")] = None
    initiatives: Annotated[
        list[Label] | None, Field(max_length=50, description="Track II: the initiatives it consists of, whatever the date")
    ] = None
    about: About = ""


_ChannelFull = create_model("Channel", __base__=ChannelBlock, __doc__="A channel.", **_numbers(PROFILES["channel"]))
_Channel = Annotated[
    _ChannelFull, OrText(_ChannelFull, "a status (closed, suspended, open) or a mapping", key="status", names=tuple(STATUSES))
]


class ChannelsBlock(_OpenBlock):
    """Channels; `as_of` takes the states of all presets from the calendar on that day."""

    member: ClassVar[type[BaseModel] | None] = _ChannelFull
    most_members: ClassVar[int] = 30
    as_of: Annotated[datetime.date | None, DateEntry("day whose historical states the presets have")] = None
    follow_calendar: Annotated[
        bool, Field(strict=True, description="presets come into existence and end as in history after that day")
    ] = False
    __pydantic_extra__: dict[str, _Channel]


class TriggerBlock(Block):
    """What starts the crisis, or happens during it."""

    kind: Annotated[str, Choice("kind of trigger", TRIGGER_KINDS)]
    date: Annotated[datetime.date | None, DateEntry()] = None
    day: Annotated[float | None, PlainNumber(Parameter(0.0, 0.0, 36525.0, "days", "days after the start"))] = None
    actor: Annotated[str | None, NameEntry("a country, armed_group, or one of the armed groups")] = None
    victim: Annotated[str | None, NameEntry("a country")] = None
    deaths: Annotated[Number | None, NumberEntry(DEATHS)] = None
    rung: Annotated[int | str | None, RungEntry()] = None
    lasts: Annotated[Number | None, NumberEntry(LASTS)] = None
    visibility: Annotated[Number | None, NumberEntry(VISIBILITY)] = None
    injury: Annotated[Number | None, NumberEntry(INJURY)] = None
    what: Annotated[str, TextEntry(500)] = ""
    source: Sources = "assumed"
    conf: Confidence | None = None
    note: About = ""


class ObservedActBlock(Block):
    """A dated act or event of the real crisis."""

    date: Day
    kind: Annotated[str, Choice("kind of act", ACT_KINDS)] = "act"
    actor: Annotated[str | None, NameEntry("a country; a mediator for mediation")] = None
    rung: Annotated[int | str | None, RungEntry()] = None
    channel: Annotated[str | None, NameEntry("a channel")] = None
    what: Annotated[str, TextEntry(500)] = ""
    source: Sources = "assumed"
    conf: Confidence | None = None
    note: About = ""


class _Deaths(Block):
    """Deaths in the real crisis: in total and by country, each a number or [low, high]."""

    total: Annotated[tuple[float, float] | None, Interval("deaths in total")] = None
    source: Sources = "assumed"
    conf: Confidence | None = None
    note: About = ""


class DeathsBlock(_Deaths):
    """Deaths in the real crisis."""

    model_config = ConfigDict(extra="allow", protected_namespaces=())
    member: ClassVar[type[BaseModel] | None] = BaseModel
    most_members: ClassVar[int] = 30
    __pydantic_extra__: dict[str, Annotated[tuple[float, float], Interval("deaths of a country's nationals")]]


class ObservedBlock(Block):
    """What happened; the simulation never reads it."""

    source: Sources = "assumed"
    end: Annotated[datetime.date | None, DateEntry("first day of the final quiet")] = None
    acts: Annotated[list[ObservedActBlock], Field(max_length=500), BeforeValidator(_empty_list)] = []
    deaths: DeathsBlock = DeathsBlock()
    note: About = ""


def _plain(default: float, low: float, high: float, unit: str, about: str) -> PlainNumber:
    return PlainNumber(Parameter(default, low, high, unit, about))


class RungBlock(Block):
    """A rung of a ladder."""

    name: Annotated[str, TextEntry(60)]
    words: Annotated[str, SentenceEntry()]
    kind: Annotated[str, Choice("kind of rung", (ACT, POSTURE), "an act is over after `lasts` days, a posture is held")]
    falls_back_to: Annotated[int, PlainNumber(Parameter(0, 0, 50, "rung", "rung after it"), whole=True)]
    severity: Annotated[float, _plain(0, 0, 10, "severity", "severity on which choices are made, not falling")]
    answers: Annotated[float, _plain(0, 0, 10, "1", "how far it answers a grievance")]
    injures: Annotated[float, _plain(0, 0, 100, "grievance", "grievance an act, or a day of a posture, puts on the rival")]
    costs: Annotated[float, _plain(0, 0, 100, "utility", "cost of standing there")]
    lasts: Annotated[float, _plain(0, 0, 365, "days", "how long an act goes on; 0 for postures")] = 0.0
    visibility: Annotated[float, _plain(1, 0, 1, "1", "how far the rival sees it")] = 1.0
    prepares: Annotated[float, _plain(0, 0, 365, "days", "days of preparation from cold")] = 0.0
    deaths_per_act: Annotated[float, _plain(0, 0, 1e8, "deaths", "expected deaths per act")] = 0.0
    deaths_per_day: Annotated[float, _plain(0, 0, 1e7, "deaths/day", "expected deaths per day held")] = 0.0
    own_share: Annotated[float, _plain(0, 0, 10, "1", "own deaths as a share of those inflicted")] = 0.0
    danger: Annotated[float, _plain(0, 0, 10, "1", "weight with which nuclear caution counts")] = 0.0
    goldstein: Annotated[float, _plain(0, -10, 10, "1", "conflict score of Goldstein (1992)")] = 0.0
    source: Sources = "assumed"
    note: About = ""


def _mark(about: str) -> PlainNumber:
    return PlainNumber(Parameter(0, 0, 50, "rung", about), whole=True)


class LadderBlock(Block):
    """An escalation ladder."""

    name: Name
    title: Annotated[str, TextEntry(200)] = ""
    about: About = ""
    quiet: Annotated[int, _mark("highest rung that counts as quiet")]
    alert: Annotated[int, _mark("rung of alert and mobilisation")]
    force: Annotated[int, _mark("lowest rung at which force is used across the border")]
    war: Annotated[int, _mark("lowest rung that is war")]
    nuclear_use: Annotated[int, _mark("rung of nuclear use, or the number after the last rung where there is none")]
    rungs: Annotated[list[RungBlock], Field(min_length=3, max_length=50)]


def _exactly_two(countries: dict[str, Any]) -> dict[str, Any]:
    if len(countries) != 2:
        raise refusal("there must be exactly two countries", list(countries))
    return countries


class ScenarioBlock(Block):
    """A scenario: two governments, what starts their crisis, and the channels between them."""

    name: Annotated[str, NameEntry("name of the scenario")]
    title: Annotated[str | None, TextEntry(200)] = None
    about: About = ""
    note: About = ""
    kind: Annotated[str, Choice("kind of scenario", KINDS, "a crisis ends with its quiet; a rivalry goes on for years")] = (
        "crisis"
    )
    start: Annotated[datetime.date, DateEntry("day 0")]
    horizon_days: Annotated[float, _plain(120, 1, 36525, "days", "days simulated")] = 120.0
    step_hours: Annotated[float, PlainNumber(Parameter(6, 0, 24, "hours", "time step"), one_of=(3, 6, 12, 24))] = 6.0
    quiet_days: Annotated[float, _plain(7, 0.25, 365, "days", "quiet that ends a crisis")] = 7.0
    decision: Annotated[str, Choice("theory", tuple(THEORIES), "theory of decision")] = "quantal_response"
    ladder: Annotated[
        LadderBlock | str, OrText(LadderBlock, "name of a shipped ladder, or a file in the scenario's own folder")
    ] = "eleven_rungs"
    countries: Annotated[dict[Name, _Country], AfterValidator(_exactly_two)]
    model: ModelBlock = ModelBlock()
    channels: ChannelsBlock = ChannelsBlock()
    triggers: Annotated[list[TriggerBlock], Field(max_length=50), BeforeValidator(_empty_list)] = []
    armed_groups: Annotated[dict[Name, ArmedGroupBlock], Field(max_length=20), BeforeValidator(_empty_mapping)] = {}
    mediators: Annotated[dict[Name, MediatorBlock], Field(max_length=20), BeforeValidator(_empty_mapping)] = {}
    observed: ObservedBlock | None = None


_ProfileBlock = create_model("Profile", __base__=Block, __doc__="What a channel can do.", **_numbers(PROFILES["channel"]))


class PresetBlock(Block):
    """A shipped channel preset."""

    label: Label
    level: Annotated[str, Choice("level", LEVELS)]
    about: About = ""
    profile: _ProfileBlock


class PeriodBlock(Block):
    """State of a channel over some days."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    first: Annotated[datetime.date, DateEntry()] = Field(alias="from")
    last: Annotated[datetime.date, DateEntry()] | None = Field(alias="to")
    status: Status
    relationship: Annotated[Number, NumberEntry(RELATIONSHIP)]
    source: Sources
    conf: Confidence | None = None
    note: About = ""


class CalendarBlock(Block):
    """Which channel had which state when."""

    channels: dict[Name, list[PeriodBlock]]


FOCI = ("general", "nuclear", "kashmir", "trade", "people", "media")


def _shares_of_one(shares: dict[str, float]) -> dict[str, float]:
    if abs(sum(shares.values()) - 1.0) > 1e-6:
        raise refusal("the shares do not add up to 1", sum(shares.values()))
    return shares


class InitiativeBlock(Block):
    """A Track II initiative."""

    name: Label
    first: Annotated[datetime.date, DateEntry(year_ends="first")] = Field(alias="from")
    last: Annotated[datetime.date, DateEntry(year_ends="last")] | None = Field(alias="to")
    focus: Annotated[
        dict[Annotated[str, Choice("focus", FOCI)], Annotated[float, PlainNumber(Parameter(0.0, 0.0, 1.0, "1", "share"))]],
        AfterValidator(_shares_of_one),
    ]
    participants: Annotated[str, TextEntry(500)] = ""
    influence: Annotated[Number, NumberEntry(PROFILES["channel"]["influence"])]
    strength: Annotated[Number, NumberEntry(RELATIONSHIP)]
    sponsorship: Annotated[Number, NumberEntry(SPONSORSHIP)]
    source: Sources
    conf: Confidence
    note: About = ""


class TrackTwoBlock(Block):
    """The Track II initiatives."""

    initiatives: list[InitiativeBlock]


class SocietiesBlock(Block):
    """Outlets and groups that each country has by default."""

    outlets: dict[Name, OutletBlock]
    groups: dict[Name, GroupBlock]


_B = TypeVar("_B", bound=Block)


_WRONG_KINDS = {
    "model_type": "must be a mapping of keys to values",
    "dict_type": "must be a mapping of keys to values",
    "list_type": "must be a list",
    "bool_type": "must be true or false",
}


def checked(block: type[_B], document: Document) -> _B:
    """A document as a block; raises InputError about the first thing wrong with it."""
    try:
        return block.model_validate(document.content)
    except ValidationError as error:
        findings = Findings(document)
        found = [(details, _finding(block, details)) for details in error.errors(include_url=False)]
        misspelt = {(*finding.path[:-1], finding.suggestion) for _, finding in found if finding.suggestion}
        for details, finding in found:
            if details["type"] != "missing" or details["loc"] not in misspelt:
                findings.add(finding)
        raise findings.error() from None


def given(block: Block | None, section: Section) -> dict[str, Number]:
    """Numbers of the section that the document gave."""
    if block is None:
        return {}
    return {name: getattr(block, name) for name, _ in section if name in block.model_fields_set}


def _finding(block: type[Block], details: ErrorDetails) -> Finding:
    """A pydantic error in the words of this package."""
    path: KeyPath = details["loc"]
    kind, parts = details["type"], details.get("ctx", {})
    if kind == ENTRY:
        if path and path[-1] == "[key]":  # pydantic's mark for what is wrong with a key itself
            path = path[:-1]
        said: Refusal = parts[ENTRY]
        return Finding((*path, *said.below), said.problem, said.value, said.allowed, said.suggestion)
    if kind == "extra_forbidden":
        return _unknown_key(block, path)
    if kind == "missing":
        return Finding(path[:-1], f"required key '{path[-1]}' is missing")
    if kind == "too_long":
        limit = f"at most {parts['max_length']}, got {len(details['input'])}"
        return Finding(path, "too many entries", allowed=limit)
    if kind == "too_short":
        return Finding(path, "too few entries", allowed=f"at least {parts['min_length']}, got {len(details['input'])}")
    return Finding(path, _WRONG_KINDS.get(kind, details["msg"]), details["input"])


def _unknown_key(block: type[Block], path: KeyPath) -> Finding:
    key = str(path[-1])
    if key in SECTIONS and SECTIONS[key].scope == "shared" and path[0] == "countries":
        return Finding(path, "this section is not a country's", allowed=f"under model.{key}, for both countries alike")
    names = _keys_at(block, path[:-1])
    return Finding(path, "unknown key", allowed=listed(names) or "none", suggestion=nearest(key, names))


def _keys_at(block: Any, path: KeyPath) -> list[str]:
    """Known keys of the block that stands at `path` inside `block`."""
    annotation = block
    for part in path:
        annotation = _inside(annotation, part)
    return [field.alias or name for name, field in _bare(annotation).model_fields.items()]


def _inside(annotation: Any, part: str | int) -> Any:
    annotation = _bare(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Block):
        fields = {field.alias or name: field.annotation for name, field in annotation.model_fields.items()}
        return fields.get(str(part), annotation.member)
    return typing.get_args(annotation)[-1]


def _bare(annotation: Any) -> Any:
    """An annotation without its metadata and without None."""
    if typing.get_origin(annotation) is Annotated:
        return _bare(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        holders = [bare for bare in map(_bare, typing.get_args(annotation)) if _holds_entries(bare)]
        return holders[0] if holders else annotation
    return annotation


def _holds_entries(annotation: Any) -> bool:
    """Whether an annotation is that of a block, a mapping or a list."""
    is_block = isinstance(annotation, type) and issubclass(annotation, Block)
    return is_block or typing.get_origin(annotation) in (dict, list)


class _SchemaGenerator(GenerateJsonSchema):
    """Draft 2020-12, without the defaults that only say that nothing is given."""

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> dict[str, Any]:
        default = schema.get("default")
        if default is None or isinstance(default, BaseModel):
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)

    def nullable_schema(self, schema: core_schema.NullableSchema) -> dict[str, Any]:
        inner: CoreSchema = schema["schema"]
        return self.generate_inner(inner)


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a scenario file, for editors: every key with its description, unit, default and bounds."""
    return schema_of(ScenarioBlock, "Scenario of escalation-sim")


def schema_of(block: type[Block], title: str) -> dict[str, Any]:
    """The same of any kind of file that a block describes."""
    schema = block.model_json_schema(schema_generator=_SchemaGenerator, mode="validation")
    return {"$schema": GenerateJsonSchema.schema_dialect, **schema, "title": title}
