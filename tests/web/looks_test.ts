// The page of the simulated car on every screen, in both themes, and for those who do not look.
import { gunzipSync } from "node:zlib";
import { request } from "node:http";
import { Window } from "./browser";
import { announcements, complaintsOfAxe, overlapping, stickingOut } from "./looks";
import { Node } from "./node";

const MOST_BYTES = 200_000;
const VIEWS = ["", "charts", "signals", "frames", "health"];
const SCREENS = [
  { name: "phone", width: 360, height: 780 }, { name: "tablet", width: 820, height: 1180 }, { name: "laptop", width: 1280, height: 720 },
  { name: "desktop", width: 1440, height: 900 }, { name: "wall", width: 2560, height: 1440 },
];

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

it.each(SCREENS)("fits a $name: nothing sticks out, no words lie over others, in every view", async ({ width, height }) => {
  const { page, complaints } = await browser.open(node.url, { viewport: { width, height } });
  for (const view of VIEWS) {
    await page.goto(`${node.url}#/${view}`);
    await page.waitForSelector(view === "" ? ".speed .num.good" : ".tile");
    await page.waitForTimeout(600);
    expect(await stickingOut(page), view).toEqual([]);
    expect(await overlapping(page), view).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), view).toBeLessThanOrEqual(0);
  }
  expect(complaints).toEqual([]);
});

it("would see what sticks out, lies over others, or is hard to read", async () => {
  const { page } = await browser.open(node.url);
  await page.waitForSelector(".speed .num.good");
  const spoil = (css: string) => page.evaluate((text) => { // the page's own rules allow no style element from elsewhere
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    document.adoptedStyleSheets = [sheet];
  }, css);
  await spoil(".power .note { width: 90rem }");
  expect((await stickingOut(page)).length).toBeGreaterThan(0);
  await spoil(".figures b { margin-bottom: -1.5rem }");
  expect((await overlapping(page)).length).toBeGreaterThan(0);
  await spoil(".note { color: var(--line) }");
  expect((await complaintsOfAxe(page)).join()).toContain("color-contrast");
});

it("fills a wall with larger letters, without a scroll bar's worth left over", async () => {
  const letters = async (width: number, height: number) => {
    const { page } = await browser.open(node.url, { viewport: { width, height } });
    await page.waitForSelector(".speed .num.good");
    await page.waitForSelector(".temp .now");
    await page.waitForTimeout(1000);
    const [size, content] = await page.evaluate(() => [parseFloat(getComputedStyle(document.querySelector(".note")!).fontSize), document.documentElement.scrollHeight]);
      return { size: size!, content: content! };
  };
  const [desk, wall, larger] = [await letters(1440, 900), await letters(2560, 1440), await letters(3840, 2160)];
  expect(wall.size).toBeGreaterThan(1.2 * desk.size);
  expect(larger.size).toBeGreaterThan(1.4 * wall.size);
  expect(wall.content).toBeLessThanOrEqual(1440);
  expect(larger.content).toBeLessThanOrEqual(2160);
});

it.each(["dark", "light"] as const)("has nothing that axe complains of, %s", async (colorScheme) => {
  const { page } = await browser.open(node.url, { colorScheme });
  for (const view of VIEWS) {
    await page.goto(`${node.url}#/${view}`);
    await page.waitForSelector(".tile");
    await page.waitForTimeout(500);
    expect(await complaintsOfAxe(page), view).toEqual([]);
  }
});

it("is quiet for those who have it read to them: nothing that ticks is announced", async () => {
  const { page } = await browser.open(node.url);
  await page.waitForSelector(".speed .num.good");
  await page.waitForTimeout(1500);
  expect(await announcements(page, 3000)).toBe(0);
});

it("stands still for those who want no motion, while its numbers go on", async () => {
  const { page } = await browser.open(node.url, { reducedMotion: "reduce" });
  await page.waitForSelector(".speed .num.good");
  const moving = () => page.evaluate(() => document.getAnimations().filter((one) => one.playState === "running").length);
  expect(await moving()).toBe(0);
  const before = await page.locator(".overview").innerText();
  await page.waitForFunction((text) => (document.querySelector(".overview") as HTMLElement).innerText !== text, before);
});

/** The bytes of a file as they go over the wire. */
const weigh = (path: string): Promise<{ wire: number; plain: number }> => new Promise((done, fail) => {
  request(node.url + path, { headers: { "Accept-Encoding": "gzip" } }, (answer) => {
    const parts: Buffer[] = [];
    answer.on("data", (part: Buffer) => parts.push(part)).on("end", () => {
      const all = Buffer.concat(parts);
      done({ wire: all.length, plain: answer.headers["content-encoding"] === "gzip" ? gunzipSync(all).length : all.length });
    });
  }).on("error", fail).end();
});

it("weighs no more than 200 kB as the program carries it", async () => {
  const files = ["", "app.js", "style.css", "icon.svg"];
  const weights = await Promise.all(files.map(weigh));
  const sum = (kind: "wire" | "plain") => weights.reduce((total, one) => total + one[kind], 0);
  console.log(`the page: ${sum("wire")} bytes compressed, ${sum("plain")} plain; ${files.map((file, i) => `${file || "index.html"} ${weights[i]!.wire}`).join(", ")}`);
  expect(sum("wire")).toBeGreaterThan(10_000);
  expect(sum("wire")).toBeLessThanOrEqual(MOST_BYTES);
});
