"""Who is answered: the newest, once, and after a death."""

from __future__ import annotations

import asyncio
import os
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import pandas as pd
import pytest
import xarray as xr

from escalation_sim.dashboard import tasks
from escalation_sim.dashboard.work import Latest, Wish, Workshop, yield_to_all
from escalation_sim.errors import InputError
from escalation_sim.runs import run


class Gate:
    """Jobs that wait until they are let through, and remember that they ran."""

    def __init__(self):
        self.open, self.ran = threading.Event(), []

    def job(self, name):
        self.ran.append(name)
        self.open.wait(5.0)
        return name


@pytest.fixture
def pool():
    with ThreadPoolExecutor(2) as threads:
        yield threads


def workshop(pool, workers=2):
    return Workshop(workers, lambda _: pool)


async def until(condition):
    while not condition():
        await asyncio.sleep(0.001)


def test_what_has_not_begun_is_dropped_and_the_newest_is_answered(pool):
    async def scene():
        shop, gate, latest, answered = workshop(pool, 1), Gate(), Latest(), []

        async def ask(name):
            answered.append(await shop.done(gate.job, name))

        latest.ask(lambda: ask("first"))
        await until(lambda: gate.ran)
        for number in range(30):
            last = latest.ask(lambda number=number: ask(number))
            await asyncio.sleep(0)
        gate.open.set()
        await last
        return gate.ran, answered, shop.begun

    ran, answered, begun = asyncio.run(scene())
    assert answered == [29]
    assert ran == ["first", 29]
    assert begun == 2


def test_no_more_jobs_are_handed_out_than_there_are_workers(pool):
    async def scene():
        shop, gate = workshop(pool, 2), Gate()
        asked = [asyncio.create_task(shop.done(gate.job, number)) for number in range(6)]
        await until(lambda: len(gate.ran) == 2)
        begun = shop.begun
        for one in asked[:2]:
            one.cancel()  # their places are given on when they are done, not before
        await asyncio.sleep(0.01)
        still = shop.begun
        gate.open.set()
        await asyncio.gather(*asked[2:])
        return begun, still

    assert asyncio.run(scene()) == (2, 2)


def test_runs_that_two_ask_for_are_computed_once_and_kept(pool, short, monkeypatch):
    calls, done = [], tasks.part_ran
    monkeypatch.setattr(tasks, "part_ran", lambda part: calls.append(part.seed) or done(part))

    async def scene():
        shop = workshop(pool)
        both = await asyncio.gather(shop.result(short, 8, 1), shop.result(short, 8, 1))
        return [*both, await shop.result(short, 8, 1), await shop.result(short, 8, 2)]

    first, second, third, other = asyncio.run(scene())
    assert first is second is third
    assert other.seed == 2
    assert calls == [1, 2]


def test_runs_shared_among_workers_are_those_of_one(pool, short):
    result = asyncio.run(workshop(pool).result(short, 700, 3))
    whole = run(short, 700, 3)
    pd.testing.assert_frame_equal(result.outcomes, whole.outcomes)
    xr.testing.assert_identical(result.fan, whole.fan)


def test_both_workers_have_a_share_of_the_runs(pool, short, monkeypatch):
    shares = []
    done = tasks.part_ran
    monkeypatch.setattr(tasks, "part_ran", lambda part: shares.append(len(part.numbers)) or done(part))
    asyncio.run(workshop(pool).result(short, 1100, 3))
    assert sorted(shares) == [550, 550]


def test_one_who_gives_up_does_not_spoil_it_for_the_other(pool, short, monkeypatch):
    gate, done = Gate(), tasks.part_ran
    monkeypatch.setattr(tasks, "part_ran", lambda part: gate.job("runs") and done(part))

    async def scene():
        shop = workshop(pool)
        first, second = (asyncio.create_task(shop.result(short, 8, 1)) for _ in range(2))
        await until(lambda: gate.ran)
        first.cancel()
        await asyncio.sleep(0)
        gate.open.set()
        return await second

    assert len(asyncio.run(scene()).outcomes) == 8


class Mortal(ThreadPoolExecutor):
    """Worker processes that die under the first jobs."""

    def __init__(self, deaths):
        super().__init__(1)
        self.deaths = deaths

    def submit(self, function, *given):
        if self.deaths:
            self.deaths -= 1
            broken = Future()
            broken.set_exception(BrokenProcessPool("killed"))
            return broken
        return super().submit(function, *given)


def test_a_job_whose_worker_died_is_begun_again():
    with Mortal(2) as pool:
        assert asyncio.run(workshop(pool, 1).done(abs, -3)) == 3


def test_a_page_that_closes_starts_no_new_workers():
    class Dying(Future):
        def submit(self, *_):
            return self

        def shutdown(self, **_):
            self.set_exception(BrokenProcessPool("shut down"))

    async def scene():
        dying = Dying()
        shop = Workshop(1, lambda _: dying)
        waits = [asyncio.create_task(shop.done(abs, -number)) for number in range(3)]
        await until(lambda: shop.begun)
        shop.close()
        await asyncio.wait(waits)
        return shop.begun, [one.cancelled() for one in waits]

    assert asyncio.run(scene()) == (1, [True, True, True])


def test_workers_that_keep_dying_are_given_up():
    with Mortal(99) as pool, pytest.raises(BrokenProcessPool):
        asyncio.run(workshop(pool, 1).done(abs, -3))


def test_a_long_job_goes_in_pieces_lets_others_in_between_and_can_be_dropped(pool):
    async def scene():
        shop, told, latest, found = workshop(pool, 1), [], Latest(), []

        async def long():
            found.append(await shop.pieces(abs, [(-number,) for number in range(1000)], lambda *now: told.append(now)))

        task = latest.ask(long)
        await until(lambda: len(told) > 3)
        between = await shop.done(abs, -7)
        latest.drop()
        with pytest.raises(asyncio.CancelledError):
            await task
        return between, told, found

    between, told, found = asyncio.run(scene())
    assert between == 7
    assert told[0] == (0, 1000)
    assert len(told) < 1000
    assert found == []


def test_a_failure_of_the_program_is_told():
    async def scene():
        told = []

        async def fails():
            raise ZeroDivisionError("oh")

        task = Latest(told.append).ask(fails)
        await asyncio.wait([task])
        await asyncio.sleep(0)
        return told

    assert [type(error) for error in asyncio.run(scene())] == [ZeroDivisionError]


def looking_ahead(pool, idle):
    return Workshop(1, lambda _: pool, lambda _: idle)


def test_what_was_computed_ahead_is_there_when_it_is_asked_for_and_is_the_same(pool, short):
    async def scene():
        shop = looking_ahead(pool, pool)
        shop.look_ahead([Wish(lambda: short, 700, seed) for seed in (3, 4)])
        await until(lambda: len(shop._kept) == 2)
        return await shop.result(short, 700, 3), shop.begun

    found, begun = asyncio.run(scene())
    pd.testing.assert_frame_equal(found.outcomes, run(short, 700, 3).outcomes)
    assert begun == 0


def test_new_wishes_take_the_place_of_those_not_begun_and_what_cannot_be_made_is_passed_over(pool, short, monkeypatch):
    gate, done = Gate(), tasks.ran
    monkeypatch.setattr(tasks, "ran", lambda scenario, runs, seed: gate.job(seed) and done(scenario, runs, seed))

    def impossible():
        raise InputError("no")

    async def scene():
        shop = looking_ahead(pool, pool)
        shop.look_ahead([Wish(lambda: short, 8, seed) for seed in (1, 2, 3)])
        await until(lambda: gate.ran)
        shop.look_ahead([Wish(impossible, 8, 4), Wish(lambda: short, 8, 1), Wish(lambda: short, 8, 5)])
        gate.open.set()
        await until(lambda: len(shop._kept) == 2)

    asyncio.run(scene())
    assert gate.ran == [1, 5]


def test_nothing_is_computed_ahead_where_it_is_not_wanted_and_dead_helpers_do_no_harm(pool, short):
    async def scene(shop):
        shop.look_ahead([Wish(lambda: short, 8, 1), Wish(lambda: short, 8, 2)])
        await asyncio.sleep(0.02)
        return len((await shop.result(short, 8, 1)).outcomes), shop.begun

    assert asyncio.run(scene(workshop(pool))) == (8, 1)
    with Mortal(99) as dead:
        assert asyncio.run(scene(looking_ahead(pool, dead))) == (8, 1)
    assert dead.deaths == 98, "who has died once is not asked again"


def test_what_is_being_computed_ahead_is_not_begun_again(pool, short, monkeypatch):
    gate, done = Gate(), tasks.ran
    monkeypatch.setattr(tasks, "ran", lambda scenario, runs, seed: gate.job(seed) and done(scenario, runs, seed))

    async def scene():
        shop = Workshop(2, lambda _: pool, lambda _: pool)
        shop.look_ahead([Wish(lambda: short, 8, 1)])
        await until(lambda: gate.ran)
        shop.look_ahead([Wish(lambda: short, 8, seed) for seed in (1, 5)])
        await until(lambda: len(gate.ran) == 2)
        gate.open.set()
        await until(lambda: len(shop._kept) == 2)

    asyncio.run(scene())
    assert gate.ran == [1, 5]


def test_idle_workers_let_everybody_else_go_first():
    from loky import ProcessPoolExecutor

    with ProcessPoolExecutor(1, initializer=yield_to_all) as pool:
        assert pool.submit(os.nice, 0).result() == 19
