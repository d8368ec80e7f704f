// The page of the simulated car, as a person meets it.
import type { Page } from "playwright-core";
import { shown, Window } from "./browser";
import { Node, until } from "./node";

let node: Node;
let browser: Window;

beforeAll(async () => {
  [node, browser] = await Promise.all([Node.demo(), Window.start()]);
});
afterEach(() => browser.closeAll());
afterAll(async () => {
  await browser?.end();
  await node?.stop();
});

const settled = async (page: Page): Promise<void> => {
  await page.waitForSelector(".overview .tile.speed .num.good");
  await page.waitForSelector(".plot canvas");
};

it("finds the car's tiles by itself, and their values move", async () => {
  const { page, complaints } = await browser.open(node.url);
  await settled(page);
  const titles = await page.locator(".tile h2 > span:first-child").allInnerTexts();
  for (const title of ["Speed", "Power", "State of charge", "Ten minutes", "Temperatures", "Trip", "Trail", "Just now", "Trust"]) {
    expect(titles).toContain(title);
  }
  expect(await page.locator(".brand small").innerText()).toBe("electric car");
  const first = await page.locator(".overview").innerText();
  const moved = new Set<string>();
  await until("three numbers to change", async () => {
    for (const key of ["can0:VehicleSpeed.kmh", "can0:Battery.voltage can0:Battery.current", "can0:Motor.rpm", "can0:GpsPosition.latitude"]) {
      const text = await page.locator(`[data-key="${key}"]`).first().innerText();
      if (!first.includes(text)) moved.add(key);
    }
    return moved.size >= 3;
  });
  const soc = await shown(page, ".ring .inside .num");
  expect(soc).toBeGreaterThan(10);
  expect(soc).toBeLessThanOrEqual(100);
  expect(await page.locator(".trust .good-text").first().innerText()).toBe("✓ balances");
  await until("frames a second", async () => (await shown(page, ".pulse b")) > 100);
  expect(complaints).toEqual([]);
});

it("marks when it charged and what was filled in, and says where values come from and how old they are", async () => {
  const { page } = await browser.open(node.url);
  await settled(page);
  const chart = page.locator(".span8 .chart");
  await until("the charging in the chart", async () => (await chart.getAttribute("data-charging")) === "1");
  expect(await chart.getAttribute("data-filled")).toBe("1");
  expect(await chart.getAttribute("data-gaps")).toBe("0");
  expect(await page.locator(".events").innerText()).toContain("2 h before were filled in, not captured");
  const age = /^\d+(\.\d)? (ms|s)$/;
  for (const [tile, source] of [["speed", "VehicleSpeed.kmh"], ["power", "Battery.voltage × current"], ["ring", "Battery.soc"], ["trail", "GpsPosition"]] as const) {
    const [from, old] = (await page.locator(`.tile.${tile} .origin`).innerText()).replace(/\s+/g, " ").split(" · ");
    expect(from).toBe(source);
    expect(old, tile).toMatch(age);
  }
  expect(await page.locator(".temp .name").allInnerTexts()).toEqual(expect.arrayContaining(["Battery ×4", "Inverter", "Motor", "Cabin", "Outside"]));
  expect(await page.locator(".temp .now").innerText()).toMatch(/^min \d+\.\d · mean \d+\.\d · max \d+\.\d$/);
  expect(await page.locator(".chip").allInnerTexts()).toEqual(expect.arrayContaining([expect.stringMatching(/^12 V\s*1\d\.\d\d$/), expect.stringMatching(/^5 V\s*5\.\d\d$/)]));
  await until("Wh/km", async () => (await shown(page, ".figures b")) > 20);
  expect(await page.locator(".trail path").count()).toBeGreaterThan(1);
});

it("has one cursor for power and speed", async () => {
  const { page } = await browser.open(node.url);
  await settled(page);
  await page.waitForTimeout(1500);
  const plot = (await page.locator(".span8 .u-over").boundingBox())!;
  const at = async (share: number) => {
    await page.mouse.move(plot.x + plot.width * share, plot.y + plot.height / 2);
    await page.waitForTimeout(300);
    return { time: await page.locator(".span8 .legend .at").innerText(), power: await shown(page, ".span8 .legend .key:nth-child(1) b"), speed: await shown(page, ".span8 .legend .key:nth-child(2) b") };
  };
  const charging = await at(0.05); // it stood at the charger then
  expect(charging.time).toMatch(/^\d\d:\d\d:\d\d$/);
  expect(charging.power).toBeLessThan(-20);
  expect(charging.speed).toBe(0);
  const driving = await at(0.7);
  expect(driving.time > charging.time || driving.time.startsWith("00")).toBe(true);
});

it("says what disk and clock are good for, as the node itself does", async () => {
  const { page } = await browser.open(node.url);
  await settled(page);
  const status = await node.get<{ clock: { synchronised: boolean }; journal: { cap_bytes: number } }>("api/status");
  const facts = () => page.locator(".facts").innerText();
  await until("how long the journal holds", async () => /the journal holds\s+(\d+ (d|h|min) ?)+\s*at this rate/.test(await facts()));
  await until("what the clock is worth", async () => (status.clock.synchronised ? /clock\s+synchronised/ : /clock\s+not synchronised, .* this device/).test(await facts()));
  expect(await facts()).toMatch(/on disk within\s+0\.5 s/);
  expect(await facts()).toContain(`${status.journal.cap_bytes / 2 ** 20} MiB`);
});

it("explains a number by its frame, with the bits lit and the arithmetic", async () => {
  const { page } = await browser.open(`${node.url}#/signals`);
  const number = page.locator('[data-key="can0:Inverter.voltage"]');
  await number.waitFor();
  await number.hover();
  const popup = page.locator("#explain");
  await popup.waitFor({ state: "visible" });
  await until("sixteen bits of the first two bytes", async () => (await popup.locator(".bits .lit").count()) === 16);
  expect(await popup.locator(".byte").nth(1).locator(".lit").count()).toBe(8);
  expect(await popup.locator(".byte").nth(2).locator(".lit").count()).toBe(0);
  expect(await popup.locator("header").innerText()).toMatch(/1F2 · can0 · Inverter/);
  const [bytes, formula] = [await popup.locator(".hex").innerText(), await popup.locator(".formula").innerText()];
  const [, raw, volts] = /0x([0-9A-F]{4}) × 0\.1 = ([0-9.]+) V/.exec(formula) ?? [];
  expect(Number.parseInt(raw!, 16) / 10).toBeCloseTo(Number(volts), 6);
  expect(bytes.replace(/\s/g, "")).toMatch(/^[0-9A-F]{16}$/);

  await page.keyboard.press("Escape");
  await until("it to go away", async () => !(await popup.isVisible()));
  await number.focus();
  await page.keyboard.press("Enter");
  await popup.waitFor({ state: "visible" });
});

it("explains a number on a phone as well, within the screen", async () => {
  const { page, complaints } = await browser.open(node.url, { viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true });
  await settled(page);
  await page.locator('[data-key="can0:Battery.soc"]').first().tap();
  await page.locator("#explain").waitFor({ state: "visible" });
  const box = (await page.locator("#explain").boundingBox())!;
  expect(box.x).toBeGreaterThanOrEqual(0);
  expect(box.x + box.width).toBeLessThanOrEqual(360);
  expect(complaints).toEqual([]);
});

it("is light or dark as the system is, until somebody says otherwise", async () => {
  const background = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const { page: dark } = await browser.open(node.url, { colorScheme: "dark" });
  const { page: light } = await browser.open(node.url, { colorScheme: "light" });
  const [night, day] = [await background(dark), await background(light)];
  expect(night).not.toBe(day);
  await light.locator(".theme").click();
  expect(await background(light)).toBe(night);
  await light.reload();
  expect(await background(light)).toBe(night);
});

it("does not move its tiles when values change", async () => {
  const { page } = await browser.open(node.url);
  await settled(page);
  await page.waitForTimeout(2500);
  const shift = await page.evaluate(() => new Promise<number>((done) => {
    let sum = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number })[]) sum += entry.value;
    }).observe({ type: "layout-shift", buffered: false });
    setTimeout(() => done(sum), 5000);
  }));
  expect(shift).toBeLessThan(0.01);
});

it("has the other views: a search, frames with rates, health, charts that are picked", async () => {
  const { page, complaints } = await browser.open(`${node.url}#/signals`);
  await page.waitForSelector("table.signals tbody tr");
  await page.getByRole("searchbox").fill("temp motor");
  expect(await page.locator("table.signals tbody tr").count()).toBe(1);
  await page.goto(`${node.url}#/frames`);
  await until("the rate of frames of 10 ms", async () => {
    const cells = await page.locator("table.frames tbody tr", { hasText: "Inverter" }).locator("td").allInnerTexts();
    return cells[0] === "1F2" && Number.parseFloat(cells[2] ?? "") > 40;
  });
  await page.goto(`${node.url}#/health`);
  expect(await page.locator(".health").innerText()).toContain("Sources");
  await page.goto(`${node.url}#/charts?s=${encodeURIComponent("can0:Motor.rpm")}&t=1+h`);
  await page.waitForSelector(".chart-card canvas");
  expect(await page.locator('.choice [aria-pressed="true"]').innerText()).toBe("1 h");
  await page.getByLabel("Add a signal").fill("can0:Battery.soc");
  await until("a second chart", async () => (await page.locator(".chart-card").count()) === 2);
  expect(complaints).toEqual([]);
});

it("works with the keyboard alone", async () => {
  const { page } = await browser.open(node.url);
  await settled(page);
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement?.className)).toBe("brand");
  for (let i = 0; i < 2; ++i) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".page.charts");
});
