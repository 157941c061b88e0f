"""A cheap function of one column, compiled and run as a parallel loop."""

import inputs
from numba import vectorize
from worker import bench


@vectorize(["float64(float64)"], target="parallel")
def function(x):
    return 3 * x + 1 if x > 0.5 else -x


bench(lambda c: function(c["x"]), setup=inputs.arrays, answer=lambda out: {"rows": len(out), "sum": out.sum()})
