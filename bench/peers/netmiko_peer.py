"""Netmiko in threads. Each device gets a known_hosts file of its own: Netmiko reads the whole file again for each connection."""

import os
import tempfile
import time

from netmiko import ConnectHandler
from work import CLISH, ROOT, SECRET, USER, arguments, changes, in_threads, is_up, known_hosts_line, report, status, way_in


def serve(job):
    with tempfile.NamedTemporaryFile("w", delete=False) as file:
        file.write(known_hosts_line(job))
    try:
        connection = ConnectHandler(
            device_type="terminal_server",
            host=job["host"],
            port=job["port"],
            username=USER,
            password=SECRET,
            ssh_strict=True,
            alt_host_keys=True,
            alt_key_file=file.name,
            conn_timeout=60,
        )
    finally:
        os.unlink(file.name)

    def ask(line, prompt=ROOT):
        connection.write_channel(line + "\n")
        return connection.read_until_pattern(prompt, read_timeout=60)

    try:
        ask("", CLISH)
        for line, prompt in way_in():
            ask(line, prompt)
        for line in changes(job):
            ask(line)
        while not is_up(ask(status(job))):
            time.sleep(0.5)
    finally:
        connection.disconnect()


if __name__ == "__main__":
    jobs, lanes, _known_hosts = arguments()
    report(in_threads(jobs, lanes, serve))
