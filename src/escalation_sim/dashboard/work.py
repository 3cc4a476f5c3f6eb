"""Who computes what and when: worker processes that all tabs share, newest request first to be answered, results kept.

A job that has begun is not torn out of its process; its answer is dropped, and its place is given on when it is done. Jobs that have
not begun are forgotten as soon as nobody waits for them.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
from collections import OrderedDict, deque
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from escalation_sim.dashboard import tasks
from escalation_sim.errors import InputError
from escalation_sim.runs import joined, parts_of

if TYPE_CHECKING:
    from escalation_sim.results import Result
    from escalation_sim.scenario import Scenario

__all__ = ["Latest", "Wish", "Workshop", "idle_pool"]

T = TypeVar("T")

_RESULTS_KEPT = 48
_ATTEMPTS = 3
_IDLE = 3600  # seconds after which a worker process without work ends, so that none is left for good where the page was killed


def loky_pool(workers: int) -> Any:
    """Worker processes that stay; the same ones as long as they live, new ones when they have died."""
    from loky import get_reusable_executor

    return get_reusable_executor(max_workers=workers, timeout=_IDLE)


def idle_pool(workers: int) -> Any:
    """Worker processes that work only while nobody else on the machine wants to."""
    from loky import ProcessPoolExecutor

    return ProcessPoolExecutor(max_workers=workers, timeout=_IDLE, initializer=yield_to_all)


def yield_to_all() -> None:
    """Let every other process on the machine go first, as far as the system knows how to."""
    os.nice(19)
    if hasattr(os, "SCHED_IDLE"):
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


class Workshop:
    """Worker processes and the results they have given.

    Parameters
    ----------
    workers : processes.
    pool : from a number of workers to an executor as loky's; asked again whenever something is handed out.
    idle : the same for what is computed ahead, asked once; None: nothing is.
    """

    def __init__(
        self, workers: int = 2, pool: Callable[[int], Any] = loky_pool, idle: Callable[[int], Any] | None = None
    ) -> None:
        self.workers = workers
        self._pool, self._idle = pool, idle
        self._idle_workers: Any = None
        self._wishes: deque[Wish] = deque()
        self._ahead: dict[str, asyncio.Task[None]] = {}
        self._places = asyncio.Semaphore(workers)
        self._kept: OrderedDict[str, Result] = OrderedDict()
        self._under_way: dict[str, asyncio.Task[Result]] = {}
        self._waiting: dict[str, int] = {}
        self._closed = False
        self.begun = 0

    async def done(self, function: Callable[..., T], *given: Any) -> T:
        """What a function gives, computed in a worker process. One that dies is replaced and the job begun again, a few times."""
        for attempt in range(_ATTEMPTS):
            try:
                return await self._once(function, *given)
            except BrokenProcessPool:
                if attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")

    async def _once(self, function: Callable[..., T], *given: Any) -> T:
        await self._places.acquire()
        loop = asyncio.get_running_loop()
        try:
            if self._closed:  # to ask for the pool again would start new processes
                raise asyncio.CancelledError
            self.begun += 1
            future: Future[T] = self._pool(self.workers).submit(function, *given)
        except BaseException:
            self._places.release()
            raise
        future.add_done_callback(lambda _: call_soon(loop, self._places.release))
        return await asyncio.wrap_future(future)

    async def result(self, scenario: Scenario, runs: int, seed: int) -> Result:
        """Runs of a scenario, shared among the workers and computed once however many ask; forgotten before it is begun if nobody waits any more."""
        key = key_of(scenario, runs, seed)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        if key not in self._under_way:
            self._under_way[key] = asyncio.create_task(self._computed(key, scenario, runs, seed))
        task = self._under_way[key]
        self._waiting[key] = self._waiting.get(key, 0) + 1
        try:
            return await asyncio.shield(task)
        finally:
            self._waiting[key] -= 1
            if not self._waiting[key]:
                del self._waiting[key]
                if not task.done():
                    task.cancel()
                    self._under_way.pop(key, None)

    async def _computed(self, key: str, scenario: Scenario, runs: int, seed: int) -> Result:
        try:
            parts = parts_of(scenario, runs, seed, self.workers)
            ledgers = await asyncio.gather(*(self.done(tasks.part_ran, part) for part in parts))
            return self._keep(key, joined(parts, ledgers))
        finally:
            if self._under_way.get(key) is asyncio.current_task():
                del self._under_way[key]

    def _keep(self, key: str, found: Result) -> Result:
        self._kept[key] = found
        while len(self._kept) > _RESULTS_KEPT:
            self._kept.popitem(last=False)
        return found

    def look_ahead(self, wishes: Sequence[Wish]) -> None:
        """Compute what is likely to be asked for next, while there is nothing else to do. Earlier wishes that nobody has begun with are forgotten."""
        self._wishes = deque(wishes)
        self._grant()

    def _grant(self) -> None:
        """Begin with wishes as long as a worker is free for them."""
        while self._idle is not None and self._wishes and len(self._ahead) < self.workers and not self._closed:
            wish = self._wishes.popleft()
            try:
                scenario = wish.scenario()
            except InputError:  # a change that cannot be made is said when somebody makes it
                continue
            key = key_of(scenario, wish.runs, wish.seed)
            if key not in self._kept and key not in self._under_way and key not in self._ahead:
                self._ahead[key] = asyncio.get_running_loop().create_task(self._granted(key, scenario, wish))

    async def _granted(self, key: str, scenario: Scenario, wish: Wish) -> None:
        try:
            if self._idle_workers is None and self._idle is not None:
                self._idle_workers = self._idle(self.workers)
            self._keep(key, await asyncio.wrap_future(self._idle_workers.submit(tasks.ran, scenario, wish.runs, wish.seed)))
        except (BrokenProcessPool, RuntimeError):  # killed or closed: whoever asks is answered by the others
            self._idle = None
        finally:
            self._ahead.pop(key, None)
            self._grant()

    async def pieces(
        self, function: Callable[..., T], given: Sequence[tuple[Any, ...]], told: Callable[[int, int], None]
    ) -> list[T]:
        """A long piece of work cut into short ones, one after the other, so that others come in between; `told` hears (done, all)."""
        found = []
        for number, piece in enumerate(given):
            told(number, len(given))
            found.append(await self.done(function, *piece))
        told(len(given), len(given))
        return found

    def warm(self, scenario: Scenario) -> None:
        """Start the processes and let them load what they need."""
        for _ in range(self.workers):
            self._pool(self.workers).submit(tasks.warm, scenario)

    def close(self) -> None:
        """End the processes, and whatever they are at; what is asked for from now on is dropped."""
        self._closed = True
        self._pool(self.workers).shutdown(wait=True, kill_workers=True)
        if self._idle_workers is not None:
            self._idle_workers.shutdown(wait=True, kill_workers=True)


def key_of(scenario: Scenario, runs: int, seed: int) -> str:
    """What tells runs of a scenario from others."""
    return json.dumps([scenario.document, runs, seed])


def call_soon(loop: asyncio.AbstractEventLoop, function: Callable[[], None]) -> None:
    """Call in the loop, if it still runs."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(function)


@dataclass(frozen=True)
class Wish:
    """What is likely to be asked for; the scenario is made when there is time for it."""

    scenario: Callable[[], Scenario]
    runs: int
    seed: int


class Latest:
    """Of many requests only the newest is answered: one of these for everything that shows one thing at a time.

    `failed` is called with what went wrong where work failed.
    """

    def __init__(self, failed: Callable[[BaseException], None] = lambda _: None) -> None:
        self.failed = failed
        self._task: asyncio.Task[None] | None = None

    def ask(self, work: Callable[[], Coroutine[Any, Any, None]]) -> asyncio.Task[None]:
        """Drop what was asked before, and begin this."""
        self.drop()
        self._task = asyncio.get_running_loop().create_task(work())
        self._task.add_done_callback(self._told)
        return self._task

    def _told(self, task: asyncio.Task[None]) -> None:
        """A failure of the program itself must not pass unseen."""
        if not task.cancelled() and (error := task.exception()) is not None:
            logging.getLogger(__name__).error("work for the page failed", exc_info=error)
            self.failed(error)

    def drop(self) -> None:
        """Drop what was asked."""
        if self._task is not None and not self._task.done():
            self._task.cancel()

    @property
    def is_busy(self) -> bool:
        """Whether something is being worked at."""
        return self._task is not None and not self._task.done()
