"""Cut the provider's OpenAPI description down to what is served: ``python cut_description.py FULL.json``.

Writes data/api.json beside this file: paths, operations, parameters, form fields, the status of success and the names
of the answer's properties. References are resolved, prose and examples dropped. data/README.md says where FULL.json
is from.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[3] / "demo" / "simulator" / "data" / "api.json"
ACCOUNT = "/2010-04-01/Accounts/{AccountSid}"
#: What is served, by path below the account.
KEPT: dict[str, tuple[str, ...]] = {
    "/Calls.json": ("get", "post"),
    "/Calls/{Sid}.json": ("get", "post"),
    "/Conferences.json": ("get",),
    "/Conferences/{Sid}.json": ("get", "post"),
    "/Conferences/{ConferenceSid}/Participants.json": ("get", "post"),
    "/Conferences/{ConferenceSid}/Participants/{CallSid}.json": ("get", "post", "delete"),
    "/Queues.json": ("get", "post"),
    "/Queues/{Sid}.json": ("get",),
    "/Queues/{QueueSid}/Members.json": ("get",),
    "/Queues/{QueueSid}/Members/{CallSid}.json": ("get", "post"),
    "/Messages.json": ("get", "post"),
    "/Messages/{Sid}.json": ("get", "delete"),
    "/Recordings/{Sid}.json": ("get", "delete"),
}
#: Of a schema, what says which values are allowed.
RULES = ("type", "format", "pattern", "enum", "minLength", "maxLength", "minimum", "maximum")


def main(source: str) -> None:
    full = json.loads(Path(source).read_text(encoding="utf-8"))
    TARGET.write_text(json.dumps(cut(full), indent=1, sort_keys=True) + "\n", encoding="utf-8")


def cut(full: dict[str, Any]) -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for path, methods in KEPT.items():
        operations = full["paths"][ACCOUNT + path]
        paths[ACCOUNT + path] = {method: _operation(full, operations[method]) for method in methods}
    return {"paths": paths}


def _operation(full: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    parameters = [_parameter(full, one) for one in operation.get("parameters", [])]
    contents = operation.get("requestBody", {}).get("content", {})
    form = contents.get("application/x-www-form-urlencoded", {}).get("schema", {})
    status, response = next((code, answer) for code, answer in operation["responses"].items() if code.startswith("2"))
    return {
        "id": operation["operationId"],
        "parameters": parameters,
        "form": {name: _rules(full, schema) for name, schema in form.get("properties", {}).items()},
        "required": form.get("required", []),
        "status": int(status),
        "properties": _properties(full, response),
    }


def _parameter(full: dict[str, Any], parameter: dict[str, Any]) -> dict[str, Any]:
    rules = _rules(full, parameter["schema"])
    return {"name": parameter["name"], "in": parameter["in"], "rules": rules}


def _rules(full: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    schema = _resolved(full, schema)
    kept = {name: schema[name] for name in RULES if name in schema}
    return kept | ({"items": _rules(full, schema["items"])} if "items" in schema else {})


def _properties(full: dict[str, Any], response: dict[str, Any]) -> list[str]:
    """Names of the answer's properties; of a list, those of one row."""
    content = response.get("content", {}).get("application/json", {})
    properties = _resolved(full, content.get("schema", {})).get("properties", {})
    rows = [schema for name, schema in properties.items() if schema.get("type") == "array" and "page" in properties]
    return sorted(_resolved(full, rows[0]["items"])["properties"] if rows else properties)


def _resolved(full: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        found: Any = full
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


if __name__ == "__main__":
    main(sys.argv[1])
