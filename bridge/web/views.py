"""Which function answers at each endpoint of oidc.endpoints, by method."""

from collections.abc import Mapping

from bridge.web import (
    agreement,
    authorize,
    callback,
    confirm,
    health,
    home,
    joining,
    login,
    logo,
    logout,
    prepared,
    provider,
)
from bridge.web.routes import View

VIEWS: Mapping[str, Mapping[str, View]] = {
    "authorize": {"GET": authorize.authorize, "POST": authorize.authorize_by_form},
    "authorize_form": {"GET": authorize.authorize_form},
    "login": {"GET": login.login},
    "login_start": {"POST": login.start},
    "login_cancel": {"POST": login.cancel},
    "consent": {"POST": agreement.agree},
    "consent_not_me": {"POST": agreement.not_me},
    "callback": {"GET": callback.success},
    "callback_error": {"GET": callback.error},
    "confirm": {"GET": confirm.ask, "POST": confirm.accept},
    "confirm_reject": {"POST": confirm.reject},
    "logout": {"GET": logout.logout, "POST": logout.logout_by_form},
    "logout_form": {"GET": logout.logout_form},
    "logout_confirm": {"POST": logout.confirm},
    "join": {"GET": joining.invitation, "POST": joining.begin},
    "joined": {"GET": joining.joined},
    "home": {"GET": home.home},
    "look": {"GET": home.look},
    "logo": {"GET": logo.logo},
    "healthz": {"GET": health.healthz},
    "readyz": {"GET": health.readyz},
    "token": {"POST": provider.token},
    "userinfo": {"GET": provider.userinfo, "POST": provider.userinfo},
    "introspection": {"POST": provider.introspection},
    "revocation": {"POST": provider.revocation},
    "jwks": {"GET": prepared.jwks},
    "discovery": {"GET": prepared.discovery},
}
