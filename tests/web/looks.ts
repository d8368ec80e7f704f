// What a demanding eye looks for, as far as it can be measured.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const axeSource = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** Elements that stick out of their tile or of the window. What is cut with "…" does not; the dots of a flow move behind an edge. */
export const stickingOut = (page: Page): Promise<string[]> => page.evaluate(() => {
  const found: string[] = [];
  for (const tile of document.querySelectorAll<HTMLElement>(".tile")) {
    const box = tile.getBoundingClientRect();
    if (box.right > document.documentElement.clientWidth + 1) found.push(`tile ${tile.getAttribute("aria-label")} beyond the window`);
    for (const inner of tile.querySelectorAll<HTMLElement>("*")) {
      if (inner.closest(".dots, .u-over, .table-tile")) continue;
      const own = inner.getBoundingClientRect();
      let cut = inner.parentElement;
      while (cut && cut !== tile && getComputedStyle(cut).overflowX === "visible") cut = cut.parentElement;
      if (cut !== tile || own.width === 0) continue;
      if (own.right > box.right + 1 || own.left < box.left - 1) found.push(`${tile.getAttribute("aria-label")}: ${inner.className} ${inner.textContent?.slice(0, 40)}`);
    }
  }
  return found;
});

/** Words that lie over other words of the same tile. */
export const overlapping = (page: Page): Promise<string[]> => page.evaluate(() => {
  const found: string[] = [];
  for (const tile of document.querySelectorAll(".tile")) {
    const words: { box: DOMRect; text: string; node: Node }[] = [];
    const walker = document.createTreeWalker(tile, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement!;
      if (!node.textContent?.trim() || parent.closest(".visually-hidden, .table-tile")) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const clip = parent.getBoundingClientRect();
      for (const box of range.getClientRects()) {
        if (box.width === 0) continue;
        const right = Math.min(box.right, getComputedStyle(parent).overflowX === "visible" ? Infinity : clip.right);
        words.push({ box: new DOMRect(box.left, box.top, right - box.left, box.height), text: node.textContent, node });
      }
    }
    for (const [i, a] of words.entries()) {
      for (const b of words.slice(i + 1)) {
        const wide = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
        const high = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
        if (a.node !== b.node && wide > 3 && high > 0.4 * Math.min(a.box.height, b.box.height)) found.push(`${tile.getAttribute("aria-label")}: "${a.text}" over "${b.text}"`);
      }
    }
  }
  return found;
});

/** What axe finds against WCAG 2.1 A and AA and its own advice. */
export async function complaintsOfAxe(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } };
    const { violations } = await axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"] });
    return violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 120)).join(" | ")}`);
  });
}

/** How often something that is read aloud changed in so many milliseconds. */
export const announcements = (page: Page, ms: number): Promise<number> => page.evaluate((wait) => new Promise<number>((done) => {
  let changes = 0;
  const watcher = new MutationObserver((list) => { changes += list.length; });
  for (const live of document.querySelectorAll('[aria-live]:not([aria-live="off"]), [role="status"], [role="alert"], [role="log"], [role="timer"]')) {
    watcher.observe(live, { subtree: true, childList: true, characterData: true });
  }
  setTimeout(() => done(changes), wait);
}), ms);
