"""The node behind a proxy: base path, names, origins, limits. With a real nginx where there is one."""

import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import urllib.parse

import pytest

import harness
from conftest import ROOT
from harness import LOOPBACK, PATIENCE_S, Sender, cannelloni_source, free_port, free_udp_port, running, wait_until

GUIDE = ROOT / "docs/guide/behind-a-proxy.md"
NAME = "car.example.org"


def raw(port, text):
    """Sends bytes as they are; what came back until the server closed."""
    with socket.create_connection((LOOPBACK, port), timeout=PATIENCE_S) as one:
        one.sendall(text.encode())
        out = b""
        while piece := one.recv(65536):
            out += piece
    return out.decode()


def ask(port, path, host=LOOPBACK, method="GET", **headers):
    extra = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    answer = raw(port, f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{extra}\r\n")
    head, _, body = answer.partition("\r\n\r\n")
    lines = head.split("\r\n")
    fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
    return int(lines[0].split()[1]), fields, body


@pytest.fixture
def behind(make_node, leaf_dbc):
    port = free_udp_port()
    sender = Sender(port)
    server = f'base_path = "/car7"\nhosts = ["{NAME}"]\ncors = ["https://app.example.org"]'
    with running(make_node(cannelloni_source(port, leaf_dbc), server=server)) as node:
        sender.send([(498, bytes(8))])
        node.wait_for_records(1)
        yield node
    sender.close()


def test_the_base_path_is_taken_off_and_works_without(behind):
    assert ask(behind.port, "/car7/api/status")[0] == 200
    assert ask(behind.port, "/api/status")[0] == 200
    status, fields, _ = ask(behind.port, "/car7")
    assert (status, fields["location"]) == (308, "/car7/")
    assert ask(behind.port, "/car7/")[0] == 200
    assert ask(behind.port, "/car77/api/status")[0] == 404
    assert json.loads(ask(behind.port, "/car7/health")[2])["status"] == "ok"


def test_the_page_names_nothing_by_an_absolute_path(behind):
    _, _, page = ask(behind.port, "/car7/")
    named = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert named, page[:500]
    for each in named:
        assert not each.startswith(("/", "http:")), each
        assert ask(behind.port, urllib.parse.urljoin("/car7/", each))[0] == 200, each


def test_only_names_of_the_list_are_answered_to(behind):
    assert ask(behind.port, "/api/status", host=NAME)[0] == 200
    assert ask(behind.port, "/api/status", host=f"{NAME}:443")[0] == 200
    status, fields, body = ask(behind.port, "/api/status", host="evil.example")
    assert status == 403
    assert "hosts" in json.loads(body)["detail"]


def test_pages_of_listed_origins_may_read(behind):
    good = ask(behind.port, "/api/status", Origin="https://app.example.org")
    assert good[1]["access-control-allow-origin"] == "https://app.example.org"
    assert good[1]["vary"] == "Origin"
    bad = ask(behind.port, "/api/status", Origin="https://evil.example")
    assert "access-control-allow-origin" not in bad[1]
    wrong = ask(behind.port, "/api/status?x=1", Origin="https://app.example.org")
    assert wrong[0] == 400
    assert wrong[1]["access-control-allow-origin"] == "https://app.example.org", "a page wants to read refusals as well"
    asked = ask(behind.port, "/api/status", method="OPTIONS", Origin="https://app.example.org")
    assert asked[0] == 200
    assert "GET" in asked[1]["access-control-allow-methods"]
    assert ask(behind.port, "/api/status", method="OPTIONS", Origin="https://evil.example")[0] == 405


def test_the_live_feed_opens_for_listed_origins(behind):
    import websockets

    async def opened(origin):
        try:
            async with websockets.connect(f"ws://{LOOPBACK}:{behind.port}/car7/api/live", origin=origin) as one:
                return json.loads(await one.recv())["type"]
        except websockets.exceptions.InvalidStatus as refused:
            return refused.response.status_code

    assert asyncio.run(opened("https://app.example.org")) == "snapshot"
    assert asyncio.run(opened("https://evil.example")) == 403


def test_an_address_that_asks_too_often_is_told_when_to_come_back(make_node, leaf_dbc):
    node = make_node(cannelloni_source(free_udp_port(), leaf_dbc), server="max_requests_per_second = 5")
    node.start(ready=None)
    wait_until(lambda: "running" in node.log(), "the node to run")

    def refused():
        status, fields, body = ask(node.port, "/health")
        return (fields, body) if status == 429 else None

    fields, body = wait_until(refused, "a refusal", step=0)
    assert int(fields["retry-after"]) >= 1
    assert json.loads(body)["status"] == 429
    assert "5 requests a second" in json.loads(body)["detail"]
    wait_until(lambda: ask(node.port, "/health")[0] == 200, "to be let in again", step=0.5)
    node.terminate()


def test_limits_of_size_and_connections_are_options(make_node, leaf_dbc):
    server = 'max_header = "2KiB"\nmax_body = "10B"\nmax_connections_per_address = 3\nmax_connections = 10'
    with running(make_node(cannelloni_source(free_udp_port(), leaf_dbc), server=server)) as node:
        status, _, body = ask(node.port, "/api/status", Cookie="x" * 3000)
        assert (status, "2 KiB" in body) == (431, True), body
        long = raw(node.port, f"POST /health HTTP/1.1\r\nHost: {LOOPBACK}\r\nContent-Length: 11\r\n\r\n12345678901")
        assert " 413 " in long.splitlines()[0]
        short = raw(node.port, f"POST /health HTTP/1.1\r\nHost: {LOOPBACK}\r\nContent-Length: 9\r\n\r\n123456789")
        assert " 405 " in short.splitlines()[0]
        held = [socket.create_connection((LOOPBACK, node.port)) for _ in range(3)]
        try:
            answer = wait_until(lambda: first_line_of_another(node.port), "a refusal")
            assert " 429 " in answer
        finally:
            for one in held:
                one.close()
        wait_until(lambda: ask(node.port, "/health")[0] == 200, "room again")


def first_line_of_another(port):
    answer = raw(port, f"GET /health HTTP/1.1\r\nHost: {LOOPBACK}\r\nConnection: close\r\n\r\n").splitlines()
    return answer[0] if answer and " 200 " not in answer[0] else None


@pytest.mark.parametrize(
    "server, said",
    [
        ('cors = ["app.example.org"]', "is no origin"), ('base_path = "car7/"', "is no path"),
        ('hosts = ["http://car"]', "is no host name"), ("max_connections = 0", "too small"), ("max_header = 8192", "unit"),
    ],
)  # fmt: skip
def test_wrong_options_are_refused_with_their_place(binary, tmp_path, server, said):
    config = tmp_path / "node.toml"
    config.write_text(f"config_version = 1\n[server]\n{server}\n")
    done = harness.run_cantrail(binary, "check", config)
    assert done.returncode == 78
    assert said in done.stderr.decode()
    assert "node.toml:3:" in done.stderr.decode()


# --- nginx ---


@pytest.fixture
def nginx(behind, tmp_path):
    """nginx with the guide's own location block in front of the node; its port."""
    program = shutil.which("nginx", path=os.environ.get("PATH", "") + os.pathsep + "/usr/sbin")
    if program is None:
        pytest.skip("nginx is not installed (Debian package nginx-light)")
    location = re.search(r"```nginx\n(.*?)```", GUIDE.read_text(), re.S).group(1)
    assert "127.0.0.1:8080" in location
    port = free_port()
    folder = tmp_path / "nginx"
    folder.mkdir()
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    server = location.replace("127.0.0.1:8080", f"{LOOPBACK}:{behind.port}")
    server = re.sub(r"(?m)^\s*(listen|ssl_\w+) .*;.*\n", "", server)
    server = server.replace("server {", f"server {{\n  listen {LOOPBACK}:{port};", 1)
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;\n"
        f"events {{}}\nhttp {{ access_log off; {temporary}\n{server}\n}}\n"
    )
    process = subprocess.Popen(
        [program, "-p", str(folder), "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"], stderr=subprocess.PIPE
    )
    try:

        def listens():
            assert process.poll() is None, process.stderr.read()
            with socket.socket() as probe:
                return probe.connect_ex((LOOPBACK, port)) == 0

        wait_until(listens, "nginx")
        yield port
    finally:
        process.terminate()
        process.wait(PATIENCE_S)
        process.stderr.close()


def test_through_nginx_the_page_the_api_and_the_live_feed_work(nginx):
    import websockets

    assert ask(nginx, "/car7/api/status", host=NAME)[0] == 200
    status, fields, _ = ask(nginx, "/car7", host=NAME)
    assert status in (301, 308)
    assert fields["location"].endswith("/car7/")
    status, _, page = ask(nginx, "/car7/", host=NAME)
    assert status == 200
    for each in re.findall(r'(?:src|href)="([^"]*)"', page):
        assert ask(nginx, urllib.parse.urljoin("/car7/", each), host=NAME)[0] == 200, each
    assert ask(nginx, "/api/status", host=NAME)[0] in (403, 404), "outside of the path nothing of the node is seen"

    async def watch():
        address = f"ws://{LOOPBACK}:{nginx}/car7/api/live?interval=20ms"
        async with websockets.connect(address, origin=f"http://{LOOPBACK}:{nginx}") as one:
            first = json.loads(await one.recv())
            await one.send('{"ping":7}')
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    message = json.loads(await one.recv())
                    if message["type"] == "pong":
                        return first, message

    first, pong = asyncio.run(watch())
    assert first["type"] == "snapshot"
    assert [row["id"] for row in first["rows"]] == [498]
    assert pong["ping"] == 7
