"""A directory that says whatever a test wants, to try what a broken or hostile one could do."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Forger:
    """``claims``: changes of what an honest directory would say; ``raw``: the whole token instead."""

    url: str
    nonce: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    key: Any = KEY
    algorithm: str = "RS256"
    document: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, Any] | None = None

    def said(self, path: str) -> dict[str, Any]:
        if path.endswith("openid-configuration"):
            names = {"authorization_endpoint": "auth", "token_endpoint": "token", "jwks_uri": "keys"}
            return {"issuer": self.url, **{key: f"{self.url}/{name}" for key, name in names.items()}, **self.document}
        if path == "/keys":
            return {"keys": [{**json.loads(RSAAlgorithm.to_jwk(KEY.public_key())), "kid": "k", "alg": "RS256"}]}
        return self.answer or {"access_token": "x", "id_token": self.token()}

    def token(self) -> str:
        honest = {"iss": self.url, "sub": "someone", "aud": "lotse", "exp": time.time() + 60, "nonce": self.nonce}
        about = {"email": "ada@example.org", "email_verified": True}
        return jwt.encode({**honest, **about, **self.claims}, self.key, self.algorithm, headers={"kid": "k"})


@contextmanager
def forging() -> Iterator[Forger]:
    """A running one, on a port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(forger.said(self.path)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    forger = Forger(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield forger
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
