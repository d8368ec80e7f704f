// How a value stands is said in words, in tiles, in the table and under a chart's cursor.
import type { Page } from "playwright-core";
import { Window } from "./browser";
import { complaintsOfAxe, overlapping, stickingOut } from "./looks";
import { Node, until } from "./node";

const DBC = `VERSION ""
BA_DEF_ BO_ "VFrameFormat" ENUM "StandardCAN","ExtendedCAN","reserved","J1939PG";
BA_DEF_DEF_ "VFrameFormat" "J1939PG";
BO_ 2364540158 Engine: 8 X
 SG_ Well : 0|8@1+ (1,0) [0|100] "bar" X
 SG_ Gone : 8|8@1+ (1,0) [0|100] "bar" X
 SG_ Broken : 16|8@1+ (1,0) [0|100] "bar" X
 SG_ Over : 24|8@1+ (1,0) [0|100] "bar" X
BO_ 498 Once: 8 X
 SG_ Old : 0|8@1+ (1,0) [0|100] "bar" X
BO_ 499 Silent: 8 X
 SG_ Quiet : 0|8@1+ (1,0) [0|100] "bar" X
BO_ 500 Turns: 8 X
 SG_ Turn M : 0|8@1+ (1,0) [0|1] "" X
 SG_ Other m1 : 8|8@1+ (1,0) [0|100] "bar" X
BA_ "VFrameFormat" BO_ 498 0;
BA_ "VFrameFormat" BO_ 499 0;
BA_ "VFrameFormat" BO_ 500 0;
`;
const SIGNALS = ["Engine.Well", "Engine.Gone", "Engine.Broken", "Engine.Over", "Once.Old", "Silent.Quiet"];
const TILES = SIGNALS.map((signal) => `[tile.${signal.split(".")[1]!.toLowerCase()}]\nkind = "number"\nsignals = "${signal}"\n`).join("") +
  '[tile.rest]\nkind = "readings"\nsignals = ["Engine.Gone", "Engine.Broken", "Engine.Over", "Once.Old", "Turns.Other"]\n';

let browser: Window;
let node: Node;

beforeAll(async () => {
  browser = await Window.start();
  node = await Node.run(`[source.can0]\ntype = "cannelloni"\nlisten = "127.0.0.1:PORT"\ndbc = "truck.dbc"\n${TILES}`, { "truck.dbc": DBC });
  const lines = ["(1700000000.000000) can0 1F2#05"];
  for (let i = 1; i < 3000; ++i) lines.push(`(${(1_700_000_000 + i / 10).toFixed(6)}) can0 ${i % 2 ? "18F00442#2AFFFE78FFFFFFFF" : "1F4#00"}`);
  node.replay(`${lines.join("\n")}\n`);
});
afterAll(async () => {
  await browser?.end();
  await node?.stop();
});
afterEach(() => browser.closeAll());

const tile = (page: Page, signal: string) => page.locator(`.tile.number:has([data-key="can0:${signal}"])`);
const told = (page: Page, signal: string) => tile(page, signal).locator(".told").innerText();

it("says it in the tiles", async () => {
  const { page, complaints } = await browser.open(node.url);
  await page.waitForSelector(".tile.number .num.good");
  await until("the old value to be stale", async () => (await tile(page, "Once.Old").locator(".told").count()) === 1);
  expect(await tile(page, "Engine.Well").locator(".told").count()).toBe(0);
  expect(await Promise.all(SIGNALS.slice(1).map((signal) => told(page, signal)))).toEqual(["not available", "error", "out of range", "stale", "never seen"]);
  await until("the chips to say so too", async () => (await page.locator(".chip .stale").count()) === 1);
  const chips = (await page.locator(".chip").allInnerTexts()).map((text) => text.replace(/\s+/g, " "));
  expect(chips.map((text) => /not available|error|120 ?bar ?out of range|5 ?bar ?stale|not sent/.exec(text)?.[0].replace(/ /g, "")))
    .toEqual(["notavailable", "error", "120baroutofrange", "5barstale", "notsent"]);
  for (const theme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: theme as "light" | "dark" });
    await page.waitForTimeout(300);
    expect(await complaintsOfAxe(page)).toEqual([]);
    if (process.env.CANTRAIL_LOOK) await page.screenshot({ path: `${process.env.CANTRAIL_LOOK}/tiles-${theme}.png` });
  }
  expect(await stickingOut(page)).toEqual([]);
  expect(await overlapping(page)).toEqual([]);
  await page.setViewportSize({ width: 360, height: 740 });
  await page.waitForTimeout(500);
  expect(await told(page, "Engine.Gone")).toBe("not available");
  expect(await tile(page, "Engine.Gone").locator(".told").isVisible()).toBe(true);
  if (process.env.CANTRAIL_LOOK) await page.screenshot({ path: `${process.env.CANTRAIL_LOOK}/tiles-phone.png`, fullPage: true });
  expect(await stickingOut(page)).toEqual([]);
  expect(await overlapping(page)).toEqual([]);
  expect(complaints).toEqual([]);
});

it("says it in the table of signals", async () => {
  const { page } = await browser.open(`${node.url}#/signals`);
  const state = (signal: string) => page.locator("table.signals tr", { hasText: signal }).locator(".state").innerText();
  await until("the old value to be stale", async () => (await state("Once.Old")) === "stale");
  expect(await Promise.all(["Engine.Well", "Engine.Gone", "Engine.Broken", "Engine.Over", "Silent.Quiet", "Turns.Other"].map(state)))
    .toEqual(["ok", "not available", "error", "out of range", "never seen", "not sent"]);
  if (process.env.CANTRAIL_LOOK) await page.screenshot({ path: `${process.env.CANTRAIL_LOOK}/table.png` });
  await page.setViewportSize({ width: 360, height: 740 });
  await page.waitForTimeout(300);
  expect(await stickingOut(page)).toEqual([]);
  if (process.env.CANTRAIL_LOOK) await page.screenshot({ path: `${process.env.CANTRAIL_LOOK}/table-phone.png` });
});

it("says it under a chart's cursor", async () => {
  const signals = ["Engine.Well", "Engine.Gone", "Engine.Over"].map((signal) => `s=${encodeURIComponent(`can0:${signal}`)}`).join("&");
  const { page } = await browser.open(`${node.url}#/charts?${signals}`);
  await page.waitForSelector(".plot .u-over");
  const doubts = async () => Object.fromEntries(await page.locator(".legend .key").evaluateAll((keys) =>
    keys.map((key) => [/well|gone|over/.exec(key.textContent ?? "")?.[0], key.querySelector(".doubt")?.textContent ?? ""])));
  await until("what is now", async () => JSON.stringify(await doubts()) === '{"well":"","gone":"not available","over":"out of range"}');
  await page.waitForTimeout(4000); // the page keeps why values were absent from when it was opened
  const over = page.locator(".plot .u-over").last();
  const box = (await over.boundingBox())!;
  await until("the moment under the cursor", async () => {
    await page.mouse.move(box.x + box.width - 3 - Math.random() * 2, box.y + box.height / 2);
    await page.waitForTimeout(100);
    return (await doubts()).over === "out of range" && (await page.locator(".legend .at:not(.idle)").count()) > 0;
  });
  await page.mouse.move(box.x + 5, box.y + box.height / 2);
  await until("a moment without a value", async () => Object.values(await doubts()).includes("no value"));
  if (process.env.CANTRAIL_LOOK) await page.screenshot({ path: `${process.env.CANTRAIL_LOOK}/chart.png` });
});
