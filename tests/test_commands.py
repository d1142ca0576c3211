"""Every command on wrong data ends with a sentence and an exit code, never with a traceback."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cluster import CHECKOUT
from django.core.management import CommandError, call_command, get_commands
from past_policies import change
from people import make_organisation, make_people, make_user
from telephone import TELEPHONY, make_line

from demo.call_setup import NotReady, run_to_the_end
from foundation.accounts.models import Organisation, OrganisationKind

pytestmark = pytest.mark.django_db
OWN = sorted(name for name, app in get_commands().items() if (CHECKOUT / app.partition(".")[0]).is_dir())
#: Nothing that is given to them could be wrong, beside the servers.
NOTHING_TO_GIVE = {
    "relay", "state_diagrams", "install_softphone", "data_dictionary", "architecture", "demo", "first_run_code",
    "sweep", "replay_erasures", "rotate_keys",
    "policies", "events", "makemigrations", "migrate",  # Django's, with one more thing to compare
}  # fmt: skip
HERE = "http://127.0.0.1:9"  # nobody listens there
WRONG: list[tuple[str, list[str], str]] = [
    ("create_administrator", ["--email", "nobody", "--centre", "Centre"], "--email"),
    ("create_administrator", ["--email", f"{'x' * 300}@lotse.example", "--centre", "Centre"], "--email"),
    ("create_administrator", ["--email", "a@lotse.example", "--centre", " "], "--centre"),
    ("create_administrator", ["--email", "a@lotse.example", "--centre", "x" * 500], "--centre"),
    ("create_administrator", ["--email", "a@lotse.example", "--centre", "C", "--name", ""], "--name"),
    ("create_administrator", ["--email", "a@lotse.example"], "--centre"),
    ("check_policies", [], "as lotse_owner"),
    ("security_report", [], "as lotse_owner"),
    ("verify_keys", [], "as lotse_owner"),
    ("demo", ["--seed", "x"], "invalid int"),
    ("past_from_published", ["--source", "{missing}", "--out", "{out}"], "No such file"),
    ("past_from_published", ["--source", "{folder}", "--out", "{out}"], "directory"),
    ("past_from_published", ["--source", "{bytes}", "--out", "{out}"], "no CSV file in UTF-8"),
    ("past_from_published", ["--source", "{empty}", "--out", "{out}"], "does not divide"),
    ("past_from_published", ["--source", "{csv}", "--out", "{out}"], "has no column 'source'"),
    ("past_from_published", ["--source", "{table}", "--out", "{out}", "--year", "May"], "no period|not divide"),
    ("past_from_published", ["--source", "{table}", "--out", "{out}", "--year", "2020"], "more than the whole"),
    ("past_from_published", ["--source", "{table}", "--out", "{folder}", "--year", "2021"], "directory"),
    ("past_from_published", ["--source", "{table}", "--out", "{out}", "--contacts", "-3"], "no number from 1"),
    ("rehearse", ["--url", HERE], "."),
    ("rehearse", ["--url", "nonsense"], "."),
    ("rehearse", ["--url", "{page}"], "."),
    ("screenshots", ["--only", "nowhere"], "There is no screen nowhere"),
    ("screenshots", ["--looks", "purple"], "invalid choice"),
    ("simulate_calls", [], "No simulated provider"),
    ("slow_provider", [], "No simulated provider"),
    ("simulate_calls", ["--calls", "0"], "no number from 1"),
    ("simulate_calls", ["--calls", "x"], "no number from 1"),
    ("simulate_calls", ["--rate", "0"], "no number from 0.001"),
    ("simulate_calls", ["--rate", "nan"], "no number from 0.001"),
    ("simulate_calls", ["--scale", "-1"], "no number from 0.1"),
    ("simulate_calls", ["--faults", "2"], "no number from 0 "),
    ("simulate_calls", ["--handlers", "0"], "no number from 1"),
    ("verify_journal", ["--since", "x"], "invalid"),
    ("verify_journal", ["--since=-1:00"], "invalid"),
    ("verify_journal", ["--since", f"{2**70}:00"], "invalid"),
    ("verify_journal", ["--since", "5:00ff"], "written anew"),
    ("import_postal_codes", ["{missing}", "--country", "DE"], "cannot read"),
    ("import_postal_codes", ["{folder}", "--country", "DE"], "cannot read"),
    ("import_postal_codes", ["{bytes}", "--country", "DE"], "not UTF-8"),
    ("import_postal_codes", ["{csv}", "--country", "DE"], "nothing was imported"),
    ("import_postal_codes", ["{empty}", "--country", "DE"], "nothing was imported"),
    ("import_postal_codes", ["{long}", "--country", "DE"], "no CSV file|nothing was imported"),
    ("load_postal_codes", ["--country", "XX"], "invalid choice"),
    ("load_regions", ["--country", "XX"], "no such country"),
    ("load_regions", ["--country", ""], "no such country"),
    ("import_past", ["{csv}", "--mapping", "{csv}", "--centre", "1", "--by", "x"], "no centre"),
    ("import_past", ["{csv}", "--mapping", "{csv}", "--centre", str(2**80), "--by", "x"], "no centre"),
    ("import_past", ["{csv}", "--mapping", "{csv}"], "--centre"),
    ("fallback_twiml", ["--languages", "xx"], "There is no voice"),
    ("fallback_twiml", ["--languages", ""], "There is no voice"),
    ("fallback_twiml", ["--output", "{folder}"], "directory"),
    ("describe_checklist", ["999"], "."),
    ("describe_checklist", ["-1"], "."),
    ("describe_checklist", ["x"], "invalid int"),
    ("describe_checklist", ["--language", "xx"], "invalid choice"),
]
TABLE = "source,period,measure,category,value\n" + "".join(
    f"Prevent England and Wales (Home Office),{year},referrals,{category},{value}\n"
    for year, whole in (("2020", 1), ("2021", 90))
    for category, value in (("all", whole), ("education", 20), ("police", 10))
)


@pytest.fixture
def given(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Files and addresses for the arguments."""
    contents = {
        "bytes": b"\xff\xfe\x00\xd8\x80", "empty": b"", "csv": b"day,who\n1,2\n", "table": TABLE.encode(),
        "long": b"country,postal_code,place,region_code\n" + b"x" * 200_000,
    }  # fmt: skip
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    names = {name: str(tmp_path / name) for name in (*contents, "missing", "out")}

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "5")
            self.end_headers()
            self.wfile.write(b"hello")

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield {**names, "folder": str(tmp_path), "page": f"http://127.0.0.1:{server.server_address[1]}"}
    server.shutdown()
    server.server_close()


def refusal(name: str, *arguments: str) -> str:
    """What the command says at its end. Anything but a refusal fails the test."""
    with pytest.raises(CommandError) as told:
        call_command(name, *arguments, stdout=io.StringIO())
    assert told.value.returncode != 0
    assert str(told.value).strip()
    return str(told.value)


@pytest.mark.parametrize(
    ("name", "arguments", "said"), WRONG, ids=[f"{name} {' '.join(a)[:60]}" for name, a, _ in WRONG]
)
def test_wrong_arguments_and_files_get_a_sentence(
    name: str, arguments: list[str], said: str, given: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse battery staple\n"))
    assert re.search(said, refusal(name, *(one.format(**given) if one.startswith("{") else one for one in arguments)))


@pytest.mark.parametrize("name", OWN)
def test_an_argument_that_is_none_gets_a_sentence(name: str) -> None:
    assert refusal(name, "--no-such-argument")


def test_each_command_is_tried_with_something_wrong() -> None:
    assert {name for name, _arguments, _said in WRONG} | NOTHING_TO_GIVE >= set(OWN)


# --- calls are simulated where nothing real is, or where somebody names a line ---------------------------------------


@pytest.fixture
def provider_here(settings: Any) -> None:
    settings.TELEPHONY = {**TELEPHONY, "api_url": HERE}
    settings.LOTSE_PUBLIC_BASE_URL = HERE


@pytest.mark.usefixtures("provider_here")
@pytest.mark.parametrize("name", ["simulate_calls", "slow_provider"])
def test_calls_on_an_empty_database(name: str) -> None:
    assert "There is no line +493023125000 in use. There is no line yet" in refusal(name)


@pytest.mark.usefixtures("provider_here")
@pytest.mark.parametrize("name", ["simulate_calls", "slow_provider"])
@pytest.mark.parametrize(
    "add",
    [
        pytest.param(lambda: make_people(), id="organisations of its own"),
        pytest.param(lambda: make_user(), id="a user of its own"),
        pytest.param(lambda: make_organisation("Real", OrganisationKind.PARTNER), id="a partner of its own"),
    ],
)
def test_calls_on_data_that_is_not_all_demo(name: str, add: Callable[[], object]) -> None:
    add()
    said = refusal(name)
    assert "that is not part of the demo" in said or "who is not part of the demo" in said
    assert "name the line with --line" in said


@pytest.mark.usefixtures("provider_here")
def test_calls_to_a_line_of_ones_own() -> None:
    people = make_people()
    make_line(people.centre, number="+4930123456789"[:13], name="Main line")
    assert "use --realtime" in refusal("simulate_calls", "--line", "+493012345678")
    assert "There is no line +49 30 999 in use. Lines in use: +493012345678 (Main line)." in refusal(
        "simulate_calls", "--realtime", "--line", "+49 30 999"
    )
    assert "Lotse does not answer at" in refusal("simulate_calls", "--realtime", "--line", "+49 30 12345678")


NUMBERS = [
    ("DE", "+493023125050", "+493023125050"),
    ("DE", "+493023125050", "+49 30 23125-050"),
    ("DE", "+493023125050", "030 23125050"),
    ("DE", "+493023125050", "(030) 23125 050"),
    ("DE", "+493023125050", "0049 30 23125050"),
    ("DE", "+493023125050", " +49 (0)30 23125050 "),
    ("BE", "+3222792211", "02 279 22 11"),
    ("FR", "+590690335941", "0690 33 59 41"),
]


@pytest.mark.usefixtures("provider_here")
@pytest.mark.parametrize(("country", "number", "typed"), NUMBERS)
def test_calls_to_a_line_as_it_is_dialled_in_its_country(country: str, number: str, typed: str) -> None:
    people = make_people()
    change(Organisation.objects.filter(pk=people.centre.pk), country=country)
    make_line(people.centre, number=number)
    assert "Lotse does not answer at" in refusal("simulate_calls", "--realtime", "--line", typed)


@pytest.mark.usefixtures("provider_here")
@pytest.mark.parametrize(
    "typed", ["02 279 22 11", "030", "x", "+", "+49 30 23125051", "030 23125050 ext. 7", "0" * 300]
)
def test_calls_to_a_line_that_is_none(typed: str) -> None:
    make_line(make_people().centre, number="+493023125050")
    assert "in use. Lines in use: +493023125050" in refusal("simulate_calls", "--realtime", "--line", typed)


@pytest.mark.usefixtures("provider_here")
def test_calls_to_a_line_of_several_centres_and_of_one_that_nobody_coordinates() -> None:
    people = make_people()
    make_line(people.other_centre, number="+493012345678")
    empty = make_organisation("Quiet Centre", OrganisationKind.CENTRE)
    make_line(empty, number="+493012345679")
    assert "Lotse does not answer at" in refusal("simulate_calls", "--realtime", "--line", "+493012345678")
    assert "Nobody coordinates Quiet Centre" in refusal("simulate_calls", "--realtime", "--line", "+493012345679")


@pytest.fixture
def platform_here() -> Iterator[str]:
    """Something that answers as /healthz does; its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Healthy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Healthy(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()


def test_calls_while_others_are_simulated(platform_here: str, settings: Any, db: None) -> None:
    """The port of the simulated provider is taken: here by the platform itself."""
    settings.TELEPHONY = {**TELEPHONY, "api_url": platform_here}
    settings.LOTSE_PUBLIC_BASE_URL = platform_here
    make_line(make_people().centre, number="+493023125050")
    said = refusal("simulate_calls", "--realtime", "--line", "+493023125050")
    assert re.search(r"cannot listen at 127.0.0.1:\d+ \(Address already in use\)", said)


def test_stopped_simulation_of_calls_is_reported() -> None:
    async def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(NotReady, match="Stopped"):
        run_to_the_end(interrupted())


@pytest.mark.parametrize("url", ["https://api.twilio.com", "http://192.0.2.1:80", "http://lotse.example"])
def test_calls_at_a_real_provider_are_not_simulated(url: str, settings: Any) -> None:
    settings.TELEPHONY = {**TELEPHONY, "api_url": url}
    assert "on this machine only" in refusal("simulate_calls")
