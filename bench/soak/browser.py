"""Headless Chromium with one window for each page, driven through its DevTools socket (no driver program)."""

import asyncio
import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

import websockets

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage --disable-background-timer-throttling "
    "--disable-renderer-backgrounding --disable-backgrounding-occluded-windows --window-size=1440,900"
).split()

# Counts what the page's WebSocket brings and how often it is lost; and what went wrong.
WATCH = """
window.watched = {messages: 0, lost: 0, errors: 0};
addEventListener("error", () => ++watched.errors);
addEventListener("unhandledrejection", () => ++watched.errors);
const Plain = WebSocket;
window.WebSocket = class extends Plain {
  constructor(...all) {
    super(...all);
    this.addEventListener("message", () => ++watched.messages);
    this.addEventListener("close", () => ++watched.lost);
  }
};
"""
LOOK = "({...watched, heap: performance.memory.usedJSHeapSize, shown: document.body.innerText.length})"


class Page:
    """One target and its DevTools socket."""

    def __init__(self, socket):
        self.socket = socket
        self.next_id = 0

    async def ask(self, method, **parameters):
        self.next_id += 1
        await self.socket.send(json.dumps({"id": self.next_id, "method": method, "params": parameters}))
        while True:
            answer = json.loads(await asyncio.wait_for(self.socket.recv(), 30))
            if answer.get("id") == self.next_id:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]

    async def look(self):
        """messages, lost, errors, heap (bytes), shown (letters on the page)."""
        answer = await self.ask("Runtime.evaluate", expression=LOOK, returnByValue=True)
        return answer["result"]["value"]


class Browser:
    def __init__(self, chromium):
        self.folder = tempfile.mkdtemp(prefix="cantrail-soak-browser-")
        self.process = subprocess.Popen(
            [chromium, *FLAGS, "--remote-debugging-port=0", f"--user-data-dir={self.folder}", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        self.pages = {}

    def port(self):
        place = Path(self.folder) / "DevToolsActivePort"
        for _ in range(600):
            if self.process.poll() is not None:
                raise RuntimeError(f"Chromium ended with {self.process.returncode}")
            if place.exists() and "\n" in (text := place.read_text()):
                return int(text.split("\n")[0])
            time.sleep(0.1)
        raise RuntimeError("Chromium does not start")

    async def open(self, name, url):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port()}/json/new?about:blank", method="PUT")
        with urllib.request.urlopen(request, timeout=60) as answer:
            address = json.load(answer)["webSocketDebuggerUrl"]
        page = Page(await websockets.connect(address, max_size=None))
        await page.ask("Page.enable")
        await page.ask("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
        await page.ask("Page.navigate", url=url)
        self.pages[name] = page

    async def look(self):
        return {name: await page.look() for name, page in self.pages.items()}

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)
