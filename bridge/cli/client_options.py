"""The options of `bridge client add` and `edit`: one for each field of domain.Client."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from bridge.manage.client_checks import (
    APPLICATION_TYPES,
    CLIENT_AUTH_METHODS,
    GRANT_TYPES,
    LOCALES,
    SIGNING_ALGS,
    SUBJECT_TYPES,
    TOKEN_FORMATS,
)

Command = TypeVar("Command", bound=Callable[..., Any])
Option = Callable[[Command], Command]
NONE = -1  # seconds: what was set before is taken back


class Lifetime(click.ParamType[tuple[str, int]]):
    """NAME=SECONDS."""

    name = "NAME=SECONDS"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        """The pair; one without a name for "", which empties the list."""
        name, _, seconds = str(value).partition("=")
        if value == "":
            return "", 0
        if not name or not seconds.isdecimal():
            self.fail(f"{value} is not of the form NAME=SECONDS, such as access_token=300", param, ctx)
        return name, int(seconds)


class Seconds(click.ParamType[int]):
    """A number of seconds; "" for none."""

    name = "SECONDS"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number; NONE for none."""
        if value == "":
            return NONE
        if not str(value).isdecimal():
            self.fail(f"{value} is not a number of seconds", param, ctx)
        return int(str(value))


def _text(field: str, option: str, about: str) -> Option[Any]:
    return click.option(option, field, default=None, help=about)


def _choice(field: str, option: str, values: tuple[str, ...], about: str) -> Option[Any]:
    return click.option(option, field, type=click.Choice(values), default=None, help=about)


def _many(field: str, option: str, about: str, type: Any = str) -> Option[Any]:
    return click.option(option, field, multiple=True, type=type, help=about + " (may be repeated)")


def _switch(field: str, options: str, about: str) -> Option[Any]:
    return click.option(options, field, default=None, help=about)


OPTIONS: tuple[Option[Any], ...] = (
    _text("name", "--name", "Its name, which people see."),
    _many("redirect_uris", "--redirect-uri", "Where people come back to after signing in."),
    _choice(
        "token_endpoint_auth_method",
        "--auth-method",
        CLIENT_AUTH_METHODS,
        "How it proves itself; none: public.",
    ),
    _choice("application_type", "--application-type", APPLICATION_TYPES, "native: on a phone or a desktop."),
    _many("grant_types", "--grant-type", "What it may use at the token endpoint", click.Choice(GRANT_TYPES)),
    _many("scopes", "--scope", "What it may ask for"),
    _many("claims", "--claim", "Allow-list of claims; without it, all that its scopes hold"),
    _switch("require_pkce", "--require-pkce/--no-require-pkce", "Whether it has to use PKCE."),
    _switch(
        "skip_consent", "--skip-consent/--ask-consent", "The institution's own: people agreed beforehand."
    ),
    _switch("straight_on", "--straight-on/--page-before", "Go on to CamDigiKey without a page before (v3)."),
    _choice("subject_type", "--subject-type", SUBJECT_TYPES, "pairwise: a sub of its own."),
    _text("sector", "--sector", "What people's sub hangs on, for good; else the redirect URIs' host."),
    _choice("id_token_signed_response_alg", "--id-token-alg", SIGNING_ALGS, "What signs its ID tokens."),
    _choice("access_token_format", "--access-token-format", TOKEN_FORMATS, "at+jwt: RFC 9068."),
    _switch(
        "claims_in_id_token", "--claims-in-id-token/--claims-in-userinfo", "For products without userinfo."
    ),
    _text("email_fallback", "--email-fallback", "Domain of a pseudonymous address for people without one."),
    _choice("name_locale", "--name-locale", LOCALES, "The language of names without a tag."),
    _text("national_id_purpose", "--national-id-purpose", "What the national number is needed for."),
    _many("post_logout_redirect_uris", "--post-logout-redirect-uri", "Where people go after signing out."),
    _many("onward_origins", "--onward-origin", "Where its redirect URI redirects on to, as an origin"),
    _many("allowed_origins", "--allowed-origin", "Pages that may call token and userinfo (CORS)"),
    _text("client_uri", "--client-uri", "Its home page: the way back from an error."),
    _text("logo_uri", "--logo-uri", "Its logo."),
    _text("policy_uri", "--policy-uri", "Its privacy policy."),
    _text("tos_uri", "--tos-uri", "Its terms of service."),
    _text("initiate_login_uri", "--initiate-login-uri", "Where it begins a sign-in by itself."),
    click.option("--default-max-age", type=Seconds(), help="After that long a sign-in is asked for again."),
    _many("lifetimes", "--lifetime", "Its own lifetimes: code, access_token, id_token, refresh", Lifetime()),
)


def client_options(command: Command) -> Command:
    """All of them on one command."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def given(options: dict[str, Any]) -> dict[str, Any]:
    """Only what was given, as values of domain.Client's fields. `--claim ""` empties a list."""
    found = {name: value for name, value in options.items() if value is not None and value != ()}
    for name, value in found.items():
        if isinstance(value, tuple):
            found[name] = () if value == ("",) else tuple(dict.fromkeys(value))
    if "lifetimes" in found:
        found["lifetimes"] = {name: seconds for name, seconds in found["lifetimes"] if name}
    if found.get("default_max_age") == NONE:
        found["default_max_age"] = None
    if found.get("claims") == ():
        found["claims"] = None  # no allow-list any more
    return found
