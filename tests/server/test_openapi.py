"""The server conforms to its OpenAPI document: schemathesis sends what it allows, and what it forbids."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from support.server import client_of, serving
from turncast.server.agent_bodies import NextActionBody
from turncast.server.bodies import ObserveBody, PredictBody

CONFIG = Path(__file__).with_name("schemathesis.toml")
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")


def test_the_server_conforms_to_its_document(saved, tmp_path):
    with serving(saved, "memory:") as (address, process):
        command = [SCHEMATHESIS, "--config-file", CONFIG, "--no-color", "run", f"{address}/openapi.json"]
        command += ["--checks", "all", "--max-examples", "10", "--generation-deterministic"]
        finished = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=120)
        assert finished.returncode == 0, finished.stdout[-5000:] + finished.stderr
        selected, total = re.search(r"(\d+) selected / (\d+) total", finished.stdout).groups()
        assert int(selected) == int(total) >= 13
        assert process.poll() is None


KEY = "a-key-that-is-long"


@pytest.mark.quick
def test_the_document_says_where_a_key_is_needed(policy):
    with client_of({"default": policy}, keys=[KEY]) as client:
        document = client.get("/openapi.json", headers={"X-API-Key": KEY}).json()
        assert document["security"] == [{"bearer": []}, {"header": []}]
        assert document["components"]["schemas"]
        for path, operations in document["paths"].items():
            place = re.sub(r"{\w+}", "1", path)
            for method, operation in operations.items():
                refused = client.ask(method.upper(), place).status_code == 401
                assert refused == bool(operation.get("security", document["security"])), path
        schemes = document["components"]["securitySchemes"]
        for scheme in schemes.values():
            header = (
                {"Authorization": f"{scheme['scheme']} {KEY}"}
                if scheme["type"] == "http"
                else {scheme["name"]: KEY}
            )
            assert client.get("/v1/model", headers=header).status_code == 200


def test_the_document_of_a_server_without_keys(client):
    document = client.get("/openapi.json").json()
    assert "security" not in document
    assert "securitySchemes" not in document["components"]


def test_every_path_is_documented_with_examples_that_work(client):
    document = client.get("/openapi.json").json()
    paths = document["paths"]
    assert set(paths) == {
        "/v1/conversations",
        "/v1/conversations/{id}",
        "/v1/conversations/{id}/turns",
        "/v1/conversations/{id}/commit",
        "/v1/conversations/{id}/turns/{turn}/override",
        "/v1/conversations/{id}/undo",
        "/v1/predict",
        "/v1/model",
        "/v1/agents/next",
        "/healthz",
        "/readyz",
        "/metrics",
    }
    for path, methods in paths.items():
        for method, operation in methods.items():
            assert operation["description"], (method, path)
            if path.startswith("/v1"):
                problem = operation["responses"]["422"]["content"]["application/json"]["schema"]
                assert problem == {"$ref": "#/components/schemas/ProblemBody"}, (method, path)
    for path, body in (("/v1/predict", PredictBody), ("/v1/agents/next", NextActionBody)):
        assert client.post(path, body.model_config["json_schema_extra"]["example"]).status_code == 200
    client.post("/v1/conversations", {"id": "c"})
    example = ObserveBody.model_config["json_schema_extra"]["example"]
    assert client.post("/v1/conversations/c/turns", example).status_code == 200
    assert "http" not in json.dumps(document).replace("https://json-schema", "")
