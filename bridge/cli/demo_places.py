"""The addresses of the demo's parts: a wanted one for each, or a free one where that is taken."""

import json
import socket
from dataclasses import asdict, dataclass, fields

import click

Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Places:
    """The address of each part of the demo."""

    bridge: Address
    simulator_web: Address
    simulator_api: Address
    portal: Address
    office: Address
    newcomer: Address

    def as_json(self) -> str:
        """For the command line of another process."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Places":
        """The places that `as_json` gave."""
        return cls(**{name: (host, port) for name, (host, port) in json.loads(text).items()})


WANTED = Places(
    bridge=("127.0.0.1", 8080),
    simulator_web=("127.0.0.4", 8070),
    simulator_api=("127.0.0.4", 8071),
    portal=("127.0.0.2", 8090),
    office=("127.0.0.3", 8091),
    newcomer=("127.0.0.5", 8092),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One of the sample applications. `client_id`: empty where it is not registered."""

    client_id: str
    name: str
    name_km: str
    address: Address

    @property
    def home(self) -> str:
        return f"{url(self.address)}/"


def samples(places: Places) -> tuple[Sample, Sample]:
    """Both sample applications, at their addresses."""
    return (
        Sample("demo-portal", "Demo ministry portal", "វិបផតថលក្រសួងសាកល្បង", places.portal),
        Sample("demo-office", "Demo office of records", "ការិយាល័យឯកសារសាកល្បង", places.office),
    )


def newcomer(places: Places) -> Sample:
    """The one that nobody has registered yet."""
    return Sample("", "Demo clinic", "គ្លីនិកសាកល្បង", places.newcomer)


def choose(wanted: Places) -> Places:
    """The wanted addresses; where one is taken or missing, a free one, which is printed."""
    chosen: dict[str, Address] = {}
    for name in (field.name for field in fields(Places)):
        host, port = getattr(wanted, name)
        host = host if _free((host, 0)) else "127.0.0.1"
        found = (host, port)
        if not _free(found) or found in chosen.values():
            found = (host, _free_port(host))
            click.echo(f"{host}:{port} is taken; {name.replace('_', ' ')} takes port {found[1]} instead.")
        chosen[name] = found
    return Places(**chosen)


def _free(address: Address) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen()
        except OSError:
            return False
        return True


def _free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def url(address: Address) -> str:
    """The address as a URL."""
    return f"http://{address[0]}:{address[1]}"
