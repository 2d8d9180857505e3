"""The audit trail's events that anybody can cause without signing in: they are bounded, and have an end."""

UNSOLICITED = "callback.unsolicited"
UNSOLICITED_NOT_ENDED = "callback.unsolicited_not_ended"
EVENTS_OF_STRANGERS = frozenset((UNSOLICITED, UNSOLICITED_NOT_ENDED, "handoff.failed", "handoff.refused"))
