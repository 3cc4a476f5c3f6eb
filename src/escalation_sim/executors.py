"""Where pieces of work are done: here, in processes of this machine, or on a Dask cluster, always through `concurrent.futures.Executor`.

A piece computes from what it carries alone, so that it may be computed anywhere, and again. What comes back comes in order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from typing import Any, Protocol, TypeVar

from escalation_sim.errors import InputError

__all__ = ["Crew", "DaskCluster", "Here", "Piece", "Processes", "crew_of", "done_in_order"]

Done = TypeVar("Done", covariant=True)

_ATTEMPTS = 3  # at a piece whose worker died
_AHEAD = 2  # pieces a worker has before it, so that it never waits
_SECONDS_TO_CONNECT = 20


class Piece(Protocol[Done]):
    """Something to be computed, here or elsewhere; it has to survive being pickled."""

    def done(self) -> Done:
        """What comes of it."""


class Crew(Protocol):
    """Those who compute."""

    def executor(self) -> Executor | None:
        """Where to submit now; a new one where the last one broke. None: compute here."""

    @property
    def width(self) -> int:
        """How many pieces are computed at a time."""


class Here:
    """This process."""

    width = 1

    def executor(self) -> None:
        """None: nothing is submitted."""
        return


class Processes:
    """Worker processes of this machine.

    Parameters
    ----------
    workers : how many, 1 or more.
    """

    def __init__(self, workers: int) -> None:
        self.width = workers

    def executor(self) -> Executor:
        """The pool of all such work in this process; a broken one is replaced (the standard pool stays broken)."""
        from loky import get_reusable_executor

        pool: Executor = get_reusable_executor(max_workers=self.width)
        return pool


class DaskCluster:
    """Workers of a Dask cluster. Dask itself begins a piece again whose worker was lost.

    Parameters
    ----------
    address : of its scheduler, as in "tcp://127.0.0.1:8786", or a `distributed.Client`.

    Raises
    ------
    InputError : Dask is not installed, nobody answers at the address, or the cluster has no workers.
    """

    def __init__(self, address: Any) -> None:
        self._own = isinstance(address, str)
        self._client = client_at(address) if self._own else address
        self._executor: Executor = self._client.get_executor(retries=_ATTEMPTS, pure=False)
        cores: dict[str, int] = self._client.ncores()
        if not cores:
            raise InputError("the cluster has no workers", key="--dask", value=str(address))
        self.width = sum(cores.values())

    def __enter__(self) -> DaskCluster:
        return self

    def __exit__(self, *_: object) -> None:
        if self._own:
            self._client.close()

    def executor(self) -> Executor:
        """The client's."""
        return self._executor


def client_at(address: str) -> Any:
    """A client of the scheduler at an address; raises InputError."""
    try:
        from distributed import Client
    except ImportError:
        raise InputError(
            "Dask is not installed", key="--dask", value=address, allowed="after: pip install 'escalation-sim[dask]'"
        ) from None
    try:
        return Client(address, timeout=_SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise InputError(
            f"no Dask scheduler answers ({type(error).__name__})", key="--dask", value=address, allowed="tcp://HOST:PORT"
        ) from error


def crew_of(workers: int | Crew) -> Crew:
    """Who computes with so many workers; a crew is one already."""
    if not isinstance(workers, int):
        return workers
    return Here() if workers == 1 else Processes(workers)


def done_in_order(pieces: Sequence[tuple[int, Piece[Done]]], crew: Crew) -> Iterator[tuple[int, Done]]:
    """Every piece's number and what came of it, in order.

    A few pieces are under way at a time; one whose worker died is begun again. What a piece raises is raised here.

    Raises
    ------
    InputError : workers keep dying.
    """
    if crew.executor() is None:
        yield from ((number, piece.done()) for number, piece in pieces)
    else:
        yield from done_elsewhere(pieces, crew)


def done_elsewhere(pieces: Sequence[tuple[int, Piece[Done]]], crew: Crew) -> Iterator[tuple[int, Done]]:
    """Pieces computed by others, in order."""
    todo = deque(pieces)
    under_way: deque[tuple[int, Piece[Done], Future[Done]]] = deque()
    deaths = 0
    try:
        while todo or under_way:
            try:
                while todo and len(under_way) < _AHEAD * crew.width:
                    number, piece = todo[0]
                    under_way.append((number, piece, submitted(piece, crew)))
                    todo.popleft()
                number, _, future = under_way[0]
                result = future.result()
            except Exception as error:
                if not is_death(error):
                    raise
                deaths += 1
                if deaths == _ATTEMPTS:
                    raise too_many_deaths(crew) from error
                todo.extendleft((number, piece) for number, piece, _ in reversed(under_way))
                under_way.clear()
                continue
            under_way.popleft()
            deaths = 0
            yield number, result
    finally:  # nobody waits for the rest after an error or an interrupt
        for *_, future in under_way:
            future.cancel()


def submitted(piece: Piece[Done], crew: Crew) -> Future[Done]:
    """A piece on its way."""
    executor = crew.executor()
    assert executor is not None
    return executor.submit(piece.done)


def is_death(error: Exception) -> bool:
    """Whether an error says that a worker was lost, and nothing about the piece. Dask has a name of its own for it."""
    return isinstance(error, BrokenExecutor) or type(error).__name__ == "KilledWorker"


def too_many_deaths(crew: Crew) -> InputError:
    """What is said when workers keep dying."""
    return InputError(
        "worker processes keep dying (killed, or out of memory?)", key="workers", value=crew.width, allowed="fewer workers"
    )
