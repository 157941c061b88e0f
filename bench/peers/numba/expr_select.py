"""A conditional expression over four columns into a new one, a parallel loop."""

import inputs
import numpy as np
from numba import njit, prange
from worker import bench


@njit(parallel=True)
def evaluate(x, y, t, a, b):
    out = np.empty_like(x)
    for i in prange(len(x)):
        out[i] = a[i] if x[i] * x[i] + y[i] * y[i] * 2 - 0.5 > t[i] else b[i]
    return out


bench(
    lambda c: evaluate(c["x"], c["y"], c["t"], c["a"], c["b"]),
    setup=inputs.arrays,
    answer=lambda out: {"rows": len(out), "sum": out.sum()},
)
