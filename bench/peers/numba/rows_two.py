"""A cheap function of two columns, compiled and run as a parallel loop."""

import inputs
from numba import vectorize
from worker import bench


@vectorize(["float64(float64, float64)"], target="parallel")
def function(x, y):
    return x / max(y, 0.1)


bench(
    lambda c: function(c["x"], c["y"]),
    setup=inputs.arrays,
    answer=lambda out: {"rows": len(out), "sum": out.sum()},
)
