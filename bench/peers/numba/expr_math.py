"""Square roots and exponentials into a new column, a parallel loop."""

import inputs
import numpy as np
from numba import njit, prange
from worker import bench


@njit(parallel=True)
def evaluate(x, y):
    out = np.empty_like(x)
    for i in prange(len(x)):
        out[i] = np.sqrt(x[i] * x[i] + y[i] * y[i]) * np.exp(-x[i])
    return out


bench(
    lambda c: evaluate(c["x"], c["y"]),
    setup=inputs.arrays,
    answer=lambda out: {"rows": len(out), "sum": out.sum()},
)
