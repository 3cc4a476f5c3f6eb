"""From effects in many worlds, each known with an error, to a verdict about a claim.

A world is a set of the model's numbers under one theory of decision. In each the difference between two variants is known from a finite
number of paired runs. A claim says on which side of the smallest effect that matters the true difference lies. One world's interval answers
for that world; what share of the worlds is which, is estimated from all of them together, with chance taken out, because counting single
answers would count noise.

The distribution of true effects is estimated by maximum likelihood on a grid (Kiefer and Wolfowitz 1956, Koenker and Mizera 2014), by a number of
rounds of the EM algorithm that begins at the normal distribution of DerSimonian and Laird (1986): so it may be skewed or lumpy, which a
normal one may not, and few rounds keep it smooth. Its doubt comes from drawing sets of numbers again (bootstrap); the theories of a set stay together.
Pure functions of arrays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from escalation_sim.parameters import Array

__all__ = [
    "ANSWERS",
    "CONFIDENCE",
    "MAJORITY",
    "NO_EFFECT",
    "OPPOSITE",
    "SUPPORTED",
    "UNDECIDED",
    "WORDS",
    "Effects",
    "Findings",
    "Share",
    "answer_of_world",
    "findings_from",
    "margin",
    "on_the_edge",
    "steadied",
    "verdict_of_tests",
]

SUPPORTED, NO_EFFECT, OPPOSITE, UNDECIDED = "supported", "no effect", "opposite", "undecided"
WORDS = (SUPPORTED, NO_EFFECT, OPPOSITE)

ANSWERS: Mapping[str, tuple[str, str, str]] = {
    "lower": (SUPPORTED, NO_EFFECT, OPPOSITE),
    "higher": (OPPOSITE, NO_EFFECT, SUPPORTED),
    "same": (OPPOSITE, SUPPORTED, OPPOSITE),
    "not_lower": (OPPOSITE, SUPPORTED, SUPPORTED),
    "not_higher": (SUPPORTED, SUPPORTED, OPPOSITE),
}
"""For what a claim expects of the difference: the answer where it lies below minus the smallest effect that matters, within it, above it."""

CONFIDENCE_OF_WORLD = 0.90
"""Of the interval of one world: two one-sided tests at 5 % each (Schuirmann 1987)."""

CONFIDENCE = 0.95
"""Of the intervals of shares and means over worlds."""

MAJORITY = 2.0 / 3.0
"""Share of worlds that gives a claim its verdict …"""

BEYOND_DOUBT = 0.5
"""… if the lower end of the share's interval is not below this. Both were fixed before any claim was run."""

RESAMPLES = 200
ROUNDS = 60
GRID = 81
FEWEST_IN_STRATUM = 15
MOST_STRATA = 4
SEED = 1
_NOTHING = 1e-25  # less is taken for none: numbers next to the smallest of single precision are slow
_SMALL_PRODUCT = (
    250_000  # multiplications in a matrix product that BLAS does not share among threads, which costs more than it brings here
)
_STEADYING = 4.0  # worth of the common variance, in runs, in that of each world


@dataclass(frozen=True)
class Effects:
    """Differences between two variants, world by world; arrays of shape (world,).

    Attributes
    ----------
    sets : number of the set of the model's numbers.
    effect, error : mean difference over the runs of a world, and its standard error.
    """

    sets: Array
    effect: Array
    error: Array

    def __len__(self) -> int:
        return len(self.effect)

    def of(self, places: Array) -> Effects:
        """Some of the worlds."""
        return Effects(self.sets[places], self.effect[places], self.error[places])


@dataclass(frozen=True)
class Share:
    """Share of worlds, with its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Findings:
    """What the worlds say of one test.

    Attributes
    ----------
    verdict : one of the three answers, or undecided.
    why : of an undecided one, "worlds differ" or "too few runs"; else empty.
    shares : by answer.
    mean : mean effect over the worlds.
    spread : standard deviation of the true effects between worlds (DerSimonian and Laird).
    worlds : how many there were.
    """

    verdict: str
    why: str
    shares: Mapping[str, Share]
    mean: Share
    spread: float
    worlds: int


def answer_of_world(effect: float, error: float, expects: str, smallest: float) -> str:
    """The answer of one world: undecided where its interval touches regions with different answers."""
    reach = stats.norm.ppf(0.5 + CONFIDENCE_OF_WORLD / 2.0) * error
    low, high = effect - reach, effect + reach
    below, within, above = low < -smallest, low < smallest and high > -smallest, high > smallest
    touched = [answer for answer, is_touched in zip(ANSWERS[expects], (below, within, above), strict=True) if is_touched]
    return touched[0] if len(set(touched)) == 1 else UNDECIDED


def on_the_edge(mean: Share, expects: str, smallest: float) -> bool:
    """Whether the interval of the mean effect holds a border between two different answers: where many worlds lie, a small change of the smallest effect
    that matters, or of the model, moves their answer."""
    below, within, above = ANSWERS[expects]
    borders = [border for border, parts in ((-smallest, below != within), (smallest, within != above)) if parts]
    return any(mean.low <= border <= mean.high for border in borders)


def margin(effect: Array, expects: str, smallest: float) -> Array:
    """How far inside of what the claim says an effect lies; negative outside."""
    inside = {
        "lower": -smallest - effect,
        "higher": effect - smallest,
        "same": smallest - np.abs(effect),
        "not_lower": effect + smallest,
        "not_higher": smallest - effect,
    }
    return inside[expects]


def steadied(variance: Array, runs: Array) -> Array:
    """Variances of runs within worlds, drawn towards their common mean as if each had `_STEADYING` further runs of it.

    The variance of three runs says little, and that of runs that all came out alike says zero (Smyth 2004 does the same to genes).
    """
    freedom = np.maximum(runs - 1.0, 0.0)
    known = freedom > 0
    common = np.average(variance[known], weights=freedom[known]) if known.any() else 0.0
    return (_STEADYING * common + freedom * np.where(known, variance, 0.0)) / (_STEADYING + freedom)


def findings_from(found: Effects, expects: str, smallest: float) -> Findings:
    """What the worlds say of a test; undecided where there are fewer than two sets."""
    nothing = Share(np.nan, np.nan, np.nan)
    if len(np.unique(found.sets)) < 2:
        return Findings(UNDECIDED, "too few runs", dict.fromkeys(WORDS, nothing), nothing, np.nan, len(found))
    counts = drawn_again(found.sets)
    regions = shares_of_regions(found, smallest, counts)
    drawn = {word: sum_of(regions, ANSWERS[expects], word) for word in WORDS}
    shares = {word: share_from(values) for word, values in drawn.items()}
    means = counts @ found.effect / counts.sum(axis=1)
    verdict = next((word for word in WORDS if shares[word].value >= MAJORITY and shares[word].low >= BEYOND_DOUBT), UNDECIDED)
    why = "" if verdict != UNDECIDED else reason(shares)
    return Findings(verdict, why, shares, share_from(means, bounded=False), between_worlds(found)[1], len(found))


def reason(shares: Mapping[str, Share]) -> str:
    """Why there is no verdict: more runs would not give one, or they might."""
    return "worlds differ" if max(share.high for share in shares.values()) < MAJORITY else "too few runs"


def verdict_of_tests(tests: Sequence[Findings]) -> tuple[str, str]:
    """Verdict of a claim of which every test has to be so, and why where it is undecided.

    Supported if all are; opposite if one is; else no effect if one shows none; else undecided.
    """
    verdicts = [test.verdict for test in tests]
    if all(verdict == SUPPORTED for verdict in verdicts):
        return SUPPORTED, ""
    for word in (OPPOSITE, NO_EFFECT):
        if word in verdicts:
            return word, ""
    reasons = {test.why for test in tests if test.verdict == UNDECIDED}
    return UNDECIDED, "worlds differ" if "worlds differ" in reasons else "too few runs"


def share_from(values: Array, *, bounded: bool = True) -> Share:
    """The first value, which is of the worlds as they are, with the percentiles of the others, which are of worlds drawn again."""
    tail = 50.0 * (1.0 - CONFIDENCE)
    low, high = np.percentile(values[1:], [tail, 100.0 - tail])
    value = float(values[0])
    return Share(value, min(float(low), value) if bounded else float(low), max(float(high), value) if bounded else float(high))


def sum_of(regions: Array, answers: tuple[str, str, str], word: str) -> Array:
    """Share of the worlds with an answer; `regions` of shape (draw, region)."""
    return regions[:, [place for place, answer in enumerate(answers) if answer == word]].sum(axis=1)


# Sets drawn again


def drawn_again(sets: Array) -> Array:
    """How often each world counts, shape (draw, world): all once, then with whole sets drawn again."""
    _, place = np.unique(sets, return_inverse=True)
    number = place.max() + 1
    rng = np.random.default_rng(SEED)
    often = rng.multinomial(number, np.full(number, 1.0 / number), size=RESAMPLES)
    return np.vstack([np.ones(len(sets)), often[:, place]])


# Distribution of the true effects


def shares_of_regions(found: Effects, smallest: float, counts: Array) -> Array:
    """Share of the true effects below, within and above the smallest that matters; shape (draw, 3).

    Effects that are larger are known with larger errors, so one distribution for all would let the small ones speak for the
    large: the distribution is estimated apart in strata of the error, and the shares are added up.
    """
    total = np.zeros((len(counts), 3))
    for places in strata(found.error):
        total += regions_in_stratum(found.of(places), smallest, counts[:, places])
    return total / total.sum(axis=1, keepdims=True)


def strata(error: Array) -> list[Array]:
    """Worlds in up to four groups of about equal size, from small errors to large."""
    number = min(max(len(error) // FEWEST_IN_STRATUM, 1), MOST_STRATA)
    return np.array_split(np.argsort(error, kind="stable"), number)


def regions_in_stratum(found: Effects, smallest: float, counts: Array) -> Array:
    """Worlds whose true effect is below, within and above the smallest that matters; shape (draw, 3)."""
    grid = grid_for(found, smallest)
    likelihood = likelihood_on(grid, found).astype(np.float32)
    likelihood[likelihood < _NOTHING] = 0.0
    start = starting_prior(grid, found).astype(np.float32)
    rows = max(_SMALL_PRODUCT // likelihood.size, 1)
    prior = np.vstack([raised(start, likelihood, counts[at : at + rows]) for at in range(0, len(counts), rows)])
    region = np.digitize(grid, [-smallest, smallest])
    shares = np.stack([prior[:, region == place].sum(axis=1, dtype=float) for place in range(3)], axis=1)
    return shares * counts.sum(axis=1, keepdims=True)


def raised(start: Array, likelihood: Array, counts: Array) -> Array:
    """Distributions over the grid after the rounds of EM, one for each draw, shape (draw, point)."""
    prior, often = np.tile(start, (len(counts), 1)), counts.astype(np.float32)
    for _ in range(ROUNDS):
        expected = np.maximum(prior @ likelihood.T, np.float32(1e-30))
        prior = prior * ((often / expected) @ likelihood)
        prior[prior < _NOTHING] = 0.0
        prior /= np.maximum(prior.sum(axis=1, keepdims=True), np.float32(1e-30))
    return prior


def grid_for(found: Effects, smallest: float) -> Array:
    """Points that are dense about zero and about the smallest effect, and reach to the largest effects seen.

    Even in the inverse hyperbolic sine, which is a straight line about zero and a logarithm far from it; no point lies on a boundary.
    """
    reach = max(float(np.max(np.abs(found.effect))), 2.0 * smallest)
    end = np.arcsinh(2.0 * reach / smallest)
    cells = np.linspace(-end, end, GRID)
    boundary = np.arcsinh(2.0)
    width = cells[1] - cells[0]
    cells = cells * (boundary / (width * (np.round(boundary / width - 0.5) + 0.5)))  # a boundary halfway between two points
    return 0.5 * smallest * np.sinh(cells)


def likelihood_on(grid: Array, found: Effects) -> Array:
    """Density of each world's effect where the true one is at each point, shape (world, point), the largest of a world being 1.

    A grid is as coarse as its cells; an error smaller than the cell it falls into is taken for a quarter of it.
    """
    cell = np.interp(found.effect, grid, np.gradient(grid))
    error = np.maximum(found.error, 0.25 * cell)
    score = (found.effect[:, None] - grid) / error[:, None]
    exponent = -0.5 * score * score
    density: Array = np.exp(exponent - exponent.max(axis=1, keepdims=True))
    return density


def starting_prior(grid: Array, found: Effects) -> Array:
    """The normal distribution of DerSimonian and Laird on the grid, with a little everywhere."""
    mean, spread = between_worlds(found)
    width = np.gradient(grid)
    spread = max(spread, float(np.min(width)))
    normal = stats.norm.pdf(grid, mean, spread) * width
    even = width / (1.0 + (grid - mean) ** 2 / spread**2)  # heavy tails, so that no point is out of reach
    return 0.7 * normal / max(normal.sum(), 1e-300) + 0.3 * even / even.sum()


def between_worlds(found: Effects) -> tuple[float, float]:
    """Mean of the true effects and their standard deviation between worlds, by the method of moments."""
    floor = max(float(np.median(found.error)) * 1e-3, 1e-12)
    weight = 1.0 / np.maximum(found.error, floor) ** 2
    mean = float(np.average(found.effect, weights=weight))
    excess = float(np.sum(weight * (found.effect - mean) ** 2)) - (len(found) - 1)
    scale = float(weight.sum() - np.sum(weight**2) / weight.sum())
    variance = max(excess / scale, 0.0) if scale > 0.0 else 0.0
    shrunk = 1.0 / (np.maximum(found.error, floor) ** 2 + variance)
    return float(np.average(found.effect, weights=shrunk)), float(np.sqrt(variance))
