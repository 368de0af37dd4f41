"""The schema-driven API tester: what the OpenAPI document says against what the server does, in both directions.

Usage: python end2end/api/run.py target/debug/perch [arguments for schemathesis, such as --seed 7]

Starts a server on loopback in a folder of its own and runs schemathesis twice: on the routes for backends with an API key, and on
the routes for viewers with a token and the origin of a listed site. schemathesis.toml says what is checked, hooks.py what a
schema cannot express.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
SITE = "https://app.test"
BY_KEY = [
    "/embed/generate-token",
    "/api/generate-token",
    "/embed/introspect",
    "/embed/revoke",
    "/embed/embed.js",
    "/embed/{version}/embed.js",
    "/healthz",
    "/readyz",
    "/openapi.json",
]
# Excludes /embed/live: its answer does not end, so the tester would never finish.
BY_TOKEN = ["/embed/session", "/api/v1/me"]


class Server:
    def __init__(self, binary: str, folder: str):
        self.binary = binary
        self.folder = folder
        # The tester sends invalid requests faster than the limit for one address.
        self.environment = {**os.environ, "PERCH_DATA_DIR": f"{folder}/data", "PERCH_ADDR": "127.0.0.1:0", "PERCH_LIMITS": "address=0", "PERCH_LOG": "error"}
        self.process = subprocess.Popen([binary, "serve"], env=self.environment, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip().removeprefix("listening on ")

    def command(self, *arguments: str, text: str = ""):
        done = subprocess.run([self.binary, *arguments, "--json"], env=self.environment, input=text, stdout=subprocess.PIPE, text=True, check=True)
        return json.loads(done.stdout)

    def key(self, name: str) -> str:
        return self.command("key", "create", "--name", name)["key"]

    def token(self, key: str) -> str:
        body = {"user": {"distinctId": "viewer", "role": "explorer"}, "expiresIn": "1d"}
        headers = {"x-api-key": key, "content-type": "application/json"}
        request = urllib.request.Request(f"{self.url}/embed/generate-token", json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)["token"]

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=30)


def furnish(server: Server):
    server.command("admin", "create", "--email", "ada@example.com", "--name", "Ada Lovelace", text="a password for the tester\n")
    server.command("origin", "add", SITE)
    # The attributes that hooks.py writes into the schema.
    for name, kind, *more in [
        ("region", "String"),
        ("tier", "Integer"),
        ("score", "Numeric"),
        ("active", "Boolean"),
        ("since", "Date"),
        ("brands", "String", "--list"),
        ("sizes", "Integer", "--list"),
    ]:
        server.command("attribute", "add", name, kind, *more)


def schemathesis(server: Server, what: str, paths: list[str], environment: dict[str, str], *more: str) -> bool:
    print(f"\n-- {what}", flush=True)
    program = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml"), "run", f"{server.url}/openapi.json"]
    for path in paths:
        program += ["--include-path", path]
    own = {"SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(HERE), "PYTHONDONTWRITEBYTECODE": "1", "PERCH_API_KEY": "", "PERCH_TOKEN": ""}
    # In the server's folder, which is deleted after the run.
    return subprocess.run([*program, *more], env={**os.environ, **own, **environment}, cwd=server.folder).returncode == 0


def main(binary: str, more: list[str]) -> int:
    folder = tempfile.mkdtemp(prefix="perch-api-")
    server = Server(binary, folder)
    try:
        furnish(server)
        # Revocations with one key do not affect the other key's token.
        token = server.token(server.key("viewers"))
        good = schemathesis(server, "by API key", BY_KEY, {"PERCH_API_KEY": server.key("backend")}, *more)
        good &= schemathesis(server, "by token, from a listed site", BY_TOKEN, {"PERCH_TOKEN": token}, "--header", f"Origin: {SITE}", *more)
        good &= schemathesis(server, "by token, from a backend", ["/api/v1/me"], {"PERCH_TOKEN": token}, *more)
        return 0 if good else 1
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1]), sys.argv[2:]))
