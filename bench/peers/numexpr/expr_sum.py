"""A conditional expression over four columns, summed."""

import inputs
import numexpr as ne
from worker import bench


def evaluate(c):
    return ne.evaluate("sum(where(x * x + y * y * 2 - 0.5 > t, a, b))", c)


bench(evaluate, setup=inputs.arrays, answer=lambda out: {"sum": out})
