// A browser for the tests: Debian's Chromium, driven by playwright-core.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";

// What the page is built and tested with is installed in web/.
const { chromium } = createRequire(new URL("../../web/package.json", import.meta.url))("playwright-core") as typeof import("playwright-core");

const PLACES = [process.env.CANTRAIL_CHROMIUM ?? "", "/usr/bin/chromium", "/usr/bin/chromium-browser"];
export const CHROMIUM = PLACES.find((path) => path !== "" && existsSync(path));

export interface Opened {
  page: Page;
  complaints: string[]; // of the console, and errors nobody caught
}

export class Window {
  private constructor(private readonly browser: Browser) {}

  static async start(): Promise<Window> {
    const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
    return new Window(await chromium.launch({ executablePath: CHROMIUM!, args: [...sandbox, "--disable-dev-shm-usage"] }));
  }

  async open(url: string, options: BrowserContextOptions = {}): Promise<Opened> {
    const page = await (await this.browser.newContext({ viewport: { width: 1440, height: 900 }, ...options })).newPage();
    const complaints: string[] = [];
    page.on("console", (message) => message.type() === "error" || message.type() === "warning" ? complaints.push(message.text()) : undefined);
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("request", (request) => { if (!request.url().startsWith(new URL(url).origin)) complaints.push(`went out to ${request.url()}`); });
    await page.goto(url);
    return { page, complaints };
  }

  /** Pages that nobody looks at any more cost a test's time. */
  async closeAll(): Promise<void> {
    await Promise.all(this.browser.contexts().map((context) => context.close()));
  }

  end(): Promise<void> {
    return this.browser.close();
  }
}

/** The text of an element as a number: "−18.2" is less than nothing. */
export const shown = async (page: Page, selector: string): Promise<number> =>
  Number((await page.locator(selector).first().innerText()).replace(/\u2212/g, "-").replace(/[^0-9.-]/g, ""));
