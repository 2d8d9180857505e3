"""Words of the console for what is kept as a fixed word."""

from collections.abc import Mapping

from bridge.domain.events import Kind
from bridge.domain.expiry import ExpiryKind
from bridge.manage.overview import Unfinished
from bridge.web.console.rows import ROOT
from bridge.web.texts import N_

KIND_NAMES: Mapping[Kind, str] = {
    "start": N_("Sent to CamDigiKey"),
    "login": N_("Signed in"),
    "session": N_("Session"),
    "token": N_("Tokens"),
    "failure": N_("Failed"),
    "declined": N_("Given up"),
    "rejection": N_("Refused"),
    "warning": N_("Warning"),
}
EXPIRY_NAMES: Mapping[ExpiryKind, str] = {
    "keystore": N_("Certificate of the CamDigiKey account"),
    "trust_store": N_("Trusted certificate of the CamDigiKey account"),
    "signing_key": N_("Signing key that should get a successor"),
}
# What is unfinished: what to say, and where it is done; without a page it is done in the settings.
UNFINISHED: Mapping[Unfinished, tuple[str, str]] = {
    "no_application": (N_("No application is registered yet."), f"{ROOT}/new"),
    "only_trials": (N_("All applications are on this machine: register a real one."), f"{ROOT}/new"),
    "second_owner": (
        N_("There is no second owner: if the first one loses access, nobody can administer."),
        f"{ROOT}/administrators",
    ),
    "no_renewal": (N_("A signing key is older than a year: bridge keys rotate gives it a successor."), ""),
    "plain_http": (N_("The address of this service is plain http: it is good for trials alone."), ""),
    "simulator": (N_("CamDigiKey is a simulator on this machine: nobody real can sign in."), ""),
    "open_console": (N_("These pages can be reached from everywhere: admin.networks limits them."), ""),
    "no_alerts": (N_("Nobody is told when something ends or fails: set alerts.webhook."), ""),
}
