"""Pages of applications by name: in what order, by what beginning, and at what cost; on both SQL engines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, insert
from sqlalchemy.dialects import postgresql, sqlite

from bridge.domain.client import Client
from bridge.domain.ids import ClientId
from bridge.ports.clients import ClientStore
from bridge.stores import sql as stores
from bridge.stores.sql.client_rows import row_of
from bridge.stores.sql.clients import _page_query
from bridge.stores.sql.tables import clients
from tests.stores.samples import COUNTERS
from tests.support.round_trips import count_round_trips

NAMES = ("Zebra", "apple", "Apple", "Äpfel", "ក្រសួង", "ខេត្ត", "10", "9", "apple pie", "%", "_", "APPLE")
SORTED = ("%", "10", "9", "_", "apple", "Apple", "APPLE", "apple pie", "Zebra", "Äpfel", "ក្រសួង", "ខេត្ត")


@pytest.fixture
def store(engine: Engine) -> ClientStore:
    return stores.SqlClients(engine, COUNTERS)


@pytest.fixture
def filled(store: ClientStore) -> ClientStore:
    for number, name in enumerate(NAMES):
        store.add(Client(ClientId(f"id-{number:02}"), name, ()))
    return store


def pages(store: ClientStore, size: int, **asked: object) -> Iterator[list[Client]]:
    """Page after page, each after the last one of the one before."""
    after: tuple[str, ClientId] | None = None
    while found := store.page(limit=size, after=after, **asked):  # type: ignore[arg-type]  # -- as they come
        yield list(found)
        after = found[-1].client_name, found[-1].client_id


def test_three_pages_hold_everybody_once_in_an_order_that_minds_no_case(filled: ClientStore) -> None:
    found = list(pages(filled, 4))
    assert [len(page) for page in found] == [4, 4, 4]
    assert tuple(client.client_name for page in found for client in page) == SORTED


def test_the_order_is_the_same_whatever_the_size_of_a_page(filled: ClientStore) -> None:
    for size in (1, 3, 5, 100):
        assert tuple(client.client_name for page in pages(filled, size) for client in page) == SORTED


@pytest.mark.parametrize(
    ("begins", "found"),
    [
        ("apple", ("apple", "Apple", "APPLE", "apple pie")),
        ("APPLE P", ("apple pie",)),
        ("ä", ("Äpfel",)),
        ("ក", ("ក្រសួង",)),
        ("%", ("%",)),
        ("_", ("_",)),
        ("pie", ()),
        ("'; DROP TABLE clients --", ()),
        ("id-03", ("Äpfel",)),
        ("id-0", ()),
    ],
)
def test_a_search_finds_the_beginning_of_a_name_and_a_whole_id(
    filled: ClientStore, begins: str, found: tuple[str, ...]
) -> None:
    for size in (1, 100):
        assert tuple(c.client_name for page in pages(filled, size, begins=begins) for c in page) == found


def test_the_one_of_that_id_comes_first_and_only_once(filled: ClientStore) -> None:
    filled.add(Client(ClientId("apple"), "Apple of that id", ()))
    found = [client.client_name for page in pages(filled, 2, begins="apple") for client in page]
    assert found == ["Apple of that id", "apple", "Apple", "APPLE", "apple pie"]


def test_among_some_only_those_are_found(filled: ClientStore) -> None:
    some = {"id-00", "id-04", "not-there"}
    assert [c.client_name for c in filled.page(limit=9, among=some)] == ["Zebra", "ក្រសួង"]
    assert [c.client_name for c in filled.page(limit=9, among=some, begins="z")] == ["Zebra"]
    assert filled.page(limit=9, among=some, begins="id-01") == ()
    assert filled.page(limit=9, among=()) == ()


@pytest.mark.parametrize("after", [("", ""), ("zz" * 500, "x"), ("%", "' OR 1=1"), ("អ", "\U0010ffff")])
def test_a_forged_place_to_go_on_from_is_a_place_like_any_other(
    filled: ClientStore, after: tuple[str, str]
) -> None:
    filled.page(limit=3, after=(after[0], ClientId(after[1])))


MANY, BATCH = 3000, 250


@pytest.fixture
def many(engine: Engine) -> Engine:
    rows = [
        {
            "client_id": f"id-{number:05}",
            **row_of(Client(ClientId(f"id-{number:05}"), f"Name {number}", ()), 1),
        }
        for number in range(MANY)
    ]
    for first in range(0, MANY, BATCH):
        with engine.begin() as connection:
            connection.execute(insert(clients), rows[first : first + BATCH])
    with engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")
    return engine


@pytest.mark.parametrize(
    "asked",
    [
        (None, ""),
        (("Name 2000", ClientId("id-02000")), ""),
        (None, "name 1"),
        (("Name 15", ClientId("id-00015")), "name 1"),
    ],
    ids=["the first page", "a later page", "a search", "a later page of a search"],
)
def test_a_page_reads_the_index_and_neither_sorts_nor_scans(
    many: Engine, asked: tuple[tuple[str, ClientId] | None, str]
) -> None:
    after, begins = asked
    on_sqlite = many.dialect.name == "sqlite"
    dialect = sqlite.dialect() if on_sqlite else postgresql.dialect()
    query = _page_query(51, after, begins, None).compile(
        dialect=dialect, compile_kwargs={"literal_binds": True}
    )
    explain = "EXPLAIN QUERY PLAN " if on_sqlite else "EXPLAIN "
    with many.connect() as connection:
        plan = str(connection.exec_driver_sql(explain + str(query).replace("%", "%%")).all())
    assert "ix_clients_name_key" in plan, plan
    assert not any(word in plan for word in ("TEMP B-TREE", "Sort", "Seq Scan")), plan


def test_a_page_is_one_query_and_a_search_two(many: Engine) -> None:
    store = stores.SqlClients(many, COUNTERS)
    with count_round_trips(None, many) as trips:
        assert len(store.page(limit=51)) == 51
    assert trips["sql"] == 1
    with count_round_trips(None, many) as trips:
        store.page(limit=51, begins="name")
    assert trips["sql"] == 2
