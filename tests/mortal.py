"""A piece of work whose worker dies; by itself, so that the next worker has nothing else to load."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Mortal:
    """Number 1 kills its worker as long as the file holds fewer marks than the deaths wanted; any other is done at once."""

    marks: Path
    deaths: int
    number: int

    def done(self) -> int:
        marks = self.marks.read_text() if self.marks.exists() else ""
        if self.number == 1 and len(marks) < self.deaths:
            self.marks.write_text(marks + "x")
            os.kill(os.getpid(), signal.SIGKILL)
        return self.number
