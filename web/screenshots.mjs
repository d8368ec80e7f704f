// Pictures of the page for the documents: node screenshots.mjs FOLDER [MINUTES]
// Runs the demo in a temporary folder for so long (eleven minutes fill the charts; where the demo fills in its past, two do),
// kills it once on the way so that there is a gap to be seen, and takes three pictures. With CANTRAIL_NODE=http://… the pictures are
// of that node.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { chromium } from "playwright-core";

const MOST_BYTES = 200_000;
const AWAY_MS = 12_000;
const [folder = "docs/images", minutes] = process.argv.slice(2);
const binary = resolve(process.env.CANTRAIL_BIN ?? "build/release/src/cli/cantrail");
const data = mkdtempSync(join(tmpdir(), "cantrail-pictures-"));
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

const port = await new Promise((done) => {
  const probe = createServer().listen(0, "127.0.0.1", () => {
    const { port } = probe.address();
    probe.close(() => done(port));
  });
});
const url = process.env.CANTRAIL_NODE ?? `http://127.0.0.1:${port}/`;

async function startNode() {
  const child = spawn(binary, ["demo", "--listen", `127.0.0.1:${port}`, "--folder", data], { stdio: "ignore" });
  for (let i = 0; i < 300; ++i, await wait(100)) {
    if (await fetch(`${url}readyz`).then((answer) => answer.ok, () => false)) return child;
  }
  throw new Error("the demo does not start");
}

const ended = (child) => new Promise((done) => child.once("exit", done));

const PICTURES = [
  { name: "overview-dark", size: { width: 1440, height: 900 }, colorScheme: "dark", hover: true },
  { name: "overview-light", size: { width: 1440, height: 900 }, colorScheme: "light" },
  { name: "phone", size: { width: 390, height: 844 }, colorScheme: "dark", isMobile: true, crop: true },
];

async function take(browser, picture) {
  const page = await browser.newPage({ viewport: picture.size, colorScheme: picture.colorScheme, isMobile: picture.isMobile ?? false });
  await page.goto(url);
  await page.waitForSelector(".overview .num.good");
  await wait(12_000); // for the history, and the last minutes of what moves
  if (picture.hover) {
    await page.hover(".speed .num");
    await wait(500);
  }
  const path = join(folder, `${picture.name}.png`);
  const height = picture.crop ? 1688 : await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width: picture.size.width, height });
  if (picture.hover) await page.hover(".speed .num");
  await wait(1500);
  await page.screenshot({ path });
  await page.close();
  execFileSync("pngquant", ["--force", "--strip", "--quality", "70-100", "--output", path, path]);
  const bytes = statSync(path).size;
  console.log(`${path} ${bytes} bytes`);
  if (bytes > MOST_BYTES) throw new Error(`${path} is larger than ${MOST_BYTES} bytes`);
}

async function takeAll() {
  mkdirSync(folder, { recursive: true });
  const browser = await chromium.launch({
    executablePath: process.env.CANTRAIL_CHROMIUM ?? "/usr/bin/chromium", args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
  for (const picture of PICTURES) await take(browser, picture);
  await browser.close();
}

async function ofTheDemo() {
  let node = await startNode();
  try {
    const status = await (await fetch(`${url}api/status`)).json();
    const total_ms = Number(minutes ?? (status.filled_in ? 3 : 11)) * 60_000;
    await wait(total_ms * 0.55);
    const killed = ended(node);
    node.kill("SIGKILL");
    await killed;
    await wait(AWAY_MS);
    node = await startNode();
    await wait(total_ms * 0.45);
    await takeAll();
  } finally {
    const stopped = ended(node);
    node.kill("SIGTERM");
    await stopped;
    rmSync(data, { recursive: true, force: true });
  }
}

await (process.env.CANTRAIL_NODE ? takeAll() : ofTheDemo());
