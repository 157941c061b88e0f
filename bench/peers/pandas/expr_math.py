"""Square roots and exponentials into a new column."""

import inputs
import numpy as np
from worker import bench


def evaluate(df):
    return np.sqrt(df.x * df.x + df.y * df.y) * np.exp(-df.x)


bench(evaluate, setup=inputs.pandas, answer=lambda out: {"rows": len(out), "sum": out.sum()})
