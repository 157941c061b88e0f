"""Keeps a core busy for some nanoseconds by the clock: one cost in every language."""

import time


def spin(ns):
    end = time.perf_counter_ns() + ns
    while time.perf_counter_ns() < end:
        pass
