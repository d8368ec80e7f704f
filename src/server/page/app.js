// The node's own page: live values, one chart, the ledger. Everything that comes from the network goes into the
// document as text, never as HTML, and keys of maps are Map keys: names on a bus can be anything.
"use strict";

const WINDOW_MS = 10 * 60 * 1000;
const byId = (id) => document.getElementById(id);
const element = (tag, className, text) => {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
};
const setText = (node, text) => {
  if (node.textContent !== text) node.textContent = text;
};
const count = (n) => Number(n).toLocaleString("en-US");
const bytes = (n) => {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let i = 0;
  for (n = Number(n); n >= 1024 && i < 4; ++i) n /= 1024;
  return `${i && n < 10 ? n.toFixed(1) : Math.round(n)} ${units[i]}`;
};
const span = (s) => {
  if (s < 10) return `${s.toFixed(1)} s`;
  if (s < 120) return `${Math.round(s)} s`;
  if (s < 7200) return `${Math.round(s / 60)} min`;
  return s < 172800 ? `${Math.round(s / 3600)} h` : `${Math.round(s / 86400)} d`;
};
const clockTime = (ms) => new Date(ms).toLocaleTimeString("en-GB");

// --- live values: one card for each message --------------------------------------------------------------------

const cards = new Map();  // "channel:Message" → card
let drawn = null;         // {key, message, channel, signal, unit}

const formatValue = (value) => {
  if (value === null) return "–";
  if (typeof value !== "number") return String(value);
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 1e7 || size < 1e-3) return value.toPrecision(5);
  return String(Number(value.toFixed(size >= 1000 ? 1 : 3)));
};

function makeCard(key, row) {
  const card = {row, key, seen: 0, rows: new Map(), units: new Map(), root: element("article", "message")};
  const head = element("h2");
  const title = element("span");
  title.append(element("span", "name", row.message));
  const id = row.id === null ? "" : row.id.toString(16).toUpperCase().padStart(row.extended ? 8 : 3, "0");
  title.append(element("small", "", [row.channel, id].filter(Boolean).join(" · ")));
  card.age = element("span", "age");
  head.append(title, card.age);
  card.root.append(head);
  const after = [...cards.keys()].sort().find((other) => other > key);
  byId("messages").insertBefore(card.root, after === undefined ? null : cards.get(after).root);
  cards.set(key, card);
  applyFilter(card);
  return card;
}

function makeSignal(card, name) {
  const unit = card.units.get(name) || "";
  const line = {root: element("button", "row"), label: element("span", "label"), value: element("span", "value"),
                unit: element("span", "unit", unit)};
  line.root.type = "button";
  line.root.title = `${name}: draw its last ten minutes`;
  line.root.append(element("span", "signal", name), line.label, line.value, line.unit);
  line.root.addEventListener("click", () => draw(card, name));
  card.rows.set(name, line);
  card.root.append(line.root);
  return line;
}

function showRow(row, now) {
  const key = (row.channel === null ? "" : row.channel + ":") + row.message;
  const card = cards.get(key) || makeCard(key, row);
  card.row = row;
  card.seen = now - row.age_ms;
  card.restored = row.stale;
  if (row.units) for (const [name, unit] of Object.entries(row.units)) card.units.set(name, unit);
  const labels = new Map(Object.entries(row.labels));
  const present = new Map(Object.entries(row.signals));
  for (const [name, value] of present) {
    const line = card.rows.get(name) || makeSignal(card, name);
    setText(line.unit, card.units.get(name) || "");
    setText(line.value, formatValue(value));
    setText(line.label, labels.get(name) || "");
    line.root.hidden = false;
  }
  if (drawn && drawn.key === key && present.has(drawn.signal)) {
    addPoint(Number(BigInt(row.time_ns) / 1000000n), present.get(drawn.signal));
  }
}

function showAges() {
  const now = performance.now();
  for (const card of cards.values()) {
    const age = Math.max(0, now - card.seen);
    const stale = card.restored || age > card.row.stale_after_ms;
    setText(card.age, span(age / 1000));
    card.root.classList.toggle("stale", stale);
  }
}

function applyFilter(card) {
  const wanted = byId("filter").value.toLowerCase();
  const inName = card.key.toLowerCase().includes(wanted);
  card.root.hidden = !inName && ![...card.rows.keys()].some((name) => name.toLowerCase().includes(wanted));
}

function showCount() {
  const shown = [...cards.values()].filter((card) => !card.root.hidden).length;
  setText(byId("count"), cards.size ? `${shown} of ${cards.size} messages` : "no messages yet");
}

// --- the chart: one signal, ten minutes ------------------------------------------------------------------------

let points = [];  // {t: ms, v: number}, ascending
let gaps = [];    // of the node, newest last
let redraw = false;
let pointer = null;  // where the mouse is over the chart, CSS pixels

function addPoint(t, value) {
  const v = typeof value === "boolean" ? Number(value) : value;
  if (typeof v !== "number" || (points.length && t <= points[points.length - 1].t)) return;
  points.push({t, v});
  if (points.length > 6000) points = points.filter((p, i) => p.t > t - WINDOW_MS && (i & 1 || i > points.length - 600));
  redraw = true;
}

async function draw(card, signal) {
  for (const other of cards.values()) for (const line of other.rows.values()) line.root.classList.remove("drawn");
  card.rows.get(signal).root.classList.add("drawn");
  const mine = drawn = {key: card.key, signal, unit: card.units.get(signal) || "", stale: card.row.stale_after_ms};
  points = [];
  redraw = true;
  setText(byId("chart-name"), `${card.row.message} · ${signal}`);
  setText(byId("chart-note"), "reading the history");
  // Globs match literally but for * and ?, and a ? matches itself as well.
  const exact = (text) => encodeURIComponent(text.replace(/\*/g, "?"));
  const since = (Date.now() - WINDOW_MS) / 1000;
  let note = "";
  try {
    const answer = await fetch(
        `api/state/history?since=${since}&every=1s&limit=1000&message=${exact(card.key)}&signal=${exact(signal)}`);
    const body = await answer.json();
    if (drawn !== mine) return;
    if (answer.ok) {
      const fresh = points;
      points = [];
      for (const row of body.rows) {
        const own = (row.channel === null ? "" : row.channel + ":") + row.message === card.key;
        if (own && Object.hasOwn(row.signals, signal)) addPoint(Number(BigInt(row.time_ns) / 1000000n), row.signals[signal]);
      }
      for (const p of fresh) addPoint(p.t, p.v);
    } else {
      note = answer.status === 503 ? "live only: no history" : body.detail;
    }
  } catch {
    note = "live only: the history did not answer";
  }
  if (drawn !== mine) return;
  drawn.note = note;
  redraw = true;
}

const niceStep = (range, steps) => {
  const raw = range / steps, power = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 5, 10].map((m) => m * power).find((step) => step >= raw);
};

function scaleOf(shown) {
  let low = Infinity, high = -Infinity;
  for (const {v} of shown) {
    low = Math.min(low, v);
    high = Math.max(high, v);
  }
  if (!(low <= high)) [low, high] = [0, 1];
  if (high - low < 1e-9 * Math.max(1, Math.abs(high))) [low, high] = [low - 1, high + 1];
  const step = niceStep(high - low, 4);
  return {low: Math.floor(low / step) * step, high: Math.ceil(high / step) * step, step};
}

function drawGaps(g, x, top, height, from, colour) {
  for (const gap of gaps) {
    if (gap.to < from) continue;
    const left = Math.max(x(gap.from), x(from)), width = Math.max(2, x(gap.to) - left);
    g.save();
    g.beginPath();
    g.rect(left, top, width, height);
    g.clip();
    g.strokeStyle = colour;
    g.globalAlpha = 0.45;
    g.lineWidth = 2;
    g.beginPath();
    for (let d = -height; d < width; d += 8) {
      g.moveTo(left + d, top + height);
      g.lineTo(left + d + height, top);
    }
    g.stroke();
    g.restore();
  }
}

// Under the pointer: the nearest point, its time and value.
function drawCursor(g, shown, x, y, top, height, colour) {
  if (pointer === null || !shown.length) return;
  const near = shown.reduce((a, b) => Math.abs(x(b.t) - pointer) < Math.abs(x(a.t) - pointer) ? b : a);
  if (Math.abs(x(near.t) - pointer) > 30) return;
  g.strokeStyle = g.fillStyle = colour("--text");
  g.lineWidth = 1;
  g.beginPath();
  g.moveTo(x(near.t), top);
  g.lineTo(x(near.t), top + height);
  g.stroke();
  g.beginPath();
  g.arc(x(near.t), y(near.v), 3.5, 0, 7);
  g.fill();
  const text = `${clockTime(near.t)}  ${formatValue(near.v)} ${drawn.unit}`, wide = g.measureText(text).width;
  const left = Math.min(Math.max(x(near.t) + 8, 50), g.canvas.clientWidth - wide - 14);
  g.fillStyle = colour("--panel");
  g.fillRect(left - 4, top, wide + 8, 17);
  g.fillStyle = colour("--text");
  g.textAlign = "left";
  g.fillText(text, left, top + 12);
}

function drawChart() {
  const canvas = byId("chart"), ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth, height = canvas.clientHeight;
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  const style = getComputedStyle(document.documentElement), colour = (name) => style.getPropertyValue(name).trim();
  const g = canvas.getContext("2d");
  g.setTransform(ratio, 0, 0, ratio, 0, 0);
  g.clearRect(0, 0, width, height);
  g.font = "11px system-ui, sans-serif";
  const now = Date.now() + clockOffset, from = now - WINDOW_MS;
  const shown = points.filter((p) => p.t >= from), scale = scaleOf(shown);
  const left = 46, right = 10, top = 8, bottom = 22, w = width - left - right, h = height - top - bottom;
  const x = (t) => left + (t - from) / WINDOW_MS * w, y = (v) => top + (scale.high - v) / (scale.high - scale.low) * h;
  g.strokeStyle = colour("--line");
  g.fillStyle = colour("--faint");
  g.lineWidth = 1;
  g.textAlign = "right";
  for (let v = scale.low; v <= scale.high + scale.step / 2; v += scale.step) {
    g.beginPath();
    g.moveTo(left, Math.round(y(v)) + 0.5);
    g.lineTo(width - right, Math.round(y(v)) + 0.5);
    g.stroke();
    if (drawn) g.fillText(formatValue(Number(v.toPrecision(10))), left - 8, y(v) + 4);
  }
  g.textAlign = "center";
  for (let t = Math.ceil(from / 120000) * 120000; t <= now; t += 120000) {
    if (x(t) > left + 14 && x(t) < width - 20) g.fillText(clockTime(t).slice(0, 5), x(t), height - 5);
  }
  drawGaps(g, x, top, h, from, colour("--warn"));
  if (!drawn) return;
  g.strokeStyle = colour("--accent");
  g.lineWidth = 2;
  g.lineJoin = "round";
  g.beginPath();
  let before = null;
  const hole = Math.max(drawn.stale, 3000);
  for (const p of shown) {
    const broken = before === null || p.t - before > hole || gaps.some((gap) => gap.from < p.t && gap.to > before);
    broken ? g.moveTo(x(p.t), y(p.v)) : g.lineTo(x(p.t), y(p.v));
    before = p.t;
  }
  g.stroke();
  const last = shown[shown.length - 1];
  if (last) {
    g.fillStyle = colour("--accent");
    g.beginPath();
    g.arc(x(last.t), y(last.v), 3.5, 0, 7);
    g.fill();
  }
  drawCursor(g, shown, x, y, top, h, colour);
  const latest = last ? `${formatValue(last.v)} ${drawn.unit}` : "no numbers in ten minutes";
  setText(byId("chart-note"), [latest.trim(), drawn.note].filter(Boolean).join(" · "));
  canvas.setAttribute("aria-label", `${drawn.signal}, last ten minutes, now ${latest}`);
}

// --- trust: the ledger, lane by lane ---------------------------------------------------------------------------

const FATES = ["delivered", "filtered", "undecoded", "superseded", "rejected", "dropped", "pending"];
const ALWAYS = new Set(["delivered", "dropped", "pending"]);
let clockOffset = 0;  // node's clock minus this browser's, ms
let lastReceived = null;

function laneElement(lane) {
  const ledger = lane.ledger, root = element("div", "lane"), top = element("div", "lane-top");
  if (lane.state === "failed" || !ledger.balances) root.classList.add("bad");
  else if (lane.state === "backing_off" || lane.state === "catching_up") root.classList.add("warn");
  const state = lane.state.replace("_", " ");
  top.append(element("b", "", lane.name), element("span", "faint", lane.type === lane.name ? "" : lane.type),
             element("span", "state", lane.message ? `${state}: ${lane.message}` : state));
  const bar = element("div", "bar"), terms = element("div", "terms");
  terms.append("received ", element("b", "", count(ledger.received)), " = ");
  let first = true;
  for (const fate of FATES) {
    const n = Number(ledger[fate]);
    if (n > 0) {
      const part = element("i", fate);
      part.style.flexGrow = n;
      bar.append(part);
    }
    if (n === 0 && !ALWAYS.has(fate)) continue;
    const term = element("span", n > 0 && (fate === "dropped" || fate === "rejected") ? "loss" : "", `${fate} `);
    term.append(element("b", "", count(n)));
    terms.append(first ? "" : " + ", term);
    first = false;
  }
  terms.append(" ", element("span", ledger.balances ? "ok" : "bad-text", ledger.balances ? "✓ balances" : "✗ does not balance"));
  root.append(top, bar, terms);
  return root;
}

function showFacts(status) {
  const journal = status.journal, facts = byId("facts");
  facts.replaceChildren();
  const fact = (name, value, bad) => {
    const item = element("span", bad ? "bad-text" : "", `${name} `);
    item.append(element("b", bad ? "bad-text" : "", value));
    facts.append(item);
  };
  if (!journal.ok) fact("journal", journal.message || "cannot be written", true);
  else if (Number(journal.segments)) fact("journal", `${bytes(journal.bytes)} of ${bytes(journal.cap_bytes)}`);
  fact("not yet on disk", span(journal.unsynced_age_ms / 1000));
  fact("processor", `${status.process.cpu_percent.toFixed(1)} %`);
  fact("memory", bytes(status.process.rss_bytes));
  fact("gaps", count(status.gaps.count));
  for (const source of status.sources) {
    if (source.state !== "running") fact(source.name, `${source.state}${source.message ? ": " + source.message : ""}`,
                                         source.state === "failed");
  }
}

function showStatus(status) {
  clockOffset = Number(BigInt(status.time_ns) / 1000000n) - Date.now();
  setText(byId("node"), status.node || "cantrail");
  document.title = `${status.node} · cantrail`;
  setText(byId("since"), `epoch ${status.epoch} · up ${span(status.uptime_s)}`);
  const at = performance.now(), received = Number(status.received);
  if (lastReceived && received >= lastReceived.n) {
    const rate = (received - lastReceived.n) / ((at - lastReceived.at) / 1000);
    setText(byId("rate"), `${count(Math.round(rate))} records/s`);
  }
  lastReceived = {n: received, at};
  byId("lanes").replaceChildren(...status.lanes.map(laneElement));
  showFacts(status);
  gaps = status.gaps.recent.map((gap) => ({...gap, from: Date.parse(gap.from), to: Date.parse(gap.to)}));
  byId("gaps").replaceChildren(...gaps.slice(-3).reverse().map((gap) => element(
      "div", "", `${clockTime(gap.from)}  ${gap.where}: ${gap.reason.replaceAll("_", " ")}, ` +
                     `${gap.count === null ? "unknown number" : count(gap.count)} lost`)));
  redraw = true;
}

// --- the connection --------------------------------------------------------------------------------------------

let waitMs = 500;

function showLink(state, text) {
  byId("link").className = `link ${state}`;
  setText(byId("link-text"), text);
}

function connect() {
  const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/live?interval=200ms`);
  socket.onmessage = (event) => {
    const message = JSON.parse(event.data);
    if (message.type === "status") return showStatus(message.status);
    const now = performance.now();
    for (const row of message.rows) showRow(row, now);
    if (message.type === "snapshot") {
      waitMs = 500;
      showLink("live", "live");
      if (!drawn) drawFirst();
    }
    showAges();
    showCount();
  };
  socket.onclose = () => {
    showLink("lost", "no connection, trying again");
    lastReceived = null;
    setTimeout(connect, waitMs);
    waitMs = Math.min(waitMs * 2, 8000);
  };
}

// Something to look at before the first click: the first value that is a number and is measured now.
function drawFirst() {
  for (const card of cards.values()) {
    if (card.restored) continue;
    for (const [name, value] of Object.entries(card.row.signals)) {
      if (typeof value === "number") return draw(card, name);
    }
  }
}

byId("filter").addEventListener("input", () => {
  cards.forEach(applyFilter);
  showCount();
});
byId("chart").addEventListener("pointermove", (event) => {
  pointer = event.offsetX;
  drawChart();
});
byId("chart").addEventListener("pointerleave", () => {
  pointer = null;
  redraw = true;
});
window.addEventListener("resize", () => redraw = true);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => redraw = true);
setInterval(showAges, 250);
setInterval(() => {
  if (!redraw || document.hidden) return;
  redraw = false;
  drawChart();
}, 200);
drawChart();
connect();
