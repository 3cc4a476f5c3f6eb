"""Chance told apart from parameters: how much of an outcome's variance is luck, how much lies in the numbers that were varied.

An outcome of a point x under the luck w is f(x, w). Its variance over both is the variance of what a point's mean would be with endless runs
(parameters) and the mean variance at a point (chance): the law of total variance. A finite number of runs leaves noise in the mean of a point,
which looks like more of the former; products of *different* runs are free of it, and everything here is made of them. The luck is the same
at every point, so what it adds everywhere alike moves no difference between points; only what it does differently from point to point
(interplay) does. Pure functions of arrays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from escalation_sim.analysis.estimates import CONFIDENCE, Estimate
from escalation_sim.parameters import Array

__all__ = ["Split", "noise_of_differences", "told_apart"]


@dataclass(frozen=True)
class Split:
    """Variance of an outcome, in its unit squared.

    Attributes
    ----------
    parameters : of what the points' means would be with endless runs; an unbiased estimate, below 0 where there is next to nothing.
    chance : mean variance over the runs of a point.
    interplay : part of chance that differs from point to point; divided by `runs` it is the noise left in a point's mean.
    share : of the parameters in the sum of the first two, with an interval of 95 % for the finite numbers of points and of runs.
    runs : runs of each point.
    """

    parameters: float
    chance: float
    interplay: float
    share: Estimate
    runs: int

    @property
    def noise(self) -> float:
        """Share of the variance between the points' means that is noise of the finite number of runs, in [0, 1]."""
        left = self.interplay / self.runs
        between = max(self.parameters, 0.0) + left
        return left / between if between > 0.0 else 0.0

    def runs_needed(self, noise: float = 0.05) -> float:
        """Runs of each point with which no more than a share of the variance between means is noise; infinite where parameters do nothing."""
        if self.interplay <= 0.0:
            return 1.0
        if self.parameters <= 0.0:
            return float("inf")
        return float(max(np.ceil(self.interplay * (1.0 - noise) / noise / self.parameters), 1.0))


@dataclass(frozen=True)
class Parts:
    """Sums a split is made of, for one set of runs or for each set that lacks one: arrays of one shape, or of shape (cluster, …)."""

    squares: Array  # over points of a cluster, of the squared mean without its noise
    variances: Array  # over points of a cluster, of the variance over runs
    cluster_squares: Array  # of the sum over a cluster, its square without noise
    cluster_variances: Array  # of the sum over a cluster, its variance over runs
    all_squares: Array  # of the sum over everything
    all_variances: Array


def told_apart(values: Array) -> Split:
    """The split of an outcome.

    Parameters
    ----------
    values : shape (cluster, place, run): points drawn independently from cluster to cluster and in any way within one (a trajectory), each point
        by itself distributed as the numbers are; run r has the same luck at every point. Two clusters and two runs at least; no NaN.

    Returns
    -------
    The interval of the share is from leaving out one cluster, and one run, at a time (jackknife), on the scale of the logit.
    """
    clusters, places, runs = values.shape
    values = values - values.mean(dtype=float)
    parts = [full(values), *(without_cluster(values), without_run(values))]
    whole, by_cluster, by_run = (variances(one, clusters - lost, places) for one, lost in zip(parts, (0, 1, 0), strict=True))
    parameters, chance, interplay = (float(one) for one in whole)
    return Split(parameters, chance, interplay, interval(share(*whole), (share(*by_cluster), share(*by_run))), runs)


def mean_square(values: Array) -> tuple[Array, Array]:
    """Of values of shape (…, run): the square of their expectation without bias, and their variance."""
    variance = values.var(axis=-1, ddof=1)
    return values.mean(axis=-1) ** 2 - variance / values.shape[-1], variance


def mean_square_without(values: Array) -> tuple[Array, Array]:
    """The same for each set that lacks one run, shape (…, run); the variance of two runs less one is that of nothing, 0."""
    runs = values.shape[-1]
    mean = values.mean(axis=-1, keepdims=True)
    off = values - mean
    means = mean - off / (runs - 1)
    left = (off * off).sum(axis=-1, keepdims=True) - off * off * runs / (runs - 1)
    variance = left / max(runs - 2, 1)
    return means * means - variance / (runs - 1), variance


def full(values: Array) -> Parts:
    """The sums of all clusters and runs."""
    squares, spread = mean_square(values)
    sums = values.sum(axis=1)
    cluster, all_of_it = mean_square(sums), mean_square(sums.sum(axis=0))
    return Parts(squares.sum(), spread.sum(), cluster[0].sum(), cluster[1].sum(), *all_of_it)


def without_cluster(values: Array) -> Parts:
    """The sums without each cluster, shape (cluster,)."""
    squares, spread = mean_square(values)
    sums = values.sum(axis=1)
    cluster, others = mean_square(sums), mean_square(sums.sum(axis=0) - sums)
    a, b = squares.sum(axis=1), spread.sum(axis=1)
    return Parts(a.sum() - a, b.sum() - b, cluster[0].sum() - cluster[0], cluster[1].sum() - cluster[1], *others)


def without_run(values: Array) -> Parts:
    """The sums without each run, shape (run,); one cluster at a time, to spare memory."""
    each = [mean_square_without(cluster) for cluster in values]
    squares, spread = (np.sum([one[place].sum(axis=0) for one in each], axis=0) for place in (0, 1))
    sums = values.sum(axis=1)
    cluster, all_of_it = mean_square_without(sums), mean_square_without(sums.sum(axis=0))
    return Parts(squares, spread, cluster[0].sum(axis=0), cluster[1].sum(axis=0), *all_of_it)


def variances(parts: Parts, clusters: int, places: int) -> tuple[Array, Array, Array]:
    """Variance by parameters, by chance, and by the interplay of both.

    The square of the grand mean is taken from pairs of points of different clusters, which are independent, under different runs.
    """
    points, pairs = clusters * places, clusters * (clusters - 1) * places * places
    product = (parts.all_squares - parts.cluster_squares) / max(pairs, 1)
    covariance = (parts.all_variances - parts.cluster_variances) / max(pairs, 1)
    chance = parts.variances / points
    return parts.squares / points - product, chance, chance - covariance


def share(parameters: Array, chance: Array, _interplay: Array) -> Array:
    """Share of the parameters; 0 where nothing varies at all."""
    total = parameters + chance
    return np.divide(parameters, total, out=np.zeros_like(total), where=total > 0.0)


def interval(value: Array, left_out: tuple[Array, ...]) -> Estimate:
    """The share with its interval from the shares without each member of each kind."""
    variance = sum(float((len(one) - 1) / len(one) * np.sum((one - one.mean()) ** 2)) for one in left_out)
    fewest = min(len(one) for one in left_out)
    found, reach = float(value), float(stats.t.ppf(0.5 + CONFIDENCE / 2.0, fewest - 1) * np.sqrt(variance))
    if not 0.0 < found < 1.0:
        return Estimate(min(max(found, 0.0), 1.0), max(found - reach, 0.0), min(max(found + reach, 0.0), 1.0))
    middle, width = np.log(found / (1.0 - found)), reach / (found * (1.0 - found))
    low, high = (float(1.0 / (1.0 + np.exp(-np.clip(middle + side * width, -700.0, 700.0)))) for side in (-1.0, 1.0))
    return Estimate(found, low, high)


def noise_of_differences(first: Array, second: Array) -> float:
    """Variance that the finite number of runs leaves in a difference of two points' means, averaged over pairs of points.

    Parameters
    ----------
    first, second : shape (pair, run), under the same luck.
    """
    if first.shape[-1] < 2:
        return float("nan")
    return float((second - first).var(axis=-1, ddof=1).mean()) / first.shape[-1]
