// What the page has recorded: a button for each call that a sink waits for, and the file when it is finished.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Window } from "./browser";
import { overlapping, stickingOut } from "./looks";
import { Node, until } from "./node";

const LEAF = readFileSync(new URL("../../examples/leaf/leaf.dbc", import.meta.url), "utf8");

let browser: Window;
let node: Node | undefined;

beforeAll(async () => {
  browser = await Window.start();
});
afterAll(async () => {
  await browser?.end();
});
afterEach(async () => {
  await browser.closeAll();
  await node?.stop();
});

const INCIDENTS = '[sink.incidents]\ntype = "mcap"\npath = "incidents"\ntrigger = ["api:door", "error_frame"]\nbefore = "1s"\nafter = "2s"\n';

it("records what happens when somebody presses the button, and names the file", async () => {
  node = await Node.simulated("leaf", { "leaf.dbc": LEAF }, "leaf.dbc", INCIDENTS);
  const { page, complaints } = await browser.open(`${node.url}#/health`, { viewport: { width: 1280, height: 900 } });
  const tile = page.locator(".recordings");
  await page.getByRole("button", { name: "Record door" }).waitFor();
  expect(await tile.locator("button").count()).toBe(1);
  expect(await tile.innerText()).toContain("1.0 s before to 2.0 s after, by incidents");
  expect(await tile.innerText()).toContain("No file is finished yet.");
  await page.getByRole("button", { name: "Record door" }).click();
  await until("the call to be told", async () => /door, by incidents: (recording until|the file|recorded)/.test(await tile.innerText()));
  await until("the file", async () => (await tile.locator(".called .good-text").count()) === 1);
  const finished = readdirSync(join(node.folder, "incidents")).filter((name) => name.endsWith(".mcap"));
  expect(finished.length).toBe(1);
  expect(await tile.locator(".called .file").innerText()).toBe(finished[0]);
  expect(await tile.locator(".files .file").allInnerTexts()).toEqual(finished);
  expect(complaints).toEqual([]);

  await page.setViewportSize({ width: 360, height: 740 });
  await page.waitForTimeout(400);
  expect(await stickingOut(page)).toEqual([]);
  expect(await overlapping(page)).toEqual([]);
});

it("says why a call was not taken", async () => {
  node = await Node.simulated("leaf", { "leaf.dbc": LEAF }, "leaf.dbc", INCIDENTS);
  const { page } = await browser.open(`${node.url}#/health`, { viewport: { width: 1280, height: 900 } });
  await page.route("**/api/trigger**", (route) => route.fulfill({ status: 503, contentType: "application/problem+json", body: '{"detail":"the disk is full"}' }));
  await page.getByRole("button", { name: "Record door" }).click();
  await until("the reason", async () => (await page.locator(".recordings").innerText()).includes("Not taken: the disk is full"));
});

it("has no button where nothing waits for one", async () => {
  node = await Node.simulated("leaf", { "leaf.dbc": LEAF }, "leaf.dbc");
  const { page } = await browser.open(`${node.url}#/health`, { viewport: { width: 1280, height: 900 } });
  await page.waitForSelector(".health .entry .ledger");
  await page.waitForTimeout(500);
  expect(await page.locator(".recordings").count()).toBe(0);
});
