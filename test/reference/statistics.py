"""Computes the exact tests anew with scipy, on random cases that this program draws itself.

    python test/reference/statistics.py > test/reference/statistics.json
    python test/reference/statistics.py --again < reference.json    the same cases, as scipy has them now
"""
import json
import math
import sys

import numpy as np
from scipy import stats


def mann_whitney(first, second, tied):
    if not tied:
        return {
            name: stats.mannwhitneyu(first, second, alternative=side, method="exact").pvalue
            for name, side in (("less", "less"), ("greater", "greater"), ("twoSided", "two-sided"))
        }

    ranks = stats.rankdata(np.concatenate([first, second]))
    return permutation(ranks[: len(first)], ranks[len(first):], lambda x, y, axis: np.sum(x, axis=axis))


def permutation(first, second, statistic):
    return {
        name: stats.permutation_test(
            (first, second), statistic, permutation_type="independent", vectorized=True, n_resamples=np.inf, alternative=side
        ).pvalue
        for name, side in (("less", "less"), ("greater", "greater"), ("twoSided", "two-sided"))
    }


def means(first, second):
    return permutation(first, second, lambda x, y, axis: np.mean(x, axis=axis) - np.mean(y, axis=axis))


def holm(p):
    """Written by the definition: p times the number of hypotheses that are not smaller, made monotone."""
    p = np.asarray(p)
    order = np.argsort(p, kind="stable")
    scaled = np.minimum(1, p[order] * (len(p) - np.arange(len(p))))
    adjusted = np.empty(len(p))
    adjusted[order] = np.maximum.accumulate(scaled)
    return adjusted.tolist()


def shift(observed, baseline, confidence):
    """The interval is found by asking the test itself: which shifts it does not refuse."""
    differences = np.sort(np.subtract.outer(observed, baseline).ravel())
    kept = []
    edges = np.concatenate([[differences[0] - 1], differences, [differences[-1] + 1]])
    for low, high in zip(edges[:-1], edges[1:]):
        middle = (low + high) / 2
        p = stats.mannwhitneyu(np.asarray(observed) - middle, baseline, method="exact").pvalue
        if p > 1 - confidence:
            kept.append((low, high))
    low, high = kept[0][0], kept[-1][1]
    return {
        "shift": float(np.median(differences)),
        "low": "-Infinity" if low < differences[0] else float(low),
        "high": "Infinity" if high > differences[-1] else float(high),
    }


def interval(seen, trials, confidence):
    found = stats.binomtest(seen, trials).proportion_ci(confidence_level=confidence, method="exact")
    return {"low": found.low, "high": found.high}


def draw():
    chance = np.random.default_rng(20260101)
    cases = []
    for index in range(200):
        n, m = int(chance.integers(2, 7)), int(chance.integers(2, 9))
        tied = index % 2 == 1
        take = (lambda size: chance.integers(0, 5, size).astype(float)) if tied else (lambda size: chance.normal(size=size))
        cases.append({
            "first": take(n).tolist(),
            "second": take(m).tolist(),
            "tied": tied,
            "confidence": float(chance.choice([0.8, 0.9, 0.95])),
            "p": chance.uniform(0, 0.2, int(chance.integers(1, 12))).tolist(),
            "trials": (trials := int(chance.integers(1, 1200))),
            "seen": int(chance.integers(0, trials + 1)),
        })
    # The sizes that a night has by default.
    cases.append({**cases[0], "first": chance.normal(size=5).tolist(), "second": chance.normal(1, size=10).tolist()})
    return cases


def answer(case):
    first, second = case["first"], case["second"]
    return {
        "mannWhitney": mann_whitney(first, second, case["tied"]),
        "means": means(first, second),
        "holm": holm(case["p"]),
        "shift": None if case["tied"] else shift(first, second, case["confidence"]),
        "interval": interval(case["seen"], case["trials"], case["confidence"]),
        "least": 1 / math.comb(len(first) + len(second), len(first)),
    }


if __name__ == "__main__":
    cases = [entry["case"] for entry in json.load(sys.stdin)] if "--again" in sys.argv else draw()
    entries = [{"case": case, "answer": answer(case)} for case in cases]
    print("[\n" + ",\n".join(json.dumps(entry) for entry in entries) + "\n]")
