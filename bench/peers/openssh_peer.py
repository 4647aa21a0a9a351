"""An OpenSSH client for each device, driven through its terminal by pexpect."""

import time

import pexpect
from work import CLISH, ROOT, SECRET, USER, arguments, changes, in_threads, is_up, report, status, way_in

jobs, lanes, known_hosts = arguments()


def serve(job):
    options = [
        "-F", "none", "-tt", "-p", str(job["port"]),
        "-o", f"UserKnownHostsFile={known_hosts}", "-o", "GlobalKnownHostsFile=/dev/null",
        "-o", "StrictHostKeyChecking=yes", "-o", "PreferredAuthentications=password",
        "-o", "NumberOfPasswordPrompts=1",
    ]  # fmt: skip
    ssh = pexpect.spawn(
        "ssh", [*options, f"{USER}@{job['host']}"], timeout=60, encoding="latin-1", dimensions=(24, 512)
    )
    ssh.delaybeforesend = None
    try:
        ssh.expect("assword: ")
        # Typed before OpenSSH has turned the echo off, a password would stand on the terminal.
        ssh.waitnoecho()
        ssh.sendline(SECRET)
        ssh.expect(CLISH)

        def ask(line, prompt=ROOT):
            ssh.send(line + "\r")
            ssh.expect(prompt)
            return ssh.before

        for line, prompt in way_in():
            ask(line, prompt)
        for line in changes(job):
            ask(line)
        while not is_up(ask(status(job))):
            time.sleep(0.5)
    finally:
        ssh.close(force=True)


# Its own text would hold the whole screen.
report(in_threads(jobs, lanes, serve, say=lambda error: type(error).__name__))
