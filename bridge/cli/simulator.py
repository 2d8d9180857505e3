"""`bridge simulator`: a pretend CamDigiKey, for tests and for trying things on."""

import os
import queue
import signal
from pathlib import Path

import click

from bridge import parent_death
from bridge.simulator import serve
from bridge.simulator.people import PEOPLE


class Address(click.ParamType[tuple[str, int]]):
    """HOST:PORT; port 0 takes a free one."""

    name = "HOST:PORT"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        host, _, port = str(value).rpartition(":")
        if not host or not port.isdecimal() or int(port) > 65535:
            self.fail(f"{value} is not of the form HOST:PORT", param, ctx)
        return host.strip("[]"), int(port)


@click.command()
@click.option(
    "--dir", "folder", required=True, type=click.Path(path_type=Path, file_okay=False), help="Its data."
)
@click.option(
    "--api", type=Address(), default="127.0.0.1:8071", show_default=True, help="Where partners call."
)
@click.option("--web", type=Address(), default="127.0.0.1:8070", show_default=True, help="Where browsers go.")
@click.option("--success-url", help="The partner's callback, as it is registered.")
@click.option("--error-url", help="The partner's error callback.")
@click.option(
    "--registered-url",
    "registered",
    multiple=True,
    help="Another registered address, which a login may ask to come back to; repeat it.",
)
@click.option(
    "--auto-approve",
    metavar="[PERSONA]",
    is_flag=False,
    flag_value="sophea",
    type=click.Choice([persona.slug for persona in PEOPLE]),
    help="Approve every login at once, as this persona.",
)
@click.option(
    "--version",
    type=click.Choice(("v3", "v2")),
    default="v3",
    show_default=True,
    help="What partner.json names; it speaks both.",
)
@click.option("--with-parent", is_flag=True, hidden=True, help="End when the process that started it ends.")
def simulator(
    folder: Path,
    api: tuple[str, int],
    web: tuple[str, int],
    success_url: str | None,
    error_url: str | None,
    registered: tuple[str, ...],
    auto_approve: str | None,
    version: str,
    with_parent: bool,
) -> None:
    """Run a pretend CamDigiKey until Ctrl-C. DIR/partner.json then says how to reach it."""
    if with_parent:
        parent_death.end_with(os.getppid(), signal.SIGTERM)
    stop: queue.SimpleQueue[int] = queue.SimpleQueue()  # put() is safe in signal handlers: it takes no lock
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: stop.put(number))
    try:
        running = serve(
            folder,
            api,
            web,
            success_url=success_url,
            error_url=error_url,
            registered=registered,
            auto_approve=auto_approve,
            version=version,
        )
    except OSError as error:
        raise click.ClickException(f"The simulator can't start: {error.strerror or error}.") from None
    except (ValueError, KeyError):
        raise click.ClickException(
            f"The simulator can't read what it once wrote to {folder}: take that folder away."
        ) from None
    click.echo(f"API      {running.api_url}")
    click.echo(f"Web      {running.web_url}")
    click.echo(f"Partner  {running.partner_file}")
    stop.get()
    running.stop()
