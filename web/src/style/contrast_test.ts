// The colours of the style sheet against each other, by WCAG 2.1: small text needs 4.5 : 1.
import { readFileSync } from "node:fs";

const css = readFileSync(new URL("base.css", import.meta.url), "utf8");
const block = (theme: string) => new Map([...css.split(`[data-theme="${theme}"] {`)[1]!.split("}")[0]!.matchAll(/--(\w+): (#[0-9a-f]{6})/g)].map((m) => [m[1]!, m[2]!]));

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
}

it("agrees with the standard's own ends", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5);
  expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
});

describe.each(["light", "dark"])("%s", (theme) => {
  const colours = block(theme);
  it.each(["text", "mute", "faint", "accent", "good", "warn", "bad", "violet"])("%s can be read on every ground", (ink) => {
    for (const ground of ["bg", "panel", "panel2"]) expect(contrast(colours.get(ink)!, colours.get(ground)!), ground).toBeGreaterThanOrEqual(4.5);
  });
});
