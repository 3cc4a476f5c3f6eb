"""What is on screen: address bar, switches, sliders."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escalation_sim.dashboard.view import (
    CLOSED,
    OPEN,
    SET_UP,
    STATES,
    SUSPENDED,
    Switch,
    View,
    is_on,
    sliders_of,
    switch_as_it_was,
    turned,
)
from escalation_sim.errors import InputError

NAMES = st.sampled_from(["back_channel", "track_two", "dgmo_hotline"])
SWITCHES = st.builds(Switch, st.sampled_from([OPEN, SET_UP, SUSPENDED]), st.integers(0, 20).map(lambda steps: steps / 20))


@given(
    switches=st.dictionaries(NAMES, SWITCHES | st.just(Switch(CLOSED))),
    values=st.dictionaries(st.sampled_from(["media", "deaths", "resolve.india"]), st.integers(0, 100).map(lambda n: n / 50)),
    decision=st.none() | st.sampled_from(["prospect", "spiral"]),
    seed=st.integers(0, 2**63 - 1),
    runs=st.integers(2, 20_000),
    as_of=st.none() | st.just("2004-06-01"),
    page=st.sampled_from(["crisis", "run", "calendar", "causes"]),
)
def test_an_address_gives_back_the_view_it_was_made_from(switches, values, decision, seed, runs, as_of, page):
    view = View("pahalgam-2025", as_of, switches, values, decision, seed, runs, page=page)
    assert View.from_query(view.to_query(), "another") == view


def test_an_untouched_view_leaves_the_scenario_as_it_was(pahalgam):
    assert View("pahalgam-2025").changed(pahalgam) == pahalgam
    assert not View("pahalgam-2025").is_changed


def test_a_switch_does_what_the_command_line_does(pahalgam):
    view = View("x").switched("back_channel", Switch(OPEN, 0.3)).switched("dgmo_hotline", Switch(CLOSED))
    assert view.changed(pahalgam) == pahalgam.open("back_channel", 0.3).close("dgmo_hotline")


def test_every_state_of_a_channel_is_read_back_as_what_was_switched(pahalgam):
    for state in STATES:
        switch = Switch(state, 0.0 if state == CLOSED else 0.4)
        changed = View("x").switched("back_channel", switch).changed(pahalgam)
        channel = next(channel for channel in changed.channels if channel.name == "back_channel")
        assert switch_as_it_was(channel) == switch


def test_sliders_begin_where_the_scenario_stands(pahalgam):
    found = {slider.name: slider for slider in sliders_of(pahalgam)}
    assert found["resolve.india"].value == 1.85
    assert found["deaths"].value == 26.0
    for slider in found.values():
        assert slider.low <= slider.value <= slider.high


@settings(max_examples=20)
@given(moved=st.floats(0.0, 1.0))
def test_the_media_slider_moves_the_mean_of_all_outlets_to_its_value(pahalgam, moved):
    slider = next(slider for slider in sliders_of(pahalgam) if slider.name == "media")
    levels = slider.entries(moved)
    audience = {
        f"countries.{country.name}.outlets.{outlet.name}.hostility": outlet.profile["audience"].value
        for country in pahalgam.countries
        for outlet in country.outlets
    }
    mean = sum(audience[path] * level for path, level in levels.items()) / sum(audience.values())
    assert mean == pytest.approx(moved, abs=1e-5)
    assert all(0.0 <= level <= 1.0 for level in levels.values())


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("runs=1", "runs: out of range, got 1; allowed: a whole number from 2 to 20,000"),
        ("seed=-1", "seed: not a whole number"),
        ("channel.x=opn", "did you mean 'open'"),
        ("channel.x=open:1.5", "out of range, got 1.5; allowed: 0 to 1"),
        ("set.media=nan", "not a number"),
        ("decision=prospct", "did you mean 'prospect'"),
        ("sceanrio=x", "did you mean 'scenario'"),
        ("page=../../etc", "unknown name"),
    ],
)
def test_a_bad_address_is_answered_in_one_line(query, words):
    with pytest.raises(InputError, match=r"^[^\n]*$") as caught:
        View.from_query(query, "x")
    assert words in str(caught.value)


def test_a_slider_beyond_its_end_is_refused(pahalgam):
    with pytest.raises(InputError, match=r"out of range, got 5\.0; allowed: 0 to 3"):
        View("x").moved("resolve.india", 5.0).changed(pahalgam)


def test_a_switch_away_are_the_views_that_clicks_on_the_switches_lead_to(pahalgam):
    view = View("pahalgam-2025").switched("back_channel", Switch(OPEN, 0.5))
    states = {channel.name: switch_as_it_was(channel).state for channel in pahalgam.channels}
    away = dict(zip(states, view.a_switch_away(pahalgam), strict=True))
    assert away["back_channel"] == View("pahalgam-2025"), "back to what it was"
    for name, state in states.items():
        if name != "back_channel":
            assert set(away[name].switches) == {"back_channel", name}
            assert (away[name].switches[name].state == CLOSED) == (state in (OPEN, SET_UP))


def test_a_suspended_channel_is_off_until_the_reader_says_how_it_stands():
    was = Switch(SUSPENDED, 0.3)
    assert not is_on(was, None)
    assert is_on(was, Switch(SUSPENDED, 0.4))
    assert turned(was, True) == Switch(OPEN, 0.3)
    assert turned(was, False) is None
    assert turned(Switch(OPEN, 0.3), False) == Switch(CLOSED)
    assert turned(Switch(OPEN, 0.3), True) is None
