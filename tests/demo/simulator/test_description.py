"""REST calls held against the provider's own description."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from demo.simulator.description import check, operation
from demo.simulator.errors import Refused
from demo.simulator.operations import OPERATIONS
from demo.simulator.resources import Call, Rows
from tests.demo.simulator import cut_description
from tests.demo.simulator.ground import ACCOUNT, DESK, OURS

HERE = f"/2010-04-01/Accounts/{ACCOUNT}"
CALL = {"To": DESK, "From": OURS, "Url": "https://lotse.test/x"}
DESCRIPTION = Path(cut_description.TARGET)


def refused(method: str, path: str, form: dict[str, str] | list[tuple[str, str]]) -> tuple[int, int, bool]:
    pairs = list(form.items()) if isinstance(form, dict) else form
    with pytest.raises(Refused) as error:
        check(method, HERE + path, [], pairs)
    return error.value.status, error.value.code, error.value.form


def test_valid_rest_call_is_accepted() -> None:
    events = [("StatusCallbackEvent", "initiated answered"), ("StatusCallbackEvent", "completed")]
    understood = check("POST", f"{HERE}/Calls.json", [], [*CALL.items(), *events, ("Record", "true")])
    assert understood.operation.id == "CreateCall"
    assert understood.words("StatusCallbackEvent") == ("initiated", "answered", "completed")
    assert understood.flag("Record") is True
    assert understood.number("Timeout", 60) == 60


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({**CALL, "Colour": "red"}, 20001),
        ({**CALL, "Method": "post"}, 20001),
        ({**CALL, "Record": "perhaps"}, 20001),
        ({**CALL, "Timeout": "1.5"}, 20001),
        ({**CALL, "StatusCallback": "lotse.test/x"}, 20001),
        ({**CALL, "ApplicationSid": "AP1"}, 20001),
        ([*CALL.items(), ("Url", "https://lotse.test/y")], 20001),
        ({**CALL, "To": ""}, 21201),
        ({"From": OURS}, 21201),
        ({"To": DESK}, 21213),
    ],
)
def test_calls_that_are_refused(form: dict[str, str], code: int) -> None:
    assert refused("POST", "/Calls.json", form) == (400, code, True)


def test_paths_and_methods() -> None:
    assert refused("GET", "/Faxes.json", {}) == (404, 20404, True)
    assert refused("DELETE", "/Calls.json", {}) == (405, 20004, True)
    assert refused("GET", "/Calls/nonsense.json", {}) == (404, 20404, False)
    assert refused("POST", f"/Calls/CA{'0' * 32}.json", {"Status": "ended"}) == (400, 20001, True)


def test_every_operation_is_served_and_no_other() -> None:
    described = json.loads(DESCRIPTION.read_text(encoding="utf-8"))["paths"]
    assert {one["id"] for methods in described.values() for one in methods.values()} == set(OPERATIONS)
    assert DESCRIPTION.stat().st_size < 120_000


def test_answers_have_the_described_properties() -> None:
    row = Rows(ACCOUNT).call(Call("CA1", OURS, DESK, "inbound"))
    assert sorted(row) == list(operation("FetchCall").properties)


def test_cutting_follows_references_and_drops_prose() -> None:
    rules = {"type": "string", "enum": ["a"], "description": "long"}
    row = {"properties": {"sid": {"type": "string"}}}
    page = {"properties": {"calls": {"type": "array", "items": {"$ref": "#/c/Row"}}, "page": {"type": "integer"}}}
    answer = {"content": {"application/json": {"schema": page}}, "description": "OK"}
    one: dict[str, object] = {"operationId": "X", "responses": {"200": answer}}
    one |= {"parameters": [{"name": "Status", "in": "query", "schema": {"$ref": "#/c/Status"}}]}
    full = {
        "paths": {
            cut_description.ACCOUNT + path: dict.fromkeys(methods, one)
            for path, methods in cut_description.KEPT.items()
        },
        "c": {"Status": rules, "Row": row},
    }
    cut = cut_description.cut(full)["paths"][f"{cut_description.ACCOUNT}/Calls.json"]["get"]
    assert cut["parameters"] == [{"name": "Status", "in": "query", "rules": {"type": "string", "enum": ["a"]}}]
    assert (cut["properties"], cut["status"], cut["form"]) == (["sid"], 200, {})
