"""A request for each row, by one client with so many connections."""

import asyncio

import httpx
from worker import bench


async def fetch(client, url):
    return float((await client.get(url)).text)


async def fetch_all(task):
    limits = httpx.Limits(max_connections=task.limit, max_keepalive_connections=task.limit)
    async with httpx.AsyncClient(limits=limits, timeout=None) as client:
        return await asyncio.gather(*(fetch(client, f"{task.server}/{n}") for n in range(task.rows)))


bench(lambda task: asyncio.run(fetch_all(task)), answer=lambda out: {"rows": len(out), "sum": sum(out)})
