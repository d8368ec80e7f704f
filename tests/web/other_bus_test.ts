// Buses that are no electric car: the page has no idea of them but for their DBC, if they have one.
import { existsSync, readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { type Opened, Window } from "./browser";
import { overlapping, stickingOut } from "./looks";
import { Node, until } from "./node";

const text = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
const ROOM = text("grow-room.dbc");
const LEAF = text("../../examples/leaf/leaf.dbc");
const KART = text("../../examples/component-bus/component-bus.dbc");

let browser: Window;
const nodes: Node[] = [];

beforeAll(async () => {
  browser = await Window.start();
});
afterAll(async () => {
  await browser?.end();
});
afterEach(async () => {
  await browser.closeAll();
  await Promise.all(nodes.splice(0).map((node) => node.stop()));
});

async function open(starting: Promise<Node>, size = { width: 1440, height: 900 }): Promise<Opened & { node: Node }> {
  const node = await starting;
  nodes.push(node);
  return { node, ...(await browser.open(node.url, { viewport: size })) };
}

const titles = (page: Page) => page.locator(".tile h2 > span:first-child").allInnerTexts();

async function looksRight(page: Page): Promise<void> {
  await page.waitForTimeout(800);
  expect(await stickingOut(page)).toEqual([]);
  expect(await overlapping(page)).toEqual([]);
}

/** What four nodes send that one DBC describes. */
function fourTimes(dbc: string): string {
  const at = dbc.indexOf("BO_ 256");
  const end = dbc.indexOf("BA_DEF_");
  const rooms = [1, 2, 3, 4].map((n) => dbc.slice(at, end).replace(/BO_ (\d+) (\w+)/g, (_, id, name) => `BO_ ${Number(id) + (n - 1) * 256} ${name}_${n}`));
  return dbc.slice(0, at) + rooms.join("") + dbc.slice(end).replace(/VAL_ .*\n/g, "");
}

it("gives a grow room with four nodes of one kind a useful page", async () => {
  const copies = ["b", "f", "v", "l"].map((suffix, i) => `${i + 1} = { suffix = "_${suffix}" }`).join("\n");
  const { page, complaints } = await open(Node.simulated("four.dbc", { "four.dbc": fourTimes(ROOM), "room.dbc": ROOM }, "room.dbc", `[copies.node]\nstep = 0x100\n${copies}`));
  await page.waitForSelector(".tile.number .num.good");
  await until("the tiles of all four", async () => (await titles(page)).includes("SCD30 l CO₂"));
  expect(await titles(page)).toEqual(expect.arrayContaining(["SCD30 b CO₂", "Climate b VPD", "Climate l VPD", "Temperatures", "Ten minutes", "Just now", "Trust"]));
  expect(await titles(page)).not.toContain("Speed");
  expect(await page.locator(".brand small").innerText()).toBe("climate");
  const co2 = page.locator('.tile.number [data-key="can0:SCD30_f.co2_ppm"]');
  const before = await co2.innerText();
  await until("CO₂ to change", async () => (await co2.innerText()) !== before);
  await looksRight(page);
  expect(complaints).toEqual([]);
});

it("takes a layout that the configuration gives", async () => {
  const tiles = '[tile.humidity]\nkind = "gauge"\nsignals = "SCD30.rh"\n[tile.bulbs]\nkind = "chart"\nsignals = ["PT100.temp_dry_c", "can0:PT100.temp_wet_c"]\ntitle = "Bulbs"\n';
  const { page, complaints } = await open(Node.simulated("room.dbc", { "room.dbc": ROOM }, "room.dbc", tiles));
  await page.waitForSelector(".ring .num.good");
  expect(await titles(page)).toEqual(["RH", "Bulbs", "Trust"]);
  expect(await page.locator(".legend .key").count()).toBe(2);
  expect(complaints).toEqual([]);
});

it("shows the frames of a bus without a DBC, with the bytes that move", async () => {
  const { page, complaints } = await open(Node.simulated("leaf", {}, ""));
  await until("ten identifiers", async () => (await page.locator("table.frames tbody tr").count()) === 10);
  await until("the reason", async () => /can0\s+[\d,]+ frames came, with 10 identifiers; no DBC is given/.test(await page.locator(".reasons").innerText()));
  const first = page.locator("table.frames tbody tr").first();
  expect(await first.locator("td").first().innerText()).toBe("1D4");
  await until("bytes that move", async () => (await page.locator(".hex .lit").count()) > 0);
  await page.goto(`${page.url()}#/frames`);
  await page.getByRole("searchbox").fill("unknown 710");
  await until("the one that was searched for", async () => (await page.locator("table.frames tbody tr").count()) === 1);
  expect(complaints).toEqual([]);
});

it("says why there is nothing to see", async () => {
  const silent = '[source.can0]\ntype = "cannelloni"\nlisten = "127.0.0.1:PORT"\ndbc = "leaf.dbc"\n[source.can9]\ntype = "socketcan"\noptional = true\n';
  const { page, complaints } = await open(Node.run(silent, { "leaf.dbc": LEAF }));
  const reasons = page.locator(".reasons");
  await until("the silent source", async () => /can0\s+is open, 0 frames since \d\d:\d\d:\d\d/.test(await reasons.innerText()));
  expect(await reasons.innerText()).toMatch(/can9\s+\S/);
  expect(await page.locator(".silence").innerText()).toContain("33 signals in 10 messages are known from the DBC");
  await looksRight(page);
  expect(complaints).toEqual([]);
});

it("says when a DBC knows none of the frames", async () => {
  const { page } = await open(Node.simulated("leaf", { "room.dbc": ROOM }, "room.dbc"));
  await until("the reason", async () => /of [\d,]+ frames its DBC knows none: is it the DBC of this bus\?/.test(await page.locator(".reasons").innerText()));
});

it("survives odd names, units, numbers and labels", async () => {
  const { page, complaints } = await open(Node.simulated("odd.dbc", { "odd.dbc": text("odd.dbc") }), { width: 1280, height: 720 });
  await page.waitForSelector(".tile.number .num.good");
  await until("all tiles", async () => (await titles(page)).includes("Has own property"));
  await until("a multiplexed value that stays", async () => /\d/.test(await page.locator('[data-key="can0:Mux.inner1"]').first().innerText()));
  for (let i = 0; i < 8; ++i, await page.waitForTimeout(150)) {
    expect(await page.locator('[data-key="can0:Mux.inner1"]').first().innerText()).toMatch(/\d/);
  }
  expect(await page.locator(".overview").innerText()).toMatch(/\de\d\d/); // 1e15 times something
  expect(await page.locator("i:has-text('%'), script:not([src])").count()).toBe(0);
  await looksRight(page);
  await page.locator('[data-key="can0:Text.state"]').first().hover();
  await until("the whole comment", async () => (await page.locator("#explain").innerText()).includes("<script>alert(1)</script>"));
  expect(complaints).toEqual([]);
});

it("shows what a payload says of components", async () => {
  const rule = '[component.bus]\nmessage = "bus:*"\ntype = "{component_type}"\nid = "{component_id}"\nkeys = ["{command_id}"]\nonly = ["{message_type} = STATUS"]\nmerge = ["value = *_value"]\n';
  const { node, page, complaints } = await open(Node.run(`[source.bus]\ntype = "cannelloni"\nlisten = "127.0.0.1:PORT"\ndbc = "kart.dbc"\n${rule}`, { "kart.dbc": KART }));
  await page.waitForSelector(".silence");
  node.replay("(1700000000.000000) bus 020#480A010230FFFB50\n(1700000000.010000) bus 020#480A010320000047\n");
  const motors = page.locator(".tile.components", { hasText: "MOTORS" });
  await motors.waitFor();
  await until("both commands", async () => (await motors.locator(".chip").count()) === 2);
  expect((await motors.locator(".chip").allInnerTexts()).map((chip) => chip.replace(/\s+/g, " "))).toEqual(["2 −1,200", "3 71"]);
  expect(complaints).toEqual([]);
});

const SHARED = process.env.CANTRAIL_SHARED_DATA ?? new URL("../../../shared/data", import.meta.url).pathname;
const LARGE = [`${SHARED}/dbc/commaai+opendbc/vw_mlb.dbc`, `${SHARED}/dbc/opendbc_gen/toyota_tnga_k_pt_generated.dbc`];

describe.skipIf(!LARGE.every((path) => existsSync(path)))("the DBC of a whole car (skipped where the shared data are not there)", () => {
  it.each(LARGE)("%s", async (path) => {
    const { page, complaints } = await open(Node.simulated(path));
    await page.waitForSelector(".speed .num.good");
    expect(await page.locator(".brand small").innerText()).toBe("vehicle");
    await page.waitForTimeout(1000);
    await looksRight(page);
    await page.goto(`${page.url()}#/signals`);
    await until("the table", async () => (await page.locator("table.signals tbody tr").count()) > 300);
    const some = await page.locator("table.signals tbody td:first-child").nth(200).innerText();
    await page.getByRole("searchbox").fill(some);
    await until("the one that was searched for", async () => (await page.locator("table.signals tbody tr").count()) < 5);
    expect(complaints).toEqual([]);
  }, 120_000);
});
