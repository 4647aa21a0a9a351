"""asyncssh: one process, one event loop."""

import asyncio
import re

import asyncssh
from work import CLISH, ROOT, SECRET, USER, arguments, changes, is_up, report, status, way_in

jobs, lanes, known_hosts = arguments()
trusted = asyncssh.read_known_hosts(known_hosts)


async def serve(job):
    async with asyncssh.connect(
        job["host"], job["port"], username=USER, password=SECRET, known_hosts=trusted, client_keys=None
    ) as connection:
        process = await connection.create_process(term_type="vt100", term_size=(512, 24), encoding="latin-1")

        async def until(prompt):
            text = ""
            while not re.search(prompt, text):
                part = await asyncio.wait_for(process.stdout.read(65536), 60)
                if part == "":
                    raise RuntimeError("closed: " + text[-100:])
                text += part
            return text

        async def ask(line, prompt=ROOT):
            process.stdin.write(line + "\r")
            return await until(prompt)

        await until(CLISH)
        for line, prompt in way_in():
            await ask(line, prompt)
        for line in changes(job):
            await ask(line)
        while not is_up(await ask(status(job))):
            await asyncio.sleep(0.5)


async def main():
    queue, failed = iter(jobs), []

    async def lane():
        for job in queue:
            try:
                await serve(job)
            except Exception as error:  # named in the table
                failed.append(f"{job['name']}: {error!r}")

    await asyncio.gather(*(lane() for _ in range(lanes)))
    report(failed)


asyncio.run(main())
