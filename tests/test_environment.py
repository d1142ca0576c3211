"""Reading the environment: valid values, and the one-line error for invalid ones."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import pytest

from config import environment
from config.environment import Misconfigured


def refusal(call, *arguments) -> str:  # type: ignore[no-untyped-def]
    with pytest.raises(Misconfigured) as caught:
        call(*arguments)
    return str(caught.value)


def test_a_database_over_tcp() -> None:
    found = environment.database({"DATABASE_URL": "postgresql://lo%40tse:p%2Fw@db.example:6432/data?sslmode=require"})
    assert found == {
        "ENGINE": "config.postgresql",
        "NAME": "data",
        "USER": "lo@tse",
        "PASSWORD": "p/w",
        "HOST": "db.example",
        "PORT": "6432",
        "OPTIONS": {"sslmode": "require"},
    }


def test_a_database_over_a_socket() -> None:
    found = environment.database({"DATABASE_URL": "postgres://lotse_web@/lotse?host=%2Fa%20b%2Frun"})
    assert (found["HOST"], found["USER"], found["NAME"], found["PORT"]) == ("/a b/run", "lotse_web", "lotse", "")


HINT = environment.IN_PASSWORDS
#: Passwords whose signs are not encoded, so that the address falls into other parts than are meant.
RAW = [
    "SECRET/x",
    "12/SECRET",
    "/SECRET",
    "SEC#RET",
    "12#SECRET@",
    "12?SECRET@",
    "12/SECRET?x",
    "SECRET[x",
    "12/SEC:RET",
]


@pytest.mark.parametrize("password", RAW)
def test_an_address_that_falls_apart_at_its_password_shows_nothing_of_it(password: str) -> None:
    for variable, read, address in [
        ("DATABASE_URL", environment.database, f"postgres://lotse_web:{password}@db.example/lotse"),
        ("REDIS_URL", environment.redis, f"redis://:{password}@redis.example:6379/0"),
        ("CELERY_BROKER_URL", environment.broker, f"redis://:{password}@redis.example:6379/0"),
        ("LOTSE_EMAIL_URL", environment.mail, f"smtp://lotse:{password}@mail.example"),
    ]:
        line = refusal(read, {variable: address})
        assert line.startswith(f"lotse: {variable} "), line
        assert "SEC" not in line
        assert "RET" not in line


@pytest.mark.parametrize("password", ["p@ss", "p%2Fss%23", "ü", "", "a:b", "100%"])
def test_a_password_that_can_be_read_is_taken_as_it_is(password: str) -> None:
    found = environment.database({"DATABASE_URL": f"postgres://u:{password}@h/d"})
    assert (found["HOST"], found["NAME"], found["PASSWORD"]) == ("h", "d", unquote(password))
    environment.redis({"REDIS_URL": f"redis://:{password}@h:6379/0"})


@pytest.mark.parametrize("path", ["lotse", "0/1", "-1", "0x"])
def test_a_database_of_redis_is_a_number(path: str) -> None:
    assert refusal(environment.redis, {"REDIS_URL": f"redis://h/{path}"}) == (
        "lotse: REDIS_URL must end with the number of a database; it looks like redis://:password@host:port/0."
    )


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("", "is not set. `./lotse up` sets it; without it, see docs/operations.md, 'Variables'."),
        ("mysql://x/y", "must begin with postgres://, not mysql://."),
        ("localhost", "must begin with postgres://, not nothing://."),
        ("postgres://h:port/x", f"cannot be read; it looks like postgres://user:password@host:port/name. {HINT}"),
        ("postgres://host", "names no database; it looks like postgres://user:password@host:port/name."),
    ],
)
def test_a_wrong_database(value: str, line: str) -> None:
    assert refusal(environment.database, {"DATABASE_URL": value}) == f"lotse: DATABASE_URL {line}"


def test_the_broker_follows_redis_unless_named() -> None:
    assert environment.broker({"REDIS_URL": "unix:///run/v"}) == "redis+socket:///run/v"
    assert environment.broker({"REDIS_URL": "redis://h/0"}) == "redis://h/0"
    assert environment.broker({"REDIS_URL": "redis://h/0", "CELERY_BROKER_URL": "amqp://r//"}) == "amqp://r//"
    assert refusal(environment.broker, {"CELERY_BROKER_URL": "sqs://"}) == (
        "lotse: CELERY_BROKER_URL must begin with redis://, rediss://, redis+socket:// or amqp://."
    )
    assert refusal(environment.redis, {"REDIS_URL": "http://h"}) == (
        "lotse: REDIS_URL must begin with redis://, rediss:// or unix://."
    )


def test_mail_url_is_parsed() -> None:
    assert environment.mail({})["host"] == ""
    assert environment.mail({"LOTSE_EMAIL_URL": "smtps://us%40er:pw@mail.example"}) == {
        "host": "mail.example",
        "port": 587,
        "user": "us@er",
        "password": "pw",
        "tls": True,
    }
    assert refusal(environment.mail, {"LOTSE_EMAIL_URL": "mail.example"}) == (
        "lotse: LOTSE_EMAIL_URL must look like smtp://user:password@host:port or smtps://..."
    )


def test_flags_and_lists() -> None:
    assert [environment.flag({"F": value}, "F") for value in ("", "0", "no", "1", "True")] == [False] * 3 + [True] * 2
    assert refusal(environment.flag, {"F": "2"}, "F") == "lotse: F must be 1 or 0, not '2'."
    assert environment.words({"W": " a, b ,,c"}, "W") == ["a", "b", "c"]


def test_a_secret_by_value_or_by_file(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("from a file\n")
    assert environment.secret({"S": "given"}, "S") == "given"
    assert environment.secret({"S_FILE": str(tmp_path / "s")}, "S") == "from a file"
    assert refusal(environment.secret, {}, "S") == "lotse: S is not set (nor S_FILE)."
    assert refusal(environment.secret, {"S_FILE": "/none"}, "S") == (
        "lotse: S_FILE names /none, which cannot be read (No such file or directory)."
    )


SHORT = '{"active": "k1", "master": {"k1": "c2hvcnQ="}, "blind_index": "c2hvcnQ="}'
UNKNOWN = SHORT.replace('"k1",', '"k9",')


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("no json", "is no key file; see docs/operations for its form."),
        ("[]", "is no key file; see docs/operations for its form."),
        ('{"active": "k1", "master": {"k1": "%%%"}}', "is no key file; see docs/operations for its form."),
        (SHORT, "must hold keys of 32 bytes and name one of them as active."),
        (UNKNOWN, "must hold keys of 32 bytes and name one of them as active."),
    ],
)
def test_a_wrong_key_file(tmp_path: Path, content: str, line: str) -> None:
    (tmp_path / "keys").write_text(content)
    said = refusal(environment.keys, {"LOTSE_KEYS_FILE": str(tmp_path / "keys")})
    assert said == f"lotse: LOTSE_KEYS_FILE {line}"


OIDC = {
    "LOTSE_OIDC_ISSUER": "https://login.example.org/centre",
    "LOTSE_OIDC_CLIENT_ID": "lotse",
    "LOTSE_OIDC_CLIENT_SECRET": "hidden",
    "LOTSE_OIDC_DOMAINS": "Example.org, example.net",
    "LOTSE_OIDC_SECOND_FACTOR": "mfa,hwk",
    "LOTSE_OIDC_ORIGINS": "https://pages.example.org/sign-in",
}


def test_no_directory_unless_it_is_named() -> None:
    assert environment.directory({}) == environment.directory({**OIDC, "LOTSE_OIDC_ISSUER": " "}) == {}


def test_a_directory() -> None:
    found = environment.directory(OIDC)
    assert found["origins"] == ["https://login.example.org", "https://pages.example.org"]
    assert (found["domains"], found["second_factor"]) == (["example.org", "example.net"], ["mfa", "hwk"])
    assert (found["client_secret"], found["name"]) == ("hidden", "")


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"LOTSE_OIDC_ISSUER": "http://login.example.org"}, "LOTSE_OIDC_ISSUER must begin with https://."),
        ({"LOTSE_OIDC_ISSUER": "login.example.org"}, "LOTSE_OIDC_ISSUER must begin with https://."),
        ({"LOTSE_OIDC_ORIGINS": "'self'"}, "LOTSE_OIDC_ORIGINS must begin with https://."),
        ({"LOTSE_OIDC_CLIENT_ID": ""}, "LOTSE_OIDC_CLIENT_ID is not set"),
        ({"LOTSE_OIDC_CLIENT_SECRET": ""}, "LOTSE_OIDC_CLIENT_SECRET is not set"),
    ],
)
def test_a_wrong_directory(change: dict[str, str], line: str) -> None:
    with pytest.raises(Misconfigured) as raised:
        environment.directory({**OIDC, **change})
    assert line in str(raised.value)
