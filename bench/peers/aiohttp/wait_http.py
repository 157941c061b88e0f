"""A request for each row, by one session with so many connections."""

import asyncio

import aiohttp
from worker import bench


async def fetch(session, url):
    async with session.get(url) as response:
        return float(await response.text())


async def fetch_all(task):
    connector = aiohttp.TCPConnector(limit=task.limit)
    async with aiohttp.ClientSession(connector=connector) as session:
        return await asyncio.gather(*(fetch(session, f"{task.server}/{n}") for n in range(task.rows)))


bench(lambda task: asyncio.run(fetch_all(task)), answer=lambda out: {"rows": len(out), "sum": sum(out)})
