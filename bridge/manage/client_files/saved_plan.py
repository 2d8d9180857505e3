"""A plan that is saved, and applied later if nothing changed meanwhile. It has no secret, only references."""

import json
from typing import Any

from bridge.manage.access import Refused
from bridge.manage.client_files.administration import Stale
from bridge.manage.client_files.faults import FileFaults
from bridge.manage.client_files.plan import Plan, PlanOptions
from bridge.manage.client_files.text import FileTable, read_text
from bridge.manage.client_files.wanted import ClientFile, client_file

KIND, VERSION = "bridge client plan", 1
_OPTIONS = ("prune", "prune_many", "take_over")


def saved(file: ClientFile, plan: Plan) -> str:
    """The text of a saved plan: what the file said, and what it would change of which versions."""
    options = {name: getattr(plan.options, name) for name in _OPTIONS}
    body = {"kind": KIND, "v": VERSION, "options": options, "file": file.document, "plan": plan.as_json()}
    return json.dumps(body, ensure_ascii=False, indent=2) + "\n"


def opened(content: bytes) -> tuple[ClientFile, PlanOptions, dict[str, Any]]:
    """What the file said, how it was to be applied, and the plan. Raises Refused where it is none."""
    try:
        body = read_text("plan.json", content)
    except FileFaults:
        raise _NOT_SAVED from None
    if not isinstance(body, FileTable) or (body.get("kind"), body.get("v")) != (KIND, VERSION):
        raise _NOT_SAVED
    options, plan = body.get("options"), body.get("plan")
    if not isinstance(options, dict) or not isinstance(plan, dict):
        raise _NOT_SAVED
    return (
        client_file(body.get("file")),
        PlanOptions(**{name: options.get(name) is True for name in _OPTIONS}),
        plan,
    )


def check_same(plan: Plan, planned: dict[str, Any]) -> None:
    """Raises Stale where the plan of now is not the one that was saved."""
    now = json.loads(json.dumps(plan.as_json()))
    if now == planned:
        return
    before = {
        entry.get("client_id"): entry for entry in planned.get("applications", ()) if isinstance(entry, dict)
    }
    after = {entry["client_id"]: entry for entry in now["applications"]}
    changed = sorted(
        str(name) for name in before.keys() | after.keys() if before.get(name) != after.get(name)
    )
    raise Stale(
        f"Something was changed since this was planned ({', '.join(changed) or 'its set'}): plan it anew."
    )


_NOT_SAVED = Refused("This is no saved plan: `bridge client apply -f FILE --save-plan PLAN` writes one.")
