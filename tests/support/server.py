"""Helpers for tests of the server: a server in the process of the test, and one in a process of its own."""

import asyncio
import contextlib
import subprocess
import sys

import httpx

from support.forked import ForkedProcess, run_api, run_command
from support.services import free_port, wait_for
from turncast.server import Models, create_app
from turncast.sessions import open_store


def assert_problem(answer, status, kind, where):
    """Check that an answer is a refusal of the common shape."""
    assert answer.status_code == status, answer.text
    problem = answer.json()
    assert list(problem) == ["type", "message", "where", "cure"]
    assert (problem["type"], problem["where"]) == (kind, where)
    assert all(isinstance(value, str) and value for value in problem.values())
    assert answer.headers["content-type"] == "application/json"
    return problem


class Lifespan:
    """Starts and stops an application as an ASGI server does."""

    def __init__(self, app):
        self._app, self._to_app, self._from_app = app, asyncio.Queue(), asyncio.Queue()

    async def start(self):
        scope = {"type": "lifespan", "asgi": {"version": "3.0"}}
        self._task = asyncio.create_task(self._app(scope, self._to_app.get, self._from_app.put))
        await self._send("startup")

    async def stop(self):
        await self._send("shutdown")
        await self._task

    async def _send(self, event):
        await self._to_app.put({"type": f"lifespan.{event}"})
        message = await self._from_app.get()
        assert message["type"] == f"lifespan.{event}.complete", message


class Client:
    """Sends requests to an application without a network; the application runs while the client is open."""

    def __init__(self, app, **settings):
        self.app = app
        self._runner = asyncio.Runner()
        self._lifespan = Lifespan(app)
        self.run(self._lifespan.start())
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", **settings)

    def run(self, coroutine):
        """Run a coroutine in the event loop of the application."""
        return self._runner.run(coroutine)

    def ask(self, method, path, **content):
        """Send a request with any method."""
        return self.run(self._client.request(method, path, **content))

    def send(self, request):
        """Send a request of httpx."""
        return self.run(self._client.send(request))

    def get(self, path, **content):
        return self.ask("GET", path, **content)

    def post(self, path, body=None, **content):
        return self.ask("POST", path, json=body, **content)

    def sleep(self, seconds):
        """Let the application run for some time."""
        self.run(asyncio.sleep(seconds))

    def together(self, *requests):
        """Send POST requests, (path, body) each, at once."""
        return self.all_at_once(*(("POST", *request) for request in requests))

    def all_at_once(self, *requests):
        """Send requests, (method, path) or (method, path, body) each, at once."""

        async def send_all():
            answers = (
                self._client.request(method, path, json=body[0] if body else None)
                for method, path, *body in requests
            )
            return await asyncio.gather(*answers)

        return self.run(send_all())

    def close(self):
        self.run(self._client.aclose())
        self.run(self._lifespan.stop())
        self._runner.close()


@contextlib.contextmanager
def client_of(models, store="memory:", settings=None, timeout=5.0, **options):
    with client_of_app(
        create_app(Models(models), open_store(store, timeout=timeout), **options), **(settings or {})
    ) as client:
        yield client


@contextlib.contextmanager
def client_of_app(app, **settings):
    client = Client(app, **settings)
    try:
        yield client
    finally:
        client.close()


@contextlib.contextmanager
def serving(model, store, *options, port=None):
    """Run `turncast serve` in a process of its own; yield its address and the process."""
    port = port or free_port()
    command = ["serve", str(model), "--store", store, "--port", str(port), *options]
    with _until_killed(ForkedProcess(run_command, *command), port) as served:
        yield served


@contextlib.contextmanager
def serving_with_timeout(model, timeout, store="memory:"):
    """Serve the API with a time-out for requests and the store; yield its address and the process."""
    port = free_port()
    with _until_killed(ForkedProcess(run_api, model, port, timeout, store), port) as served:
        yield served


@contextlib.contextmanager
def _until_killed(process, port):
    try:
        wait_for(port, process)
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def serving_as_program(model, store):
    """Run `turncast serve` as a program; yield its address and the process, whose stderr is a pipe."""
    port = free_port()
    command = [sys.executable, "-m", "turncast", "serve", str(model), "--store", store, "--port", str(port)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            wait_for(port, process)
            yield f"http://127.0.0.1:{port}", process
        finally:
            process.kill()
