"""The promise that test_states keeps: event by state, the kind of page that answers.

tests/support/pages.py names the kinds; a number is a status other than 200. "anew" is a sign-in page of a new
Interaction, where the one of the walk is over. Where v2, which brings no state back, differs from v3, a pair
says so.
"""

from __future__ import annotations

Cell = str | tuple[str, str]  # in both versions, or (v3, v2)

# The states, in the order of a sign-in:
#   before      the page before CamDigiKey is open
#   away        at CamDigiKey, nothing approved yet
#   confirming  "is this you?" waits for a word (v2 always; v3 where somebody signed out in this browser)
#   consenting  the page that tells what is shared is open
#   finished    the application has its code, which it has not redeemed yet
#   expired     the person went to CamDigiKey, came back by the browser's own button, and left the page before
#               CamDigiKey open for longer than 30 minutes: the Handoff is over, and so is the Interaction
#   signed out  finished, and signed out afterwards
TABLE: dict[str, dict[str, Cell]] = {
    "F5": {
        "before": "sign_in",
        "away": "camdigikey",
        "confirming": "confirm",
        "consenting": "consent",
        "finished": "code",
        "expired": "sign_in anew",
        "signed out": "sign_in",
    },
    "Back to the page before, its button again": {
        "before": "sign_in anew",
        "away": "camdigikey",
        "confirming": "camdigikey",
        "consenting": "consent",  # signed in already: nobody is sent to CamDigiKey for nothing
        "finished": "code",
        "expired": "sign_in anew",
        "signed out": "camdigikey",
    },
    "the sign-in's address in a second tab": {
        "before": "sign_in",
        "away": "sign_in",
        "confirming": "sign_in",
        "consenting": "consent",
        "finished": "code",
        "expired": "sign_in anew",
        "signed out": "sign_in",
    },
    "the sign-in's address in another browser": {
        "before": "opened_elsewhere 400",
        "away": "opened_elsewhere 400",
        "confirming": "opened_elsewhere 400",
        "consenting": "opened_elsewhere 400",
        "finished": "opened_elsewhere 400",
        "expired": "opened_elsewhere 400",
        "signed out": "opened_elsewhere 400",
    },
    "the page's address in another browser": {
        "before": "opened_elsewhere 400",
        "away": "camdigikey",  # CamDigiKey's page is its own; what comes of it is the callback's business
        "confirming": "opened_elsewhere 400",
        "consenting": "opened_elsewhere 400",
        "finished": "opened_elsewhere 400",
        "expired": "opened_elsewhere 400",
        "signed out": "opened_elsewhere 400",
    },
    "the sign-in's address in a browser that refuses cookies": {
        "before": "no_cookies 400",
        "away": "no_cookies 400",
        "confirming": "no_cookies 400",
        "consenting": "no_cookies 400",
        "finished": "no_cookies 400",
        "expired": "no_cookies 400",
        "signed out": "no_cookies 400",
    },
    "the callback again": {
        "before": "already_used 400",  # of somebody's earlier sign-in: this one has had none yet
        "away": "problem 400",  # the same, and the sign-in under way is offered
        "confirming": "confirm",
        "consenting": "consent",
        "finished": "code",
        "expired": "already_used 400",
        "signed out": "sign_in",
    },
    "the callback in another browser": {
        "before": "already_used 400",
        "away": "already_used 400",
        "confirming": "already_used 400",
        "consenting": "already_used 400",
        "finished": "already_used 400",
        "expired": "already_used 400",
        "signed out": "already_used 400",
    },
    "a forged token for the same state": {
        "before": "unsolicited_callback 400",
        "away": "problem",  # that state is used up: the person is asked to try again
        "confirming": "problem 400",  # it was answered: its own page says so, and goes on
        "consenting": "problem 400",
        "finished": "problem 400",
        "expired": "problem 400",
        "signed out": "problem 400",
    },
    "a second approval for the same state": {
        "before": "unsolicited_callback 400",
        "away": ("consent", "confirm"),  # there it is the first one
        "confirming": "problem 400",
        "consenting": "problem 400",
        "finished": "problem 400",
        "expired": "problem 400",
        "signed out": "problem 400",
    },
    "an approval without any state": {
        "before": "unsolicited_callback 400",
        "away": ("problem 400", "confirm"),
        "confirming": "unsolicited_callback 400",
        "consenting": "unsolicited_callback 400",
        "finished": "unsolicited_callback 400",
        "expired": ("unsolicited_callback 400", "problem 400"),
        "signed out": "unsolicited_callback 400",
    },
    "the error callback with its state": {
        "before": "not_completed 400",
        "away": "problem",
        "confirming": "problem 400",
        "consenting": "problem 400",
        "finished": "problem 400",
        "expired": "problem 400",
        "signed out": "problem 400",
    },
    "the error callback without a state": {
        "before": "not_completed 400",
        "away": "problem 400",  # nothing proves it: the sign-in goes on waiting
        "confirming": "not_completed 400",
        "consenting": "not_completed 400",
        "finished": "not_completed 400",
        "expired": ("not_completed 400", "problem 400"),
        "signed out": "not_completed 400",
    },
    "another person signs in": {
        "before": ("consent", "confirm"),
        "away": ("consent", "confirm"),
        "confirming": "confirm",
        "consenting": "confirm",
        "finished": "confirm",
        "expired": ("consent", "confirm"),
        "signed out": "confirm",
    },
    "a second start": {
        "before": "camdigikey",
        "away": ("camdigikey", "already_under_way"),
        "confirming": "camdigikey",
        "consenting": "consent",
        "finished": "code",
        "expired": "camdigikey",
        "signed out": "camdigikey",
    },
}
