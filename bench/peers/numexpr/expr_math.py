"""Square roots and exponentials into a new column, on all cores."""

import inputs
import numexpr as ne
from worker import bench


def evaluate(c):
    return ne.evaluate("sqrt(x * x + y * y) * exp(-x)", c)


bench(evaluate, setup=inputs.arrays, answer=lambda out: {"rows": len(out), "sum": out.sum()})
