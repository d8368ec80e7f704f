// The page of the simulated car, as a person meets it.
import type { Page } from "playwright-core";
import { shown, Window } from "./browser";
import { Node, until } from "./node";

let node: Node;
let browser: Window;

beforeAll(async () => {
  [node, browser] = await Promise.all([Node.demo(), Window.start()]);
});
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

it("explains a number by its frame, with the bits lit and the arithmetic", async () => {
  // Older nodes do not tell where a signal's bits lie; then the test tells it for them, from examples/leaf/leaf.dbc.
  const { page, complaints } = await browser.open("about:blank");
  await page.route("**/api/signals", async (route) => {
    const answer = await route.fetch();
    const catalog = await answer.json() as { streams: { message: string; signals: { name: string; layout?: object }[] }[] };
    const voltage = catalog.streams.find((stream) => stream.message === "Inverter")!.signals.find((signal) => signal.name === "voltage")!;
    voltage.layout ??= { start: 7, length: 16, byte_order: "motorola", signed: false, factor: 0.1, offset: 0 };
    await route.fulfill({ response: answer, json: catalog });
  });
  complaints.length = 0;
  await page.goto(`${node.url}#/signals`);
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

it("fits a phone: nothing is wider than the screen, in every view", async () => {
  const { page, complaints } = await browser.open(node.url, { viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true });
  await settled(page);
  for (const view of ["", "charts", "signals", "frames", "health"]) {
    await page.goto(`${node.url}#/${view}`);
    await page.waitForTimeout(400);
    const [content, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
    expect(content, view).toBeLessThanOrEqual(screen!);
  }
  await page.goto(`${node.url}#/`);
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
