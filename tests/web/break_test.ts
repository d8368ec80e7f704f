// Broken while one watches: the history stopped, the node killed, by the keys of the demonstration.
import type { Page } from "playwright-core";
import { Window } from "./browser";
import { Node, until } from "./node";

let node: Node;
let browser: Window;

beforeAll(async () => {
  [node, browser] = await Promise.all([Node.demo(true), Window.start()]);
});
afterEach(() => browser.closeAll());
afterAll(async () => {
  await browser?.end();
  await node?.stop();
});

interface Status {
  epoch: number;
  lanes: { name: string; state: string; ledger: { received: number; delivered: number; pending: number; dropped: number; balances: boolean } }[];
}
const history = async () => (await node.get<Status>("api/status")).lanes.find((lane) => lane.name === "history")!;

const open = async (): Promise<Page> => {
  const { page } = await browser.open(node.url);
  await page.waitForSelector(".speed .num.good");
  return page;
};

/** The width of a lane's bar, 0…1. */
const bar = (page: Page, lane: string) =>
  page.locator(`.lane[data-lane="${lane}"] i`).evaluate((element) => new DOMMatrix(getComputedStyle(element).transform).a);

it("shows how a stopped history falls behind while the car drives on, and how it drains with nothing lost", async () => {
  const page = await open();
  const lane = page.locator('.lane[data-lane="history"]');
  await until("the history to follow", async () => (await lane.getAttribute("data-state")) === "caught_up");
  const before = await bar(page, "history");
  node.press("s");
  await until("the lane to be away", async () => (await lane.innerText()).includes("away") && (await lane.innerText()).includes("all kept"));
  await until("its bar to swell", async () => (await bar(page, "history")) > before + 0.1);
  const moved = await page.locator(".overview").innerText();
  await until("values to go on", async () => (await page.locator(".power").innerText()) !== moved && (await page.locator(".speed .num.good").count()) === 1);
  expect(await page.locator('.lane[data-lane="live"]').getAttribute("data-state")).toBe("live");
  expect(await page.locator(".trust .good-text").first().innerText()).toBe("✓ balances");
  await until("what waits to be counted", async () => (await history()).ledger.pending > 1000);
  expect(await page.locator(".events").innerText()).toContain("history is away: stopped by hand; the journal keeps all for it");

  node.press("s");
  await until("the lane to have drained", async () => (await lane.getAttribute("data-state")) === "caught_up");
  const told = await until("that it has drained", async () => /history back after .*, ([\d,]+) records caught up, 0 lost/.exec(await page.locator(".events").innerText()));
  expect(Number(told[1]!.replaceAll(",", ""))).toBeGreaterThan(500); // the page hears of it once a second
  const { ledger } = await history();
  expect(ledger).toMatchObject({ dropped: 0, balances: true });
  await until("the demonstration to say so", async () => /the history has caught up: [\d,]+ records had waited, 0 lost/.test(node.log()));
});

it("comes back from a kill with the outage drawn and counted, and nothing lost of what was accepted", async () => {
  const page = await open();
  const chart = page.locator(".span8 .chart");
  const { epoch } = await node.get<Status>("api/status");
  await until("a rate to judge by", async () => /[1-9]/.test(await page.locator(".pulse b").innerText()));
  await page.waitForTimeout(1500);
  node.press("k");
  await page.waitForSelector(".banner");
  await page.waitForSelector(".speed .num.stale");

  await page.waitForSelector(".speed .num.good");
  await until("the banner to go", async () => (await page.locator(".banner").count()) === 0);
  await until("the gap in the chart", async () => (await chart.getAttribute("data-gaps")) === "1");
  const events = page.locator(".events");
  const told = await until("the outage, counted", async () => /the node was not running for ([\d.]+) s, about ([\d,]+) records went by/.exec(await events.innerText()));
  const [seconds, records] = [Number(told[1]), Number(told[2]!.replaceAll(",", ""))];
  expect(records / seconds).toBeGreaterThan(100); // of a car that sends 290 frames a second
  expect(records / seconds).toBeLessThan(600);
  expect(await page.locator(".facts").innerText()).toMatch(/1 gap/);
  expect((await node.get<Status>("api/status")).epoch).toBe(epoch + 1);
  await until("the demonstration's own count", async () => /the node is back: 0 lost of what it had accepted; [1-9][\d,]* frames went by/.test(node.log()));
});

it("does not mind a browser that goes away in the middle of it", async () => {
  const page = await open();
  await page.context().close();
  const { ledger } = await history();
  await until("the history to go on", async () => (await history()).ledger.delivered > ledger.delivered);
});
