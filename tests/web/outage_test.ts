// What the page shows of losses: of its own connection, and of the node.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Window } from "./browser";
import { stickingOut } from "./looks";
import { Node, until } from "./node";

let node: Node;
let browser: Window;
const leaf = readFileSync(new URL("../../examples/leaf/leaf.dbc", import.meta.url), "utf8");

beforeAll(async () => {
  [node, browser] = await Promise.all([Node.simulated("leaf", { "leaf.dbc": leaf }, "leaf.dbc"), Window.start()]);
});
afterEach(() => browser.closeAll());
afterAll(async () => {
  await browser?.end();
  await node?.stop();
});

it("says that the node is away, comes back by itself, and draws the outage as a gap", async () => {
  const { page } = await browser.open(node.url);
  const gaps = () => page.locator(".span8 .chart").getAttribute("data-gaps").then(Number);
  await page.waitForSelector(".speed .num.good");
  await page.waitForTimeout(2000);
  expect(await gaps()).toBe(0);

  await node.kill();
  await page.waitForSelector(".pulse.lost");
  await page.waitForSelector(".banner");
  expect(await page.locator(".speed .num").getAttribute("class")).toContain("stale");
  expect(await page.locator(".speed .num").innerText()).toMatch(/^\d/);
  await until("the lost connection in the chart", async () => (await page.locator(".span8 .chart").getAttribute("data-lost")) === "1");
  await page.waitForTimeout(1500);

  await node.start();
  await page.waitForSelector(".speed .num.good", { timeout: 30_000 });
  await until("the banner to go", async () => (await page.locator(".banner").count()) === 0);
  await until("the gap in the chart", async () => (await gaps()) >= 1);
  await until("the gap in words", async () => (await page.locator(".events").innerText()).includes("the node was not running for"));
  expect(await page.locator(".events").innerText()).toContain("found the node again");

  const { page: later } = await browser.open(`${node.url}#/health`);
  await until("the gap in the list", async () => (await later.locator(".gap-list li").count()) >= 1);
});

it("says what somebody should see to, until it is seen to", async () => {
  await node.kill();
  const journal = join(node.folder, "journal");
  const segment = readdirSync(journal).filter((name) => name.endsWith(".ctj")).sort()[0]!;
  const bytes = readFileSync(join(journal, segment));
  let end = bytes.length;
  while (bytes[end - 1] === 0) --end; // there may be room behind its records
  const middle = end >> 1;
  bytes.fill(0xff, middle, middle + 64);
  writeFileSync(join(journal, segment), bytes);
  for (const file of readdirSync(node.folder).filter((name) => name.startsWith("history.db"))) rmSync(join(node.folder, file));
  await node.start(); // a new history reads all of the journal
  const { page, complaints } = await browser.open(node.url);
  await until("the damage in words", async () => (await page.locator(".alarms").innerText().catch(() => "")).includes("journal"));
  expect(await stickingOut(page)).toEqual([]);
  expect(complaints).toEqual([]);
});
