#!/usr/bin/env python3
"""Matrices with the scores that scikit-learn's isolation forest gives them.

    tests/isolation_forest.py FOLDER [ROWS [SEED]]

Given `tests/fixtures` alone it writes the vectors by which `cargo test` checks the forest everywhere. Where python3
has scikit-learn, `cargo test` runs it as well, for larger matrices and other seeds. Without scikit-learn it says so and ends with status 0.
"""

import os
import sys

try:
    import numpy as np
    from sklearn.ensemble import IsolationForest
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(0)

CONTAMINATION = 0.05


def clusters(rng, rows):
    """Two clouds, and five in a hundred rows spread over a wider space."""
    width = 8
    outliers = rows // 20
    near = rng.normal(0, 1, (rows - outliers, width))
    near[: len(near) // 2] += 4
    far = rng.uniform(-6, 10, (outliers, width))
    return np.vstack([near, far]), np.r_[np.zeros(len(near)), np.ones(outliers)]


def transferred(rng, rows):
    """Bytes in and out: most events have none, some have many, a few have very many."""
    outliers = rows // 20
    kind = rng.random(rows)
    inward = np.where(kind < 0.4, 0, np.round(rng.lognormal(7, 2, rows)))
    outward = np.where(kind > 0.6, 0, np.round(rng.lognormal(8, 2, rows)))
    labels = np.zeros(rows)
    labels[:outliers] = 1
    outward[:outliers] = np.round(rng.lognormal(17, 1, outliers))
    return np.column_stack([inward, outward]), labels


def counts(rng, rows):
    """Small whole numbers with many ties, as the columns of a log have them."""
    outliers = rows // 20
    values = rng.poisson([1, 2, 5, 10, 3], (rows, 5)).astype(float)
    values[:outliers] += rng.poisson([3, 3, 8, 12, 5], (outliers, 5))
    labels = np.zeros(rows)
    labels[:outliers] = 1
    return values, labels


KINDS = {"clusters": clusters, "bytes": transferred, "counts": counts}


def theirs(matrix):
    """Scores of scikit-learn, the higher the less ordinary, and the threshold.

    Ten times its usual number of trees: two forests of a hundred trees do not agree with each other."""
    forest = IsolationForest(n_estimators=1000, contamination=CONTAMINATION, random_state=1).fit(matrix)
    return -forest.score_samples(matrix), -forest.offset_


def short(value):
    return f"{value:.6g}"


def write(folder, rows, seed):
    for name, make in KINDS.items():
        matrix, labels = make(np.random.default_rng(seed), rows)
        # What is written is what both read.
        matrix = np.array([[float(short(v)) for v in row] for row in matrix])
        scores, threshold = theirs(matrix)
        with open(os.path.join(folder, f"forest-{name}.txt"), "w") as out:
            out.write("# Made by tests/isolation_forest.py: threshold; then label, score of scikit-learn, features.\n")
            out.write(short(threshold) + "\n")
            for row, label, score in zip(matrix, labels, scores):
                out.write(" ".join([str(int(label)), short(score), *map(short, row)]) + "\n")
        print("wrote", name)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    write(sys.argv[1], *map(int, (sys.argv[2:] + ["400", "2026"][len(sys.argv) - 2 :])[:2]))
