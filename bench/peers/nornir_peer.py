"""Nornir with its threaded runner; a task is what the Netmiko peer does."""

from netmiko_peer import serve
from nornir.core import Nornir
from nornir.core.inventory import Defaults, Groups, Host, Hosts, Inventory
from nornir.plugins.runners import ThreadedRunner
from work import arguments, report

jobs, lanes, _known_hosts = arguments()
by_name = {job["name"]: job for job in jobs}
hosts = Hosts({name: Host(name=name, hostname=job["host"], port=job["port"]) for name, job in by_name.items()})
nornir = Nornir(
    inventory=Inventory(hosts=hosts, groups=Groups(), defaults=Defaults()),
    runner=ThreadedRunner(num_workers=lanes),
)
result = nornir.run(task=lambda task: serve(by_name[task.host.name]))
report([f"{name}: {result[name].exception!r}" for name in result.failed_hosts])
