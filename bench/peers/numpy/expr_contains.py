"""Which texts contain a word: a column of booleans, of NumPy's own strings."""

import inputs
import numpy as np
from worker import bench


def load(task):
    return inputs.arrays(task)["text"].astype(np.dtypes.StringDType())


bench(
    lambda text: np.strings.find(text, "amber") >= 0,
    setup=load,
    answer=lambda out: {"rows": len(out), "true": out.sum()},
)
