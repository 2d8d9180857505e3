"""`python -m bridge.camdigikey`: each operation of CamDigiKey from an operator's shell.

The settings come from a partner.json; the answer goes out as JSON; an error is one sentence on standard
error. Exit codes: 0 done, 1 CamDigiKey said no or could not be reached, 2 the options or settings are wrong.
A token given as `-` is read from standard input, because other users see arguments in the list of processes.
"""

import argparse
import base64
import io
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from bridge.camdigikey.client import CamDigiKey
from bridge.camdigikey.errors import ApiError, CamDigiKeyError
from bridge.camdigikey.models import VERSIONS, Partner
from bridge.camdigikey.signature import SignerChain, key_sha256
from bridge.camdigikey.transport import Timeouts

DONE, FAILED, WRONG_USE = 0, 1, 2  # exit codes


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one operation; gives the exit code."""
    for stream in (sys.stdout, sys.stderr):  # a terminal without Khmer letters gets them as \\u17…
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(arguments)
    try:
        partner = Partner.from_file(options.partner, version=options.version)
        camdigikey = CamDigiKey(partner, timeouts=Timeouts(whole=options.timeout))
    except (OSError, ValueError) as error:
        return _fail(f"The partner's settings can't be used: {_sentence(error)}", WRONG_USE)
    try:
        with camdigikey:
            answer = options.run(camdigikey, options)
    except CamDigiKeyError as error:
        said = f": {error.message}" if isinstance(error, ApiError) and error.message else ""
        return _fail(f"{type(error).__name__}: {error}{said}", FAILED)
    except OSError as error:
        return _fail(f"The answer can't be written: {_sentence(error)}", FAILED)
    print(json.dumps(answer, ensure_ascii=False, indent=2))
    return DONE


def _fail(text: str, code: int) -> int:
    print(" ".join(text.split()), file=sys.stderr)
    return code


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror)
    return str(error)


# -- operations ------------------------------------------------------------------------------------------

Run = Callable[[CamDigiKey, argparse.Namespace], object]


def _login_token(camdigikey: CamDigiKey, options: argparse.Namespace) -> object:
    return asdict(camdigikey.login_token(dict(options.var) if options.var else None, options.return_url))


def _face(camdigikey: CamDigiKey, options: argparse.Namespace) -> object:
    image = camdigikey.user_face(options.token)
    if options.out is None:
        return {"face": base64.b64encode(image).decode()}
    Path(options.out).write_bytes(image)
    return {"file": options.out, "bytes": len(image)}


def _certificates(camdigikey: CamDigiKey, options: argparse.Namespace) -> object:
    """What a pin is set by (SignerPin)."""
    chain: SignerChain = camdigikey.signer_certificates()
    return {
        "subject": chain.certificate.subject.rfc4514_string(),
        "issuer": chain.certificate.issuer.rfc4514_string(),
        "key_sha256": key_sha256(chain.certificate),
        "expires_at": chain.expires_at,
    }


TOKEN_OPERATIONS: tuple[tuple[str, str, Run], ...] = (
    ("status", "what CamDigiKey says of an access token", lambda c, o: asdict(c.status(o.token))),
    (
        "exchange",
        "the access token for an auth token",
        lambda c, o: {"access_token": c.user_access_token(o.token)},
    ),
    ("refresh", "a new access token for one that still lives", lambda c, o: asdict(c.refresh(o.token))),
    ("logout", "end an access token", lambda c, o: asdict(c.logout(o.token))),
    (
        "verify",
        "the person behind an account token",
        lambda c, o: asdict(c.verify_account_token(o.token)),
    ),
    ("lookup", "a person by the number of a document", lambda c, o: asdict(c.lookup(o.token, o.code))),
    ("face", "the picture of an access token's person (v3)", _face),
)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m bridge.camdigikey", description="Ask CamDigiKey as a partner."
    )
    parser.add_argument("--partner", metavar="PATH", default="partner.json", help="default: partner.json")
    parser.add_argument("--version", choices=VERSIONS, help="default: what the partner's file says, or v3")
    parser.add_argument("--timeout", metavar="SECONDS", type=_seconds, default=8.0, help="default: 8")
    operations = parser.add_subparsers(required=True, metavar="OPERATION")

    def operation(name: str, help: str, run: Run) -> argparse.ArgumentParser:
        added = operations.add_parser(name, help=help, description=help)
        added.set_defaults(run=run)
        return added

    login = operation("login-token", "begin a login", _login_token)
    login.add_argument("--var", metavar="NAME=VALUE", type=_pair, action="append", help="comes back (v3)")
    login.add_argument("--return-url", metavar="URL", help="where a success comes back to (v3)")
    operation(
        "organization-token",
        "the organization's own access token",
        lambda c, o: {"access_token": c.organization_access_token()},
    )
    operation("certificates", "who signs the tokens at the moment, verified", _certificates)
    by_name = {name: operation(name, help, run) for name, help, run in TOKEN_OPERATIONS}
    for subparser in by_name.values():
        subparser.add_argument("token", type=_token, help="- reads it from standard input")
    by_name["lookup"].add_argument("code", metavar="PERSONAL_CODE")
    by_name["face"].add_argument("--out", metavar="FILE", help="write the image there")
    return parser


def _token(text: str) -> str:
    return sys.stdin.readline().strip() if text == "-" else text


def _pair(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not name or not separator:
        raise argparse.ArgumentTypeError("it has to be NAME=VALUE")
    return name, value


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= 600:
        raise argparse.ArgumentTypeError("it has to be more than 0 and at most 600")
    return seconds


if __name__ == "__main__":
    sys.exit(main())
