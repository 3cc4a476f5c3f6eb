"""What one moment of a run looks like, as HTML; every text in it is escaped."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from escalation_sim.analysis.playback import REASONS, Playback, Reason

__all__ = ["country_card", "events_list", "lines_card", "reasons_card"]

_COLOURS = {
    "grievance": "#D55E00",
    "threat": "#8C6D46",
    "pressure": "#CC79A7",
    "disposition": "#999999",
    "cost": "#0072B2",
    "fear": "#222222",
    "ties": "#009E73",
    "weariness": "#56B4E9",
    "deal": "#F0E442",
    "inertia": "#7B6FB0",
}
_LEAST = 0.05
_MOST_EVENTS = 60


def country_card(playback: Playback, place: int, step: int) -> str:
    """Where a country stands: rung, what it prepares, public mood, deaths."""
    paths = playback.paths
    rung, order = int(paths["posture"][step, place]), int(paths["order"][step, place])
    preparing = f"prepares: {playback.rungs[order]}" if order > 0 else "no order is being prepared"
    meters = (
        ("public pressure", paths["pressure"][step, place]),
        ("hostile media", paths["climate"][step, place]),
        ("voice of civil society", playback.voice[step, place]),
    )
    return (
        f"<h3>{escape(playback.countries[place])}</h3><div class='rung'>{escape(sentence(playback.rungs[rung]))}</div>"
        f"<div class='small'>{escape(preparing)}</div>"
        + "".join(meter(label, float(value)) for label, value in meters)
        + f"<div class='small' style='margin-top:6px'>deaths so far: <b>{paths['deaths'][step, place]:,.0f}</b></div>"
    )


def meter(label: str, value: float) -> str:
    """A bar from 0 to 1 with its name and number."""
    share = min(max(value, 0.0), 1.0)
    return (
        f"<div style='display:flex;justify-content:space-between;margin-top:7px' class='small'><span>{escape(label)}</span>"
        f"<span class='number'>{value:.2f}</span></div><div class='meter'><div style='width:{100.0 * share:.0f}%'></div></div>"
    )


def lines_card(playback: Playback, step: int) -> str:
    """Who talks to whom on which channel."""
    rows = "".join(line(*line_state(playback, place, step), label) for place, label in enumerate(playback.channels))
    stop = "A cease-fire is in force." if playback.paths["cease_fire"][step] > 0 else ""
    third = "A third party is at work." if (playback.paths["engaged"][step] > 0).any() else ""
    told = " ".join(part for part in (stop, third) if part)
    return f"<h3>Lines between them</h3>{rows}<div class='small' style='margin-top:8px'><b>{escape(told)}</b></div>"


def line_state(playback: Playback, place: int, step: int) -> tuple[str, str]:
    """Sign and words for what a channel is doing."""
    paths = playback.paths
    status = paths["status"][step, place]
    if paths["leak"][step, place] > 0:
        return "⚠", "exposed to the public"
    if status == 0.0:
        return "✕", "closed"
    if status == 1.0:
        return "‖", "suspended"
    if paths["rescued"][step, place] > 0:
        return "●", "carries a message that failed elsewhere"
    if paths["unanswered"][step, place] > 0:
        return "○", "nobody answers"
    if paths["in_use"][step, place] > 0:
        return "●", "they talk"
    return "○", "open, silent"


def line(sign: str, words: str, label: str) -> str:
    """A row for a channel."""
    silent = "" if sign == "●" else " silent"
    weight = "600" if sign == "●" else "400"
    return (
        f"<div class='line{silent}'><span aria-hidden='true'>{sign}</span><span style='font-weight:{weight}'>{escape(label)}"
        f"<br><span class='small'>{escape(words)}</span></span></div>"
    )


def events_list(playback: Playback, step: int) -> str:
    """What has happened, the latest first; what happens in this step stands out."""
    happened = playback.until(step)[::-1][:_MOST_EVENTS]
    if not happened:
        return "<p class='small'>Nothing has happened yet.</p>"
    return "".join(
        f"<p{' class=now' if moment.step == step else ''}><span class='small'>{escape(moment.date)}</span> {escape(moment.words)}</p>"
        for moment in happened
    )


def reasons_card(playback: Playback, place: int, step: int) -> str:
    """The last decision of a country: what spoke for it and against it, as stacked bars on one scale, and in numbers."""
    name = playback.countries[place]
    reason = playback.decision(place, step)
    if reason is None:
        return f"<h3>{escape(name)}</h3><p class='small'>It has not changed its mind yet.</p>"
    head = f"wanted “{playback.rungs[reason.wanted]}” rather than “{playback.rungs[reason.before]}”"
    when = playback.when(reason.step - 1)
    for_it = {term: size for term, size in ordered(reason).items() if size >= _LEAST}
    against = {term: -size for term, size in ordered(reason).items() if size <= -_LEAST}
    scale = max(sum(for_it.values()), sum(against.values()), 1e-9)
    return (
        f"<h3>{escape(name)}</h3><p style='margin:0'>{escape(head)}</p><p class='small' style='margin:0 0 6px'>{escape(when)}</p>"
        + stacked("for it", for_it, scale)
        + stacked("against it", against, scale)
    )


def ordered(reason: Reason) -> Mapping[str, float]:
    """Terms from the largest to the smallest."""
    return dict(sorted(reason.terms.items(), key=lambda item: -abs(item[1])))


def stacked(label: str, terms: Mapping[str, float], scale: float) -> str:
    """A stacked bar, and its parts with names and numbers."""
    total = sum(terms.values())
    parts = "".join(
        f"<div style='width:{100.0 * size / scale:.1f}%;background:{_COLOURS.get(term, '#777')};border-right:2px solid #fff'></div>"
        for term, size in terms.items()
    )
    named = "".join(
        f"<span style='white-space:nowrap;margin-right:12px'><span aria-hidden='true' style='display:inline-block;width:11px;height:11px;"
        f"background:{_COLOURS.get(term, '#777')};margin-right:4px'></span>{escape(REASONS.get(term, term))} {size:.1f}</span>"
        for term, size in terms.items()
    )
    return (
        f"<div class='small'>{escape(label)}: <b>{total:.1f}</b></div><div style='display:flex;height:18px;background:#eeebe4' "
        f"aria-hidden='true'>{parts}</div><div style='font-size:13.5px;margin:2px 0 8px'>{named or 'nothing'}</div>"
    )


def sentence(text: str) -> str:
    """A text with its first letter large."""
    return text[:1].upper() + text[1:]
