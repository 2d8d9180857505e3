"""What a file of applications may not say, and what is told of it."""

from __future__ import annotations

from typing import NamedTuple

HEAD = """set: ministry
applications:
  - client_id: portal
    client_name: Portal
    redirect_uris: [https://portal.example/cb]
"""
LINE = 6  # of what follows


class Case(NamedTuple):
    """A line that is added to the file's application; the field that is named, and a part of the sentence."""

    line: str
    field: str
    told: str


CASES = (
    # Keys.
    Case("client_nam: Portal", "client_nam", "client_name is one"),
    Case("redirect_uri: https://portal.example/cb", "redirect_uri", "redirect_uris is one"),
    Case("jwks_uri: https://portal.example/jwks", "jwks_uri", "There is no such key"),
    Case("Scope: openid", "Scope", "scope is one"),
    Case("secret_hashes: [x]", "secret_hashes", "set by this provider"),
    Case("client_id_issued_at: 5", "client_id_issued_at", "set by this provider"),
    Case("managed_by: other", "managed_by", "set by this provider"),
    Case("live_secrets: 2", "live_secrets", "set by this provider"),
    Case("client_name: Again", "client_name", "there twice"),
    Case("client_id: other", "client_id", "there twice"),
    # Kinds, and what YAML makes of words in other tools.
    Case("popups: yes", "popups", "true or false"),
    Case("popups: off", "popups", "true or false"),
    Case("popups: 1", "popups", "true or false"),
    Case('popups: "true"', "popups", "true or false"),
    Case("enabled: no", "enabled", "true or false"),
    Case("default_max_age: 010", "default_max_age", "whole number"),
    Case("default_max_age: 0x10", "default_max_age", "whole number"),
    Case("default_max_age: 1_000", "default_max_age", "whole number"),
    Case("default_max_age: 1:30", "default_max_age", "whole number"),
    Case("default_max_age: 1e3", "default_max_age", "whole number"),
    Case("default_max_age: 1.5", "default_max_age", "whole number"),
    Case("default_max_age: true", "default_max_age", "whole number"),
    Case("default_max_age: -1", "default_max_age", "0 seconds or more"),
    Case("client_uri: 5", "client_uri", "put it in quotes"),
    Case("client_uri: [https://portal.example]", "client_uri", "It is a text"),
    Case("client_uri:", "client_uri", "has no value"),
    Case("client_uri: ~", "client_uri", "has no value"),
    Case('client_uri: ""', "client_uri", "It is empty"),
    Case('connector: ""', "connector", "It is empty"),
    Case("scope: [openid, profile]", "scope", "It is a text"),
    Case("grant_types: authorization_code", "grant_types", "list of texts"),
    Case("grant_types: [authorization_code, 5]", "grant_types", "list of texts"),
    Case("allowed_origins: {a: b}", "allowed_origins", "list of texts"),
    Case("lifetimes: 300", "lifetimes", "table of seconds"),
    Case("lifetimes: {access_token: 300s}", "lifetimes", "whole number"),
    Case("lifetimes: {code: 30, code: 60}", "lifetimes", "each name once"),
    # Values, which the checks of every registration look at.
    Case("lifetimes: {session: 5}", "lifetimes", "no lifetime of a client"),
    Case("grant_types: [refresh_token]", "grant_types", "authorization_code"),
    Case("scope: openid everything", "scope", "everything"),
    Case("scope: openid national_id", "scope", "purpose in writing"),
    Case("token_endpoint_auth_method: private_key_jwt", "token_endpoint_auth_method", "there are"),
    Case("application_type: native", "token_endpoint_auth_method", "RFC 8252 §8.5"),
    Case("claims: [shoe_size]", "claims", "shoe_size"),
    Case("logo_uri: http://portal.example/logo.png", "logo_uri", "https"),
    Case("post_logout_redirect_uris: [http://portal.example/]", "post_logout_redirect_uris", "https"),
    Case("connector: third", "connector", "there are camdigikey, second"),
    Case("email_fallback_domain: nowhere", "email_fallback_domain", "no domain"),
    # Sections given up.
    Case("unmanaged: look", "unmanaged", "It is a list"),
    Case("unmanaged: [looks]", "unmanaged", "look is near"),
    Case("unmanaged: [5]", "unmanaged", "It is a list"),
    Case("unmanaged: [identity]", "client_name", "leaves identity to others"),
    Case("unmanaged: [sign_in]", "redirect_uris", "leaves sign_in to others"),
    # Secrets: never in the file, and never in what is told.
    Case("secret: hunter2-hunter2-hunter2-hunter2-hunter2", "secret", "never stands in the file"),
    Case("client_secret: hunter2-hunter2-hunter2-hunter2-x", "client_secret", "never stands in the file"),
    Case("secret: {value: hunter2-hunter2-hunter2}", "secret", "a version and from"),
    Case("secret: {version: 1}", "secret", "a version and from"),
    Case("secret: {from: 'env:GOOD'}", "secret", "a version and from"),
    Case("secret: {version: 1, from: 'env:GOOD', at_once: true}", "secret", "nothing else"),
    Case("secret: {version: 1, version: 2, from: 'env:GOOD'}", "secret", "once each"),
    Case("secret: {version: 0, from: 'env:GOOD'}", "secret", "from 1 on"),
    Case("secret: {version: '1', from: 'env:GOOD'}", "secret", "from 1 on"),
    Case("secret: {version: true, from: 'env:GOOD'}", "secret", "from 1 on"),
    Case("secret: {version: 1, from: GOOD}", "secret", "env:NAME"),
    Case("secret: {version: 1, from: 'env:hunter2 hunter2'}", "secret", "env:NAME"),
    Case("secret: {version: 1, from: 'file:secret.txt'}", "secret", "a whole path"),
    Case("secret: {version: 1, from: 'vault:GOOD'}", "secret", "env:NAME"),
    Case("secret: {version: 1, from: 'env:NOWHERE'}", "secret", "no NOWHERE here"),
    Case("secret: {version: 1, from: 'env:EMPTY'}", "secret", "empty, or masked"),
    Case("secret: {version: 1, from: 'env:MASKED'}", "secret", "empty, or masked"),
    Case("secret: {version: 1, from: 'env:SHORT'}", "secret", "32 to 200 random"),
    Case("secret: {version: 1, from: 'env:DULL'}", "secret", "32 to 200 random"),
    Case("secret: {version: 1, from: 'env:BLANK'}", "secret", "RFC 6749 Appendix A.2"),
)
SECRETS = {
    "GOOD": "Zm9yLXRlc3RzLWFsb25lLTEyMzQ1Njc4OTA",
    "BETTER": "YW5vdGhlci1vbmUtZm9yLXRlc3RzLTEyMzQ",
    "BEST": "dGhlLWxhc3Qtb25lLWZvci10ZXN0cy0xMjM0NTY",
    "EMPTY": "",
    "MASKED": "***",
    "SHORT": "hunter2",
    "DULL": "hunter2".replace("hunter2", "ab" * 20),
    "BLANK": "hunter2 hunter2 hunter2 hunter2 hunter2 hunter2",
}

# Whole files: their text, the application that is named, and a part of the sentence.
FILES = {
    "empty": ("", "", "has the key applications"),
    "a list": ("- client_id: portal", "", "has the key applications"),
    "a word": ("portal", "", "has the key applications"),
    "no applications": ("set: ministry", "", "It is a list of applications"),
    "applications by name": ("applications: {portal: {}}", "", "It is a list of applications"),
    "an application that is a word": ("applications: [portal]", "application 1", "table of its fields"),
    "an unknown key above": ("sets: ministry\napplications: []", "", "set is one"),
    "a key above twice": ("set: a\nset: b\napplications: []", "", "there twice"),
    "a set without a name": ("set:\napplications: []", "", "set's name"),
    "a set with blanks": ("set: our own\napplications: []", "", "set's name"),
    "a set that is a number": ("set: 5\napplications: []", "", "set's name"),
    "without an id": ("applications: [{client_name: A}]", "application 1", "client id has"),
    "an id with blanks": (
        "applications: [{client_id: a b, client_name: A}]",
        "application 1",
        "client id has",
    ),
    "an id that is a number": (
        "applications: [{client_id: 5, client_name: A}]",
        "application 1",
        "client id",
    ),
    "without a name": ("applications: [{client_id: a}]", "a", "name, which people see, is missing"),
    "the console": (
        "applications: [{client_id: bridge-console, client_name: A, redirect_uris: ['https://a.example/']}]",
        "bridge-console",
        "made from the settings",
    ),
    "one twice": (HEAD + HEAD.partition("applications:\n")[2], "portal", "in the file twice"),
    "a secret without a set": (
        "applications: [{client_id: a, client_name: A, secret: {version: 1, from: 'env:GOOD'}}]",
        "a",
        "Only a file with a set",
    ),
    "a public client's secret": (
        HEAD + "    token_endpoint_auth_method: none\n    secret: {version: 1, from: 'env:GOOD'}\n",
        "portal",
        "without authentication has no secret",
    ),
    "a secret of a section given up": (
        HEAD + "    unmanaged: [credentials_and_tokens]\n    secret: {version: 1, from: 'env:GOOD'}\n",
        "portal",
        "leaves credentials_and_tokens to others",
    ),
    "an anchor and an alias": (HEAD + "    claims: &a [name]\n    x: *a\n", "", "no aliases"),
    "a merge key": (HEAD + "    <<: {popups: true}\n", "portal", "There is no such key"),
    "a tag": (HEAD + "    client_uri: !!python/object/apply:os.getcwd []\n", "", "no tags"),
    "a key that is a number": ("5: a\napplications: []", "", "A key is a text"),
    "two documents": (HEAD + "---\n" + HEAD, "", "another document"),
    "a tabulator": ("set:\n\tministry", "", "This is no YAML"),
    "a control character": ("set: a\0b", "", "control characters"),
    "nested deeply": (f"applications: {'[' * 20}{']' * 20}", "", "nested deeper"),
    "nested without end": ("[" * 5000, "", "nested deeper"),
    "a number without end": (HEAD + f"    default_max_age: {'9' * 5000}\n", "", "too long"),
}
