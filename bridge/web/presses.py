"""Presses that count: only once the person has had the page before their eyes for a moment (DESIGN §6.20).

Else a double click does it on a page that another one covers: its first press closes the window on top, the
second lands on our button. So `static/rest.js` lets the buttons rest until their page has been visible and
focused for 0.7 s, and then adds a mark to their forms. A press without the mark gets the page again, with the
time sealed in it: a press on that page counts 0.7 s later, so that it works without scripts too.
"""

import json

from flask import g, request

from bridge.errors import SealBroken
from bridge.web.use_cases import use_cases

RESTED = "rested"  # the mark; static/rest.js writes it
AGAIN = "again"  # the sealed time of a page that was shown again
REST = 0.7  # seconds; as in static/rest.js
AGAIN_FOR = 600  # seconds in which a page that was shown again can be pressed
_PURPOSE = "page shown again"


def counts(action: str) -> bool:
    """Whether this form's press counts; where not, its page has to be shown again.

    `action`: what the form does, as for its CSRF token. Where it does not count, forms that are made from
    here on in this request bear the time.
    """
    if RESTED in request.form or _has_rested(action):
        return True
    g.shown_again = True
    return False


def fields_of_page(action: str) -> dict[str, str]:
    """The hidden field of a form on a page that is shown again; none on others."""
    if not g.get("shown_again"):
        return {}
    uses = use_cases()
    shown = [uses.clock(), uses.browser.id() or "", action]
    return {AGAIN: uses.sealer.seal(_PURPOSE, json.dumps(shown).encode())}


def _has_rested(action: str) -> bool:
    uses = use_cases()
    try:
        shown_at, browser, what = json.loads(uses.sealer.unseal(_PURPOSE, request.form.get(AGAIN, "")))
    except SealBroken:
        return False
    in_time = REST <= uses.clock() - shown_at <= AGAIN_FOR
    return bool(in_time and (browser, what) == (uses.browser.id(), action))
