"""The audit trail's events that anybody can cause without signing in: they are bounded, and have an end."""

from bridge.domain.events import audited

UNSOLICITED = "callback.unsolicited"
UNSOLICITED_NOT_ENDED = "callback.unsolicited_not_ended"
EVENTS_OF_STRANGERS = audited(cause="stranger") | audited(noted=True, cause="stranger")
NOTED_EVENTS = audited(noted=True)
