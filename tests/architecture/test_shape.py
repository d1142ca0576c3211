"""The shape of our source: sizes, names, and what must not be in it."""

from __future__ import annotations

import ast
import re

from architecture.source import CHECKOUT, LABELS, PACKAGES, Function, Module, all_functions, modules, templates
from django.apps import apps

from foundation.privacy.fields import EncryptedField

LONGEST_FUNCTION = 40
LONGEST_FILE = 500
LONGEST_TEMPLATE_LINE = 120
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "signals", "services_layer"}


def length(function: Function) -> int:
    assert function.end_lineno is not None
    return function.end_lineno - function.lineno + 1


def test_no_function_is_long() -> None:
    long = [
        f"{module.name}.{function.name}" for module, function in all_functions() if length(function) > LONGEST_FUNCTION
    ]
    assert long == []


def test_no_file_is_long() -> None:
    assert [module.name for module in modules().values() if module.lines >= LONGEST_FILE] == []


#: A template tag of Django must end on the line on which it begins: one tag, or one attribute with it, may be longer.
TEMPLATE_TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}")
CANNOT_BE_WRAPPED = re.compile(r"""@|[\w:-]+="[^\s"@]*@[^\s"]*"[>/]*""")


def _could_be_wrapped(line: str) -> bool:
    return CANNOT_BE_WRAPPED.fullmatch(TEMPLATE_TAG.sub("@", line.strip())) is None


def test_no_template_line_is_long() -> None:
    long = [
        f"{path.relative_to(CHECKOUT)}:{number}"
        for path in templates()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if len(line) > LONGEST_TEMPLATE_LINE and _could_be_wrapped(line)
    ]
    assert long == []


def test_no_line_of_sql_is_long() -> None:
    files = [*CHECKOUT.glob("*/sql/*.sql"), *CHECKOUT.glob("*/*/sql/*.sql")]
    assert len(files) > 40
    assert [
        str(file) for file in files for line in file.read_text(encoding="utf-8").splitlines() if len(line) > 120
    ] == []


def test_a_long_template_line_would_be_found() -> None:
    assert _could_be_wrapped('<p>{% translate "A sentence." %}</p>')
    assert _could_be_wrapped("{{ one }}{{ other }}")
    assert not _could_be_wrapped('  {% translate "A sentence." %}')
    assert not _could_be_wrapped('  title="{% translate "A sentence." %}">')


def test_names_say_what_is_inside() -> None:
    assert [module.name for module in modules().values() if FORBIDDEN_NAMES & set(module.name.split("."))] == []


FORBIDDEN_MARKUP = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "a style sheet in the page": re.compile(r"<style\b", re.IGNORECASE),
    "a script in the page": re.compile(r"<script\b(?![^>]*\b(src|type=\"application/json\"))", re.IGNORECASE),
    "an event attribute": re.compile(r"<[^>]*\s(hx-on\S*|on[a-z]+)\s*=", re.IGNORECASE),
    "a link that is a script": re.compile(r"javascript:", re.IGNORECASE),
    "values made by a script": re.compile(r"""hx-(vals|headers)\s*=\s*["']?\s*js:""", re.IGNORECASE),
    "a trigger with a condition": re.compile(r"""hx-trigger\s*=\s*"[^"]*\[""", re.IGNORECASE),
    "unescaped text": re.compile(r"(?<!help_text)\|\s*safe\b|\{%\s*autoescape\s+off"),
}


def test_templates_keep_to_the_content_security_policy() -> None:
    found = [
        f"{path.relative_to(CHECKOUT)}: {what}"
        for path in templates()
        for what, pattern in FORBIDDEN_MARKUP.items()
        if pattern.search(path.read_text(encoding="utf-8"))
    ]
    assert len(templates()) > 5
    assert found == []


#: Reference data has a name to be shown; everything else shows keys only, so that logs and errors hold no person.
MAY_SHOW_A_NAME = {"accounts.Organisation", "hotline.CallerType", "hotline.Topic", "journal.Heartbeat"}
TELLING = {"name", "email", "label", "title", "municipality", "initials"}
SEALED = {
    field.name for model in apps.get_models() for field in model._meta.local_fields if isinstance(field, EncryptedField)
}


def test_str_of_a_row_contains_no_personal_data() -> None:
    telling = []
    for model in apps.get_models():
        if model._meta.app_label not in LABELS or model._meta.app_label == "regions":
            continue
        used = _attributes(modules()[model.__module__], model.__name__)
        if used & (TELLING | SEALED) and model._meta.label not in MAY_SHOW_A_NAME:
            telling.append(f"{model._meta.label}: {used & (TELLING | SEALED)}")
    assert telling == []


def _attributes(module: Module, model: str) -> set[str]:
    """The attributes that the model's own ``__str__`` uses, with those of properties it reads."""
    (found,) = [node for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef) and node.name == model]
    methods = {node.name: node for node in found.body if isinstance(node, ast.FunctionDef)}
    used: set[str] = set()
    new = {"__str__"}
    while new:
        reached = [node for name in new if name in methods for node in ast.walk(methods[name])]
        new = {node.attr for node in reached if isinstance(node, ast.Attribute)} - used
        used |= new
    return used


def test_each_model_has_its_own_str() -> None:
    silent = [
        model._meta.label
        for model in apps.get_models()
        if model._meta.app_label in LABELS and "__str__" not in _inherited(model)
    ]
    assert silent == []


def _inherited(model: type) -> set[str]:
    return {
        name for ancestor in model.__mro__ if ancestor.__module__.split(".")[0] in PACKAGES for name in vars(ancestor)
    }


def test_no_model_overrides_save_and_no_signal_is_used() -> None:
    hidden = []
    for module in modules().values():
        origins = set(module.imports.values())
        if any(origin.startswith(("django.db.models.signals", "django.dispatch")) for origin in origins):
            hidden.append(f"{module.name}: signals")
        if re.search(r"\bauto_now(_add)?\s*=", module.text):
            hidden.append(f"{module.name}: auto_now")
        if module.name.endswith("models"):
            hidden += [
                f"{module.name}.{node.name}"
                for node in ast.walk(module.tree)
                if isinstance(node, ast.FunctionDef) and node.name in ("save", "delete")
            ]
    assert hidden == []


def test_tests_mock_no_function_of_ours() -> None:
    replaced = [
        f"{path.relative_to(CHECKOUT)}: {ast.unparse(node.args[0])}"
        for path in sorted((CHECKOUT / "tests").rglob("*.py"))
        for node in _replacements(Module(path))
    ]
    assert replaced == REPLACED


#: An account that cannot go where the tests run: which directories those are is the machine's choice.
REPLACED = ["tests/supervisor/test_data_directory.py: Account"]


def _replacements(module: Module) -> list[ast.Call]:
    """Calls of ``setattr`` and its kind that replace something of ours; a CONSTANT may be set otherwise."""
    ours = {name for name, origin in module.imports.items() if origin.partition(".")[0] in PACKAGES}
    calls = [node for node in ast.walk(module.tree) if isinstance(node, ast.Call) and _name(node.func) in REPLACING]
    return [call for call in calls if call.args and _targets(call.args[0], ours) and not _is_constant(call)]


REPLACING = {"setattr", "delattr", "patch", "object", "spy", "create_autospec"}


def _is_constant(call: ast.Call) -> bool:
    named = call.args[1] if len(call.args) > 2 else call.args[0]
    return isinstance(named, ast.Constant) and str(named.value).rpartition(".")[2].isupper()


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _targets(node: ast.expr, ours: set[str]) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and node.value.partition(".")[0] in PACKAGES
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in ours


def test_mock_of_our_function_would_be_found() -> None:
    module = Module(CHECKOUT / "tests" / "sample.py")
    module.__dict__["text"] = (
        "from hotline import actions\nimport time\n"
        "def f(monkeypatch, mocker):\n"
        "    monkeypatch.setattr(actions, 'record', None)\n"
        "    monkeypatch.setattr('hotline.contacts.actions.record', None)\n"
        "    mocker.patch('hotline.contacts.actions.record')\n"
        "    monkeypatch.setattr(time, 'sleep', None)\n"
        "    monkeypatch.setattr(actions, 'LIMIT', 1)\n"
    )
    assert [node.lineno for node in _replacements(module)] == [4, 5, 6]
