"""A real OpenID provider on this machine: Debian's Glewlwyd, with a database of its own in a directory of the test."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from supervisor.tree import HOST, free_port

PROGRAM = "glewlwyd"
TABLES = Path("/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3")
ADMINISTRATOR, CLIENT = {"username": "admin", "password": "password"}, "lotse"
SECRET = "a secret of the client"
PASSWORD = "known to the directory"
#: A property of people beside those that all have.
VERIFIED = {"multiple": False, "read": True, "write": True, "profile-read": False, "profile-write": False}
USER_MODULE = {"use-glewlwyd-connection": True, "data-format": {"verified": VERIFIED}}
CONFIGURATION = """
port={port}
bind_address="127.0.0.1"
external_url="{url}"
login_url="login.html"
api_prefix="api"
log_mode="file"
log_level="WARNING"
log_file="{place}/log"
cookie_secure=0
session_key="DIRECTORY_SESSION"
admin_scope="g_admin"
profile_scope="g_profile"
user_module_path="/usr/lib/glewlwyd/user"
client_module_path="/usr/lib/glewlwyd/client"
user_auth_scheme_module_path="/usr/lib/glewlwyd/scheme"
plugin_module_path="/usr/lib/glewlwyd/plugin"
hash_algorithm="SHA512"
database = {{ type = "sqlite3", path = "{place}/database" }};
"""


def program() -> str:
    found = shutil.which(PROGRAM)
    if found is None or not TABLES.exists():
        pytest.skip("needs the OpenID provider Glewlwyd (Debian: apt-get install glewlwyd)")
    return found


@dataclass
class Directory:
    """``url`` ends with a slash."""

    place: Path
    port: int = field(default_factory=lambda: free_port(0))
    process: subprocess.Popen[bytes] | None = None
    session: requests.Session = field(default_factory=requests.Session)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/"

    @property
    def issuer(self) -> str:
        return f"{self.url}api/oidc"

    def begin(self, back: str) -> None:
        """``back``: where it sends browsers."""
        with sqlite3.connect(self.place / "database") as database:
            database.executescript(TABLES.read_text(encoding="utf-8"))
            database.execute("update g_user_module_instance set gumi_parameters = ?", [json.dumps(USER_MODULE)])
            database.execute("update g_scope set gs_password_required = 1, gs_password_max_age = 600")
        self.start()
        self._ask("POST", "auth/", **ADMINISTRATOR)
        self._ask("POST", "mod/plugin/", **self._plugin())
        self._ask(
            "POST", "client/", client_id=CLIENT, name="Lotse", confidential=True, enabled=True, client_secret=SECRET,
            password=SECRET, redirect_uri=[back], authorization_type=["code"], scope=[],
            token_endpoint_auth_method=["client_secret_basic"],
        )  # fmt: skip

    def start(self) -> None:
        configuration = self.place / "configuration"
        configuration.write_text(CONFIGURATION.format(port=self.port, url=self.url, place=self.place))
        self.process = subprocess.Popen([program(), f"--config-file={configuration}"])
        until = time.monotonic() + 20
        while True:
            try:
                requests.get(f"{self.url}config", timeout=5)
                return
            except requests.ConnectionError:
                assert time.monotonic() < until, (self.place / "log").read_text()
                time.sleep(0.05)

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(10)

    def add(self, name: str, email: str, *, is_verified: bool = True) -> None:
        more = {"verified": "yes" if is_verified else "no"}
        self._ask(
            "POST", "user/", username=name, name=name, email=email, enabled=True, password=PASSWORD,
            scope=["openid", "g_profile"], **more,
        )  # fmt: skip

    def change(self, name: str, **values: Any) -> None:
        known = self._ask("GET", f"user/{name}").json()
        self._ask("PUT", f"user/{name}", **{**known, **values})

    def sign_in(self, name: str, address: str) -> str:
        """As a browser does that was sent to ``address``; where it is sent back to."""
        browser = requests.Session()
        answer = browser.post(f"{self.url}api/auth/", json={"username": name, "password": PASSWORD}, timeout=10)
        assert answer.status_code == 200, answer.text
        granted = browser.put(f"{self.url}api/auth/grant/{CLIENT}", json={"scope": "openid"}, timeout=10)
        assert granted.status_code == 200, granted.text
        sent = browser.get(f"{address}&g_continue", allow_redirects=False, timeout=10)
        assert sent.status_code == 302, sent.text
        return str(sent.headers["Location"])

    def _ask(self, method: str, path: str, **values: Any) -> requests.Response:
        answer = self.session.request(method, f"{self.url}api/{path}", json=values or None, timeout=10)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer

    def _plugin(self) -> dict[str, Any]:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        parameters = {
            "iss": self.issuer,
            "jwt-type": "rsa",
            "jwt-key-size": "256",
            "key": key.private_bytes(serialization.Encoding.PEM, form, plain).decode(),
            "cert": key.public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
            .decode(),
            "jwks-show": True,
            "access-token-duration": 3600,
            "refresh-token-duration": 3600,
            "code-duration": 600,
            "refresh-token-rolling": False,
            "allow-non-oidc": False,
            "auth-type-code-enabled": True,
            "auth-type-code-revoke-replayed": True,
            "auth-type-token-enabled": False,
            "auth-type-id-token-enabled": True,
            "auth-type-password-enabled": False,
            "auth-type-client-enabled": False,
            "auth-type-refresh-enabled": False,
            "subject-type": "public",
            "name-claim": "no",
            "email-claim": "mandatory",
            "pkce-allowed": True,
            "pkce-required": True,
            "claims": [
                {
                    "name": "email_verified",
                    "user-property": "verified",
                    "type": "boolean",
                    "boolean-value-true": "yes",
                    "boolean-value-false": "no",
                    "mandatory": True,
                }
            ],
        }
        return {
            "module": "oidc", "name": "oidc", "display_name": "Directory", "order_rank": 0, "parameters": parameters,
        }  # fmt: skip
