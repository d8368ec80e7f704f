// Pictures of the page for the documents: node screenshots.mjs FOLDER
// Runs the demonstration on a terminal of its own in a temporary folder: its first minute in both themes and on a phone, then broken
// by hand. With CANTRAIL_NODE=http://… the pictures are of that node, unbroken.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { chromium } from "playwright-core";

const MOST_BYTES = 200_000;
const FIRST_MINUTE_MS = 45_000;
const AWAY_MS = 20_000; // dead for two seconds, and back for a while
const STOPPED_MS = 25_000; // so that a lane swells
const [folder = "docs/images"] = process.argv.slice(2);
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

/** script(1) of util-linux is a terminal: keys written to it are pressed. */
async function startDemo() {
  const command = `${binary} demo --listen 127.0.0.1:${port} --folder ${data}`;
  const child = spawn("script", ["-qec", command, "/dev/null"], { stdio: ["pipe", "ignore", "inherit"] });
  for (let i = 0; i < 300; ++i, await wait(100)) {
    if (await fetch(`${url}readyz`).then((answer) => answer.ok, () => false)) return child;
  }
  throw new Error("the demo does not start");
}

const DESK = { width: 1440, height: 900 };
const FIRST_LOOK = [
  { name: "overview-dark", size: DESK, colorScheme: "dark", hover: true },
  { name: "overview-light", size: DESK, colorScheme: "light" },
  { name: "phone", size: { width: 390, height: 844 }, colorScheme: "dark", isMobile: true, crop: 1688 },
];
const BROKEN = { name: "outage", size: DESK, colorScheme: "dark" };

async function open(browser, { size, colorScheme, isMobile = false }) {
  const page = await browser.newPage({ viewport: size, colorScheme, isMobile });
  await page.goto(url);
  await page.waitForSelector(".overview .num.good");
  return page;
}

async function take(page, { name, size, hover, crop }) {
  const path = join(folder, `${name}.png`);
  await page.setViewportSize({ width: size.width, height: crop ?? (await page.evaluate(() => document.documentElement.scrollHeight)) });
  if (hover) await page.hover(".speed .num");
  await wait(1500);
  await page.screenshot({ path });
  await page.close();
  execFileSync("pngquant", ["--force", "--strip", "--quality", "70-100", "--output", path, path]);
  const bytes = statSync(path).size;
  console.log(`${path} ${bytes} bytes`);
  if (bytes > MOST_BYTES) throw new Error(`${path} is larger than ${MOST_BYTES} bytes`);
}

async function firstLook(browser) {
  for (const picture of FIRST_LOOK) {
    const page = await open(browser, picture);
    await wait(8000); // for the history, and the last moments of what moves
    await take(page, picture);
  }
}

async function broken(browser, demo) {
  const page = await open(browser, BROKEN);
  await wait(3000);
  demo.stdin.write("k");
  await wait(AWAY_MS);
  demo.stdin.write("s");
  await wait(STOPPED_MS);
  await take(page, BROKEN);
  demo.stdin.write("s");
}

mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CANTRAIL_CHROMIUM ?? "/usr/bin/chromium", args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
});
const demo = process.env.CANTRAIL_NODE ? null : await startDemo();
try {
  if (demo) await wait(FIRST_MINUTE_MS);
  await firstLook(browser);
  if (demo) await broken(browser, demo);
} finally {
  await browser.close();
  if (demo) {
    const ended = new Promise((done) => demo.once("exit", done));
    demo.stdin.write("q");
    await ended;
  }
  rmSync(data, { recursive: true, force: true });
}
