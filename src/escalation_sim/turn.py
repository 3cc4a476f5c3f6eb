"""The order of a step, written once.

`TURN` is the table both drivers walk and from which the documentation is made. In a phase everyone reads the old values, then all
write (simultaneous update); the next phase sees what was written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from escalation_sim.parameters import Array, Values
from escalation_sim.rules import (
    aftermath,
    armed_groups,
    bargaining,
    cease_fire,
    channels,
    civil_society,
    government,
    grievance,
    leadership,
    local_fire,
    losses,
    media,
    mediation,
    military,
    nuclear_signalling,
    outreach,
    perception,
    public_opinion,
    trade,
    triggers,
    trust,
)

__all__ = ["DAYS_BETWEEN", "EVERY_DAY", "EVERY_STEP", "EVERY_YEAR", "TURN", "Phase", "Rule"]

Rule = Callable[[Values, Values, list[Array]], dict[str, Array]]

EVERY_STEP = "step"
EVERY_DAY = "1 day"
EVERY_YEAR = "1 year"

DAYS_BETWEEN = {EVERY_DAY: 1, EVERY_YEAR: 365}
"""Days from one call of a phase to the next; phases that are not here are called at every step."""


@dataclass(frozen=True)
class Phase:
    """One line of the table.

    Attributes
    ----------
    name : name of the phase, of its random streams, and of the method of the agents that act in it.
    who : kind of entity that acts (see `state.AXES`).
    rule : the rule.
    section : parameters the rule is given.
    reads : state read; "rival.x" is the other country's x and reaches the rule as `rival_x`.
    writes : state written, all owned by `who`.
    uniform, normal : names of the draws per member and call.
    by_rung : names among `uniform` of which there is one draw for each rung.
    every : "step", "1 day" or "1 year".
    """

    name: str
    who: str
    rule: Rule
    section: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    uniform: tuple[str, ...] = ()
    normal: tuple[str, ...] = ()
    by_rung: tuple[str, ...] = ()
    every: str = EVERY_STEP
    attributes: tuple[tuple[str, str, bool], ...] = field(init=False, repr=False)
    own: tuple[str, ...] = field(init=False, repr=False)
    rivals: tuple[tuple[str, str], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        split = tuple(
            ("rival_" + name.removeprefix("rival."), name.removeprefix("rival."), True)
            if name.startswith("rival.")
            else (name, name, False)
            for name in self.reads
        )
        object.__setattr__(self, "attributes", split)
        object.__setattr__(self, "own", tuple(name for name, _, rival in split if not rival))
        object.__setattr__(self, "rivals", tuple((name, source) for name, source, rival in split if rival))

    def is_due(self, step: int, steps_a_day: int) -> bool:
        """Whether the phase is called in a step (the first is 0)."""
        return self.every == EVERY_STEP or step % (DAYS_BETWEEN[self.every] * steps_a_day) == 0


TURN: tuple[Phase, ...] = (
    Phase(
        "sum_up_lines", "dyad", channels.lines, "channels",
        reads=("status", "in_use", "relationship", "leak", "answered", "unanswered", "unheard", "over"),
        writes=(
            "talking", "explains", "signals_explained", "implements", "intent_told", "intent_told_truly", "posture_shown", "groundwork",
            "contact", "reassurance", "trade_growth", "sobering", "exposures", "unheard",
        ),
    ),
    Phase(
        "change_leaders", "government", leadership.leadership, "leadership",
        reads=("temper", "liking"),
        writes=("temper", "liking", "new_leader"),
        uniform=("change", "liking"),
        normal=("temper",),
        by_rung=("liking",),
        every=EVERY_YEAR,
    ),
    Phase(
        "strike", "armed_group", armed_groups.strikes, "armed_groups",
        reads=("talks_near", "cease_fire", "talking"),
        writes=("strike_deaths",),
        uniform=("strikes", "deaths"),
    ),
    Phase(
        "suffer_attack", "government", triggers.attack_suffered, "triggers",
        reads=("trust", "talking", "explains", "strike_deaths"),
        writes=("attack_deaths", "attack_injury", "forced_posture", "goodwill"),
        uniform=("reading",),
    ),
    Phase(
        "cover", "outlet", media.coverage, "media",
        reads=("hostility", "falsehood", "salience", "climate", "falsehood_on_social_media", "sobering"),
        writes=("hostility", "falsehood"),
        uniform=("unrest",),
        every=EVERY_DAY,
    ),
    Phase(
        "speak", "group", civil_society.voice, "civil_society",
        reads=("voice", "contact", "climate", "salience"),
        writes=("voice",),
        uniform=("unrest",),
        every=EVERY_DAY,
    ),
    Phase(
        "follow_the_news", "public", public_opinion.news, "public_opinion",
        reads=("hostility", "falsehood", "voice"),
        writes=("climate", "falsehood_heard", "falsehood_on_social_media", "appeal"),
        every=EVERY_DAY,
    ),
    Phase(
        "form_opinion", "public", public_opinion.opinion, "public_opinion",
        reads=(
            "attack_injury", "rival.act_begun", "grievance_by_accident", "rival.posture", "posture", "arousal", "climate",
            "falsehood_heard", "appeal", "deaths_recent", "weariness", "pressure",
        ),
        writes=("arousal", "salience", "pressure", "weariness"),
    ),
    Phase(
        "reach_out", "government", outreach.outreach, "outreach",
        reads=("posture", "rival.posture", "order", "provocation", "willingness"),
        writes=("stress_felt", "urge", "calling"),
    ),
    Phase(
        "carry", "channel", channels.channel, "channels",
        reads=(
            "posture", "stress_felt", "calling", "urge", "price_of_publicity", "unheard", "engaged", "status", "in_use", "own_failure",
            "relationship", "set_up_left",
        ),
        writes=(
            "status", "in_use", "called", "answered", "unanswered", "rescued", "own_failure", "relationship", "set_up_left", "leak",
        ),
        uniform=("cut_reopened_or_exposed", "call"),
    ),
    Phase(
        "cultivate", "channel", channels.working_relationship, "channels",
        reads=("in_use", "relationship", "set_up_left"),
        writes=("relationship",),
        every=EVERY_DAY,
    ),
    Phase(
        "believe", "government", perception.believe, "perception",
        reads=(
            "belief", "belief_variance", "rival.posture", "rival.order", "rival.posture_wanted", "salience", "climate",
            "falsehood_heard", "talking", "intent_told", "intent_told_truly", "posture_shown", "signal_misread",
        ),
        writes=("belief", "belief_variance", "threat"),
        normal=("seen_and_told",),
    ),
    Phase(
        "resent", "government", grievance.resentment, "grievance",
        reads=(
            "grievance", "attack_injury", "rival.act_begun", "rival.posture", "rival.accident_misread", "deaths_recent",
            "posture", "act_begun", "deal_struck",
        ),
        writes=("grievance", "bitterness", "grievance_by_accident"),
    ),
    Phase(
        "change_mood", "government", government.mood, "government",
        reads=("mood",),
        writes=("mood",),
        normal=("mood",),
        every=EVERY_DAY,
    ),
    Phase(
        "choose_posture", "government", government.decision, "government",
        reads=(
            "threat", "grievance", "pressure", "commitment", "weariness", "trust", "trade", "over", "shadow", "cease_fire", "provocation", "temper",
            "mood", "liking", "posture_wanted", "motive_at_height", "posture", "attack_injury", "rival.act_begun", "rival.posture",
            "rival.nuclear_signal",
        ),
        writes=("posture_wanted", "commitment", "provocation", "shadow", "motive_at_height", "weary"),
    ),
    Phase(
        "signal", "government", nuclear_signalling.nuclear_signal, "nuclear_signalling",
        reads=("threat", "posture", "rival.posture"),
        writes=("nuclear_signal",),
        uniform=("signal",),
    ),
    Phase(
        "read_signal", "government", nuclear_signalling.signal_read, "nuclear_signalling",
        reads=("rival.nuclear_signal", "signals_explained"),
        writes=("signal_misread",),
        uniform=("misread",),
    ),
    Phase(
        "act", "military", military.act, "military",
        reads=("posture_wanted", "forced_posture", "rival.posture", "posture", "readiness", "tempo", "act_left", "explains"),
        writes=("posture", "readiness", "act_left", "act_begun", "order", "overshot", "accident", "accident_misread"),
        uniform=("autonomy", "accident"),
    ),
    Phase(
        "exchange_fire", "dyad", local_fire.local_fire, "local_fire",
        reads=("posture", "salience", "cease_fire", "excitement"),
        writes=("fire", "violations", "excitement"),
        uniform=("exchanges",),
    ),
    Phase(
        "mediate", "mediator", mediation.mediation, "mediation",
        reads=("posture", "threat", "shadow", "over", "engaged", "arrives_in"),
        writes=("engaged", "arrives_in"),
        uniform=("steps_in",),
    ),
    Phase(
        "weigh_a_deal", "government", bargaining.willingness, "bargaining",
        reads=("engaged", "groundwork", "weariness", "threat", "trust", "deaths_recent", "bitterness", "pressure", "disillusion"),
        writes=("willingness", "price_of_publicity"),
    ),
    Phase(
        "bargain", "dyad", bargaining.deal, "deals",
        reads=(
            "posture", "order", "cease_fire", "fought", "over", "excitement", "status", "in_use", "relationship", "willingness",
            "price_of_publicity", "deal_channel",
        ),
        writes=("talks_near", "fought", "deal_tried", "deal_struck", "deal_channel"),
        uniform=("talks",),
    ),
    Phase(
        "keep_cease_fire", "dyad", cease_fire.cease_fire, "cease_fire",
        reads=("act_begun", "posture", "attack_injury", "bitterness", "implements", "cease_fire", "deal_struck", "deal_age", "disillusion"),
        writes=("cease_fire", "deal_broken", "deal_age", "disillusion"),
        uniform=("breaking",),
    ),
    Phase(
        "count_losses", "public", losses.losses, "losses",
        reads=(
            "lethality", "act_begun", "posture", "rival.posture", "rival.act_begun", "fire", "attack_deaths", "deaths_recent",
            "deaths",
        ),
        writes=("deaths_in_step", "deaths", "deaths_recent"),
        uniform=("rounding",),
        normal=("deadliness",),
    ),
    Phase(
        "revise_trust", "government", trust.trust, "trust",
        reads=("trust", "reassurance", "goodwill", "exposures", "attack_injury", "rival.act_begun", "rival.posture", "grievance_by_accident", "deal_broken", "deal_struck"),
        writes=("trust",),
    ),
    Phase(
        "trade", "dyad", trade.trade, "trade",
        reads=("trade", "posture", "trade_growth"),
        writes=("trade",),
        every=EVERY_DAY,
    ),
    Phase(
        "come_to_rest", "dyad", aftermath.aftermath, "aftermath",
        reads=("posture", "order", "attack_injury", "calm_days"),
        writes=("calm_days", "over"),
    ),
)  # fmt: skip
