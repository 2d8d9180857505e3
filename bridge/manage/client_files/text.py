"""The text of a file of applications as plain values: YAML, JSON or TOML, by the ending of its name.

YAML is read by less than the core schema of YAML 1.2, so that `no` is a text and 0x10 is no number; tags, and
what makes one part of a file depend on another (anchors, merge keys), are refused.
"""

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bridge.manage.client_files.faults import FileFault, FileFaults

MAX_BYTES = 4 * 2**20
MAX_DEPTH = 10
LONGEST_NUMBER = 18  # digits
_BOOL, _NULL, _INT, _STR = (f"tag:yaml.org,2002:{name}" for name in ("bool", "null", "int", "str"))
_LINE = re.compile(r"line (\d+)")


class FileTable(dict[str, Any]):
    """A mapping of a file. `lines`: where its keys stand, if known; `repeated`: keys that came again."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[str, int] = {}
        self.repeated: list[tuple[str, int | None]] = []

    def put(self, key: str, value: Any, line: int | None = None) -> None:
        """Add a key; one that is there already is noted, and not taken."""
        if key in self:
            self.repeated.append((key, line))
            return
        self[key] = value
        if line is not None:
            self.lines[key] = line


def read_text(name: str, content: bytes) -> Any:
    """The values of a file of this name. Raises FileFaults where it is none of the formats."""
    reader = READERS.get(name.rpartition(".")[2].lower())
    if reader is None:
        raise FileFaults([FileFault(f"The file's name ends in one of .{', .'.join(READERS)}.")])
    if len(content) > MAX_BYTES:
        raise FileFaults([FileFault(f"The file has more than {MAX_BYTES // 2**20} MiB.")])
    try:
        return reader(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise FileFaults([FileFault("The file is not written in UTF-8.")]) from None
    except RecursionError:
        raise FileFaults([_TOO_DEEP]) from None


_TOO_DEEP = FileFault("The file is nested deeper than applications are.")


class _Loader(yaml.SafeLoader):
    """Composes the nodes of one document, and notes what is refused. It never makes an object."""

    yaml_implicit_resolvers: ClassVar[dict[Any, Any]] = {}  # its own, filled below

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.faults: list[FileFault] = []
        self._depth = 0

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        event = self.peek_event()
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            self.faults.append(FileFault("A file of applications has no aliases (*).", line=line))
            self.get_event()
            return ScalarNode(_STR, "", event.start_mark, event.end_mark)
        if getattr(event, "anchor", None) is not None:
            self.faults.append(FileFault("A file of applications has no anchors (&).", line=line))
            event.anchor = None
        if getattr(event, "tag", None) is not None:
            self.faults.append(FileFault("A file of applications has no tags (!).", line=line))
            event.tag = None
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise FileFaults([_TOO_DEEP])
        node: Node | None = super().compose_node(parent, index)
        self._depth -= 1
        return node


_Loader.add_implicit_resolver(_BOOL, re.compile(r"(?:true|false)$"), ["t", "f"])
_Loader.add_implicit_resolver(_NULL, re.compile(r"(?:null|~|)$"), ["n", "~", ""])
_Loader.add_implicit_resolver(_INT, re.compile(r"-?(?:0|[1-9][0-9]*)$"), list("-0123456789"))


def _yaml(text: str) -> Any:
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        value = None if node is None else _of_node(node, loader.faults)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise FileFaults([FileFault(f"This is no YAML: {error.problem}.", line=line)]) from None
    except yaml.YAMLError:  # a character that YAML has not
        raise FileFaults([FileFault("This is no YAML: it has control characters.")]) from None
    if loader.faults:
        raise FileFaults(loader.faults)
    return value


def _of_node(node: Node, faults: list[FileFault]) -> Any:
    if isinstance(node, MappingNode):
        table = FileTable()
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, ScalarNode) or key.tag != _STR:
                faults.append(FileFault("A key is a text; put it in quotes.", line=line))
                continue
            table.put(key.value, _of_node(value, faults), line)
        return table
    if isinstance(node, SequenceNode):
        return [_of_node(entry, faults) for entry in node.value]
    if node.tag == _INT and len(node.value) > LONGEST_NUMBER:
        faults.append(FileFault("A number is too long.", line=node.start_mark.line + 1))
        return 0
    return _SCALARS[node.tag](node.value)


_SCALARS: Mapping[str, Callable[[str], Any]] = {
    _BOOL: lambda text: text == "true",
    _NULL: lambda text: None,
    _INT: int,
    _STR: str,
}


def _json(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_table, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise FileFaults([FileFault(f"This is no JSON: {error.msg}.", line=error.lineno)]) from None
    except ValueError:
        raise FileFaults([FileFault("This is no JSON: a number is none, or too long.")]) from None


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _toml(text: str) -> Any:
    try:
        return _tables(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        line = int(found[1]) if found else None
        raise FileFaults([FileFault(f"This is no TOML: {error}.", line=line)]) from None
    except ValueError:
        raise FileFaults([FileFault("This is no TOML: a number or a time is none.")]) from None


def _tables(value: Any) -> Any:
    if isinstance(value, dict):
        return _table([(key, _tables(part)) for key, part in value.items()])
    return [_tables(part) for part in value] if isinstance(value, list) else value


def _table(pairs: list[tuple[str, Any]]) -> FileTable:
    table = FileTable()
    for key, value in pairs:
        table.put(key, value)
    return table


READERS: Mapping[str, Callable[[str], Any]] = {"yaml": _yaml, "yml": _yaml, "json": _json, "toml": _toml}
