// A bus that is no car: the page has no idea of it but for its DBC.
import { readFileSync } from "node:fs";
import { Window } from "./browser";
import { Node, until } from "./node";

let node: Node;
let browser: Window;
const dbc = readFileSync(new URL("grow-room.dbc", import.meta.url), "utf8");

beforeAll(async () => {
  [node, browser] = await Promise.all([Node.run('scenario = "grow-room.dbc"\ndbc = "grow-room.dbc"', { "grow-room.dbc": dbc }), Window.start()]);
});
afterAll(async () => {
  await browser?.end();
  await node?.stop();
});

it("gives a grow room a useful page", async () => {
  const { page, complaints } = await browser.open(node.url);
  await page.waitForSelector(".tile.number .num.good");
  const titles = await page.locator(".tile h2 > span:first-child").allInnerTexts();
  expect(titles).toEqual(expect.arrayContaining(["CO₂", "VPD", "Temperatures", "Ten minutes", "Readings", "Just now", "Trust"]));
  expect(titles).not.toContain("Speed");
  expect(titles).not.toContain("Power");
  expect(await page.locator(".brand small").innerText()).toBe("climate");
  const co2 = page.locator('.tile.number [data-key="can0:SCD30.co2_ppm"]');
  const before = await co2.innerText();
  await until("CO₂ to change", async () => (await co2.innerText()) !== before);
  expect(complaints).toEqual([]);
});

it("takes a layout that the configuration gives", async () => {
  const { page } = await browser.open("about:blank");
  await page.route("**/api/openapi.json", async (route) => {
    const answer = await route.fetch();
    const document = await answer.json() as { paths: Record<string, unknown> };
    document.paths["/api/layout"] = {};
    await route.fulfill({ response: answer, json: document });
  });
  await page.route("**/api/layout", (route) => route.fulfill({ json: { tiles: [
    { kind: "gauge", signal: "SCD30.rh", title: "Humidity" }, { kind: "chart", signals: ["PT100.temp_dry_c", "PT100.temp_wet_c"], title: "Bulbs" },
  ] } }));
  await page.goto(node.url);
  await page.waitForSelector(".ring .num.good");
  expect(await page.locator(".tile h2 > span:first-child").allInnerTexts()).toEqual(["Humidity", "Bulbs", "Trust"]);
});
