"""A conditional expression over four columns, summed by a parallel loop."""

import inputs
from numba import njit, prange
from worker import bench


@njit(parallel=True)
def evaluate(x, y, t, a, b):
    total = 0.0
    for i in prange(len(x)):
        total += a[i] if x[i] * x[i] + y[i] * y[i] * 2 - 0.5 > t[i] else b[i]
    return total


bench(
    lambda c: evaluate(c["x"], c["y"], c["t"], c["a"], c["b"]),
    setup=inputs.arrays,
    answer=lambda out: {"sum": out},
)
