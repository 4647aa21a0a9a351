"""What every peer does to a device, as the plain pool does it."""

import json
import re
import resource
import sys
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor

CLISH, EXPERT, PASSWORD, ROOT = r"> $", r"\$ $", r"Password: $", r"root@[^\n]*# $"
USER, SECRET = "admin", "Bench-Pass-1"


def arguments():
    """The jobs, how many at once, and the known_hosts file."""
    with open(sys.argv[1], encoding="utf8") as file:
        return json.load(file), int(sys.argv[2]), sys.argv[3]


def way_in():
    """Lines with the prompt that follows each."""
    return [("expert", EXPERT), ("sudo su -", PASSWORD), (SECRET, ROOT)]


def changes(job):
    """The work of the root shell up to the restart, one line each."""
    names = list(job["files"])
    yield f" unset HISTFILE; stty -echo; cd {job['folder']}"
    for name in names:
        yield f" cp -p {name} {name}.backup"
    for name in names:
        text = b64encode(job["files"][name].encode()).decode()
        yield f" ( umask 077; printf '%s' '{text}' | base64 -d > .{name}.new )"
    for name in names:
        yield f" chown root:root .{name}.new && chmod 644 .{name}.new && mv -f .{name}.new {name}"
    yield " openssl verify -CAfile cacert.pem sftunnel-cert.pem; sha256sum *.pem"
    yield " pmtool restartbyid sftunnel"


def status(job):
    return f" sftunnel_status.pl {job['managerUuid']}"


def is_up(text):
    return bool(re.search(r"ChannelA Connected: Yes", text) and re.search(r"ChannelB Connected: Yes", text))


def known_hosts_line(job):
    return f"[{job['host']}]:{job['port']} ecdsa-sha2-nistp256 {job['hostKey']}\n"


def in_threads(jobs, lanes, serve, say=repr):
    """Does each job, so many at once; gives back what went wrong with which device."""

    def tried(job):
        try:
            serve(job)
        except Exception as error:  # named in the table
            return f"{job['name']}: {say(error)}"
        return None

    with ThreadPoolExecutor(lanes) as pool:
        return [fault for fault in pool.map(tried, jobs) if fault]


def report(failed):
    """The bench reads the last line. Of the children only those that have been waited for count."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(one.ru_utime + one.ru_stime for one in used)
    peak = max(one.ru_maxrss for one in used)
    print(json.dumps({"failed": failed[:3], "cpuMs": cpu * 1000, "peakMib": peak / 1024}), flush=True)
