"""Applications by the API: registered, read, changed, and gone."""

from __future__ import annotations

import pytest

from bridge.manage import OPERATOR
from bridge.web.use_cases import UseCases
from tests.api.conftest import NEW, ROBOT, Robot


def uses(robot: Robot) -> UseCases:
    found: UseCases = robot.world.app.extensions["bridge"]
    return found


def test_an_application_is_registered_and_its_secret_works(robot: Robot) -> None:
    fields = {**NEW, "grant_types": ["client_credentials"], "scope": "reports.read", "redirect_uris": []}
    made = robot.ask("POST", "/clients", fields)
    assert made.status == 201, made.body
    client_id = made["client_id"]
    assert made.headers["Location"] == f"{robot.world.issuer}/admin/api/v1/clients/{client_id}"
    assert made["live_secrets"] == 1 and made["scope"] == "reports.read"
    robot.world.secrets[client_id] = made["client_secret"]
    assert robot.world.token(client_id, grant_type="client_credentials").status == 200


def test_what_was_read_can_be_changed_and_sent_back_as_a_whole(robot: Robot) -> None:
    made = robot.register("whole", default_max_age=60, client_uri="https://portal.example")
    read = robot.get("/clients/whole")
    assert (read.etag, read["default_max_age"]) == (made.etag, 60)
    changed = robot.ask("PUT", "/clients/whole", {**read.body, "client_name": "ក្រសួង"}, If_Match=read.etag)
    assert (changed.status, changed["client_name"]) == (200, "ក្រសួង")
    assert changed.etag != read.etag
    assert {**changed.body, "client_name": ""} == {**read.body, "client_name": ""}


def test_what_is_left_out_of_a_whole_gets_its_default_but_for_what_is_set_once(robot: Robot) -> None:
    read = robot.register("default", default_max_age=60, skip_consent=True)
    sector = read["sector_identifier"]
    said = robot.ask("PUT", "/clients/default", NEW, If_Match=read.etag)
    assert (said["default_max_age"], said["skip_consent"]) == (None, False)
    assert (said["sector_identifier"], said["live_secrets"]) == (sector, 1) and sector == "portal.example"


def test_a_merge_patch_changes_what_it_names_and_null_takes_it_away(robot: Robot) -> None:
    """RFC 7396 §2."""
    read = robot.register("patched", client_uri="https://portal.example", default_max_age=60)
    said = robot.ask(
        "PATCH",
        "/clients/patched",
        {"client_uri": None, "scope": "openid email"},
        If_Match=read.etag,
        Content_Type="application/merge-patch+json",
    )
    assert said.status == 200
    assert (said["client_uri"], said["scope"], said["default_max_age"]) == (None, "openid email", 60)


def test_a_change_that_changes_nothing_is_no_entry_of_the_trail(robot: Robot) -> None:
    read = robot.register("same")
    said = robot.ask("PATCH", "/clients/same", {"client_name": read["client_name"]}, If_Match=read.etag)
    assert (said.status, said.etag) == (200, read.etag)
    rows = robot.get("/audit?subject=same")["items"]
    assert [row["event"] for row in rows] == ["client.added"]


def test_it_is_disabled_and_let_in_again_also_without_knowing_its_version(robot: Robot) -> None:
    read = robot.register("switched")
    off = robot.ask("POST", "/clients/switched/disable")
    assert (off.status, off["enabled"]) == (200, False)
    stale = robot.ask("POST", "/clients/switched/enable", If_Match=read.etag)
    assert stale.problem == (412, "stale") and stale.etag == off.etag
    on = robot.ask("POST", "/clients/switched/enable", If_Match=off.etag)
    assert (on.status, on["enabled"]) == (200, True)


def test_a_deleted_one_is_gone(robot: Robot) -> None:
    read = robot.register("deleted")
    said = robot.ask("DELETE", "/clients/deleted", If_Match=read.etag)
    assert (said.status, said.response.data) == (204, b"") and "Content-Type" not in said.headers
    assert robot.get("/clients/deleted").problem == (404, "not-found")


def test_two_secrets_live_and_either_can_be_ended(robot: Robot) -> None:
    fields = {"grant_types": ["client_credentials"], "scope": "reports.read", "redirect_uris": []}
    first = robot.register("two-secrets", **fields)
    made = robot.ask("POST", "/clients/two-secrets/secrets", If_Match=first.etag)
    assert made.status == 201 and set(made.body) == {"client_id", "secret_id", "client_secret"}
    known = robot.get("/clients/two-secrets/secrets")
    assert known.etag == made.etag
    new, old = (item["secret_id"] for item in known["items"])
    assert new == made["secret_id"]
    gone = robot.ask("DELETE", f"/clients/two-secrets/secrets/{old}", If_Match=known.etag)
    assert gone.status == 204
    world, asked = robot.world, {"client_id": "two-secrets", "grant_type": "client_credentials"}
    for secret, status in ((first["client_secret"], 401), (made["client_secret"], 200)):
        world.secrets["two-secrets"] = secret
        assert world.token(**asked).status == status
    left = robot.get("/clients/two-secrets/secrets")
    last = robot.ask("DELETE", f"/clients/two-secrets/secrets/{new}", If_Match=left.etag)
    assert last.problem == (409, "refused")


def test_a_new_secret_ends_the_others_at_once_where_that_is_asked(robot: Robot) -> None:
    made = robot.register("at-once")
    said = robot.ask("POST", "/clients/at-once/secrets", {"at_once": True}, If_Match=made.etag)
    assert said.status == 201 and robot.get("/clients/at-once")["live_secrets"] == 1


def test_a_list_goes_on_where_it_ended_whatever_came_and_went(robot: Robot) -> None:
    for number in range(5):
        robot.register(f"list-{number}", client_name=f"List {number}")
    first = robot.get("/clients?q=list&limit=2")
    assert [item["client_id"] for item in first["items"]] == ["list-0", "list-1"]
    robot.ask("DELETE", "/clients/list-1", If_Match="*")
    robot.register("list-00", client_name="List 00")
    second = robot.get(f"/clients?q=list&limit=2&cursor={first['next_cursor']}")
    assert [item["client_id"] for item in second["items"]] == ["list-2", "list-3"]
    last = robot.get(f"/clients?q=list&limit=2&cursor={second['next_cursor']}")
    assert [item["client_id"] for item in last["items"]] == ["list-4"] and last["next_cursor"] is None


def test_who_has_the_version_already_is_told_so(robot: Robot) -> None:
    read = robot.register("known")
    for known in (read.etag, f"W/{read.etag}", f'"other", {read.etag}', "*"):
        said = robot.get("/clients/known", If_None_Match=known)
        assert (said.status, said.response.data, said.etag) == (304, b"", read.etag)
    assert robot.get("/clients/known", If_None_Match='"other"').status == 200


def test_a_product_is_configured_with_its_values_and_never_with_its_secret(robot: Robot) -> None:
    made = robot.register("dashboards", redirect_uris=["https://grafana.example/login/generic_oauth"])
    said = robot.get("/clients/dashboards/snippets/grafana")
    texts = "\n".join(item["text"] for item in said["items"])
    assert "client_id = dashboards" in texts and made["client_secret"] not in texts
    assert said["items"][0]["title"].keys() == {"km", "en"}


def test_what_a_machine_does_stands_in_the_trail_with_its_id(robot: Robot) -> None:
    robot.register("told")
    (row,) = robot.get("/audit?subject=told&limit=1")["items"]
    assert (row["actor"], row["event"]) == (f"client:{ROBOT}", "client.added")
    assert uses(robot).administration.audit.verify(OPERATOR).faults == ()


def test_the_trail_goes_on_by_cursors_and_is_filtered(robot: Robot) -> None:
    for number in range(3):
        robot.register(f"trail-{number}")
    query = f"/audit?actor=client:{ROBOT}&event=client.added&limit=2&since=1"
    first = robot.get(query)
    assert [row["subject"] for row in first["items"]] == ["trail-2", "trail-1"]
    second = robot.get(f"{query}&cursor={first['next_cursor']}")
    assert second["items"][0]["subject"] == "trail-0"


@pytest.mark.parametrize(
    ("path", "member"),
    [("/keys", "kid"), ("/jobs", "name"), ("/products", "id")],
)
def test_the_service_is_read(robot: Robot, path: str, member: str) -> None:
    said = robot.get(path)
    assert said.status == 200 and all(item[member] for item in said["items"])
    assert "private" not in said.response.get_data(as_text=True)
