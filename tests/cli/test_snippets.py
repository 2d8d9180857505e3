"""`bridge client snippet`: an application's configuration at the console."""

from __future__ import annotations

import ast
import json

from bridge.products import PRODUCTS
from tests.cli.conftest import Console

SECRET = "Zr1mB0uJ9kq3V8xWc5tYfP2sLd7hNgAeRiKoUb4yQmT"


def test_the_text_alone_is_on_standard_output_and_can_be_kept_as_it_is(console: Console) -> None:
    made = console.add()
    said = console.say("client", "snippet", "portal", "authlib")
    ast.parse(said.stdout)
    assert 'REDIRECT_URI = "https://portal.example.gov.kh/callback"' in said.stdout
    assert '"https://sso.example.gov.kh/.well-known/openid-configuration"' in said.stdout
    assert '"<client_secret>"' in said.stdout and made["client_secret"] not in said.output
    assert "pip install" in said.stderr and "camdigikey.py" in said.stderr


def test_every_product_can_be_asked_for(console: Console) -> None:
    console.add()
    for name in PRODUCTS:
        assert "portal" in console.say("client", "snippet", "portal", name).stdout
        assert f"{name} " in console.say("client", "snippet", "--list").stdout


def test_an_application_is_named_by_its_exact_name_too(console: Console) -> None:
    console.add()
    assert console.say("client", "snippet", "Ministry portal", "grafana").stdout
    assert (
        "There is no client"
        in console.say("client", "snippet", "ministry portal", "grafana", wanted=1).output
    )
    again = ("--name", "Ministry portal", "--redirect-uri", "https://b.example/cb", "--client-id", "b")
    console.say("client", "add", *again)
    said = console.say("client", "snippet", "Ministry portal", "grafana", wanted=1).output
    assert "portal" in said and "b" in said and "by its id" in said


def test_an_id_goes_before_a_name(console: Console) -> None:
    console.add()
    console.say("client", "add", "--name", "portal", "--redirect-uri", "https://b.example/cb")
    assert "portal.example.gov.kh" in console.say("client", "snippet", "portal", "authlib").stdout


def test_a_secret_is_read_from_its_file(console: Console) -> None:
    console.add()
    (console.folder / "secret").write_text(SECRET + "\n", encoding="utf-8")
    said = console.say("client", "snippet", "portal", "grafana", "--secret-file", "secret")
    assert f"client_secret = {SECRET}\n" in said.stdout and SECRET not in said.stderr


def test_one_text_of_several_is_chosen(console: Console) -> None:
    console.add()
    said = console.say("client", "snippet", "portal", "keycloak", "--part", "1")
    assert json.loads(said.stdout)["identityProviders"][0]["config"]["clientId"] == "portal"
    assert (
        "there are 3"
        in console.say("client", "snippet", "portal", "keycloak", "--part", "4", wanted=2).output
    )


def test_steps_can_be_had_in_khmer_and_all_as_json(console: Console) -> None:
    console.add()
    said = console.say("client", "snippet", "portal", "grafana", "--language", "km")
    assert "ចាប់ផ្ដើម Grafana ឡើងវិញ" in said.stderr and "Restart" not in said.stderr
    (shown,) = console.json("client", "snippet", "portal", "grafana")
    assert shown["language"] == "ini" and shown["text"] == said.stdout and shown["after"][0]["km"]


def test_what_cannot_be_written_is_a_sentence(console: Console) -> None:
    console.add("--auth-method", "none")
    said = console.say("client", "snippet", "portal", "gitlab", wanted=1)
    assert said.output.count("\n") == 1 and "GitLab needs" in said.output
    assert "Invalid value" in console.say("client", "snippet", "portal", "nothing", wanted=2).output


def test_the_pages_of_the_documents_are_written_without_settings(console: Console) -> None:
    console.settings("not toml at all")
    (console.folder / "pages").mkdir()
    console.say("client", "guides", "pages")
    assert {path.stem for path in (console.folder / "pages").iterdir()} == set(PRODUCTS)
