// What holds for all of the page's sources.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const files = (folder: string): string[] => readdirSync(folder).flatMap((name) => {
  const path = join(folder, name);
  return statSync(path).isDirectory() ? files(path) : [path];
});
const sources = files(new URL(".", import.meta.url).pathname).filter((path) => /\.(ts|tsx|css)$/.test(path) && !path.endsWith("_test.ts"));

it("writes what comes from the network as text, never as HTML", () => {
  for (const path of sources) {
    expect(readFileSync(path, "utf8"), path).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function/);
  }
});

it("names no address: nothing is loaded from elsewhere", () => {
  for (const path of sources) expect(readFileSync(path, "utf8"), path).not.toMatch(/https?:\/\/|(fetch|getJson)(<[^(]*>)?\(["`]\/|url\(["\/]/);
});

it("is made of small files", () => {
  for (const path of sources) expect(readFileSync(path, "utf8").split("\n").length, path).toBeLessThan(300);
});
