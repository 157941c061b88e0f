"""A coroutine that sleeps for each row, so many at a time under a semaphore."""

import asyncio

from worker import bench


async def call(turns, seconds, n):
    async with turns:
        await asyncio.sleep(seconds)
        return n + 1.0


async def call_all(task):
    turns = asyncio.Semaphore(task.limit)
    return await asyncio.gather(*(call(turns, task.cost_ns / 1e9, n) for n in range(task.rows)))


bench(lambda task: asyncio.run(call_all(task)), answer=lambda out: {"rows": len(out), "sum": sum(out)})
