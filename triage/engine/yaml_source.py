"""Reads YAML and keeps the file and line of every value."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

import yaml

# Every process reads the questionnaires when it starts; libyaml, if PyYAML was built with it, is ten times faster.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class QuestionnaireError(Exception):
    """An error in a file of a questionnaire, with its line (the first is 1)."""

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__(f"{file}:{line}: {message}")
        self.file = file
        self.line = line
        self.message = message


class YamlValue:
    """A value of a YAML file with its file and line."""

    def __init__(self, file: str, node: yaml.Node, line: int | None = None) -> None:
        self.file = file
        self.node = node
        self.line = line or node.start_mark.line + 1

    def error(self, message: str) -> QuestionnaireError:
        return QuestionnaireError(self.file, self.line, message)

    @property
    def is_text(self) -> bool:
        return isinstance(self.node, yaml.ScalarNode)

    @property
    def is_list(self) -> bool:
        return isinstance(self.node, yaml.SequenceNode)

    def text(self) -> str:
        """The scalar as written: `no`, `yes` and `1` are strings."""
        if not isinstance(self.node, yaml.ScalarNode) or not self.node.value.strip():
            raise self.error("a text is expected here")
        return str(self.node.value).strip()

    def items(self) -> list["YamlValue"]:
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.error("a list is expected here")
        return [YamlValue(self.file, node) for node in self.node.value]

    def entries(self) -> dict[str, "YamlValue"]:
        """Key to value; a value's line is that of its key."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.error("'key: value' lines are expected here")
        found: dict[str, YamlValue] = {}
        for key_node, value_node in self.node.value:
            key = YamlValue(self.file, key_node)
            if key.text() in found:
                raise key.error(f"'{key.text()}' stands here twice")
            found[key.text()] = YamlValue(self.file, value_node, key.line)
        return found

    def fields(self, required: Iterable[str], optional: Iterable[str] = ()) -> dict[str, "YamlValue"]:
        """The entries, after a check that no key is unknown or missing."""
        entries = self.entries()
        allowed = {*required, *optional}
        for key, value in entries.items():
            if key not in allowed:
                raise value.error(f"unknown key '{key}' (known: {', '.join(sorted(allowed))})")
        for key in required:
            if key not in entries:
                raise self.error(f"'{key}' is missing")
        return entries

    def plain(self) -> object:
        """The value as dicts, lists and strings, for the digest."""
        if isinstance(self.node, yaml.MappingNode):
            return {key: value.plain() for key, value in self.entries().items()}
        if isinstance(self.node, yaml.SequenceNode):
            return [item.plain() for item in self.items()]
        return str(self.node.value)


def read(path: Path) -> YamlValue:
    """Raises `QuestionnaireError` when the file cannot be read or is not YAML."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=LOADER)
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionnaireError(path.name, 1, f"cannot be read: {error}") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise QuestionnaireError(path.name, mark.line + 1 if mark else 1, f"not YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise QuestionnaireError(path.name, 1, f"not YAML: {error}") from error
    if node is None:
        raise QuestionnaireError(path.name, 1, "the file is empty")
    return YamlValue(path.name, node)


def digest(documents: Iterable[YamlValue]) -> str:
    """SHA-256 of the parsed content; comments and layout have no effect."""
    content = json.dumps([document.plain() for document in documents], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()
