"""Logos: kept before an application names them, and not longer than it does."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from sqlalchemy import Engine, func, select

from bridge.domain.client import Client
from bridge.domain.ids import ClientId
from bridge.domain.picture import Picture
from bridge.manage import OPERATOR, Actor, Administration, ClientFaults, Forbidden, Refused
from bridge.stores import sql
from bridge.stores.sql.logos import UNNAMED_KEPT_FOR
from bridge.stores.sql.tables import logos
from tests.manage.conftest import ISSUER, Office, told

NOW = 1_800_000_000
PORTAL = ClientId("portal")
LOGO = Picture(b"\x89PNG", "d" * 64)


@pytest.fixture
def admin(office: Office) -> Administration:
    office.clock = lambda: NOW
    admin = office.administration()
    admin.clients.add(OPERATOR, Client(PORTAL, "Portal", ("https://portal.example/cb",)))
    return admin


@pytest.fixture
def engine(office: Office) -> Engine:
    """The office's own."""
    store = office.logos
    assert isinstance(store, sql.SqlLogos)
    return store._engine


def kept(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(logos)).scalar_one())


def picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (8, 8)).save(written, "PNG")
    return written.getvalue()


def test_an_upload_is_an_edit_of_the_address(admin: Administration, office: Office) -> None:
    made = admin.logos.upload(OPERATOR, PORTAL, picture())
    assert made.logo_uri is not None and made.logo_uri.startswith(f"{ISSUER}/logo/portal/")
    entry = told(office.trail)[-1]
    assert (entry.event, entry.subject, entry.facts["fields"]) == ("client.edited", PORTAL, "logo_uri")
    digest = made.logo_uri.rpartition("/")[2].removesuffix(".png")
    assert office.logos.get(PORTAL, digest) is not None
    assert admin.logos.upload(OPERATOR, PORTAL, picture()) == made  # the same once more


@pytest.mark.parametrize(
    ("actor", "client_id", "error"),
    [
        (Actor("somebody"), PORTAL, Forbidden),
        (Actor("a", "auditor"), PORTAL, Forbidden),
        (Actor("m", "maintainer", frozenset({"other"})), PORTAL, Forbidden),
        (OPERATOR, "nobody", Refused),
        (OPERATOR, "bridge-console", Refused),
    ],
)
def test_who_may_not_stores_nothing(
    admin: Administration, engine: Engine, actor: Actor, client_id: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        admin.logos.upload(actor, client_id, picture())
    assert kept(engine) == 0


def test_one_that_is_named_stays_and_an_earlier_one_goes_after_a_day(
    admin: Administration, office: Office, engine: Engine
) -> None:
    office.logos.add(PORTAL, LOGO, NOW)
    admin.logos.upload(OPERATOR, PORTAL, picture())
    assert kept(engine) == 2
    assert sql.purge(engine, NOW + UNNAMED_KEPT_FOR - 1) == 0
    assert sql.purge(engine, NOW + UNNAMED_KEPT_FOR) == 1
    assert kept(engine) == 1


def test_that_of_a_deleted_application_stays_while_it_can_be_restored(
    admin: Administration, engine: Engine
) -> None:
    admin.logos.upload(OPERATOR, PORTAL, picture())
    admin.clients.delete(OPERATOR, PORTAL)
    assert sql.purge(engine, NOW + 6 * 24 * 3600) == 0
    assert sql.purge(engine, NOW + 7 * 24 * 3600) == 2  # what was registered, and its logo
    assert kept(engine) == 0


def test_another_application_does_not_name_it_for_this_one(
    admin: Administration, office: Office, engine: Engine
) -> None:
    other = Client(
        ClientId("other"), "Other", ("https://other.example/cb",), logo_uri=f"{ISSUER}/{LOGO.digest}"
    )
    admin.clients.add(OPERATOR, other)
    office.logos.add(PORTAL, LOGO, NOW)
    assert sql.purge(engine, NOW + UNNAMED_KEPT_FOR) == 1


def test_a_colour_is_checked_for_commands_and_files_too(admin: Administration) -> None:
    with pytest.raises(ClientFaults, match=r"4\.5 to 1"):
        admin.clients.edit(OPERATOR, PORTAL, {"colour": "#ffffff"})
    assert admin.clients.edit(OPERATOR, PORTAL, {"colour": "#0B5CAD"}).colour == "#0B5CAD"
