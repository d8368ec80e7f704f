import { describe, expect, it } from "vitest";
import { buttonsOf, fileName, fileOf, type RecordedFile, type Trigger } from "./recordings";

const trigger = (sink: string, names: string[], any = false): Trigger => ({ sink, any, names, before_ms: 1000, after_ms: 2000 });
const file = (sink: string, finished_ms: number): RecordedFile =>
  ({ sink, path: `/data/${finished_ms}.mcap`, bytes: 1, messages: 1, from_ns: "0", to_ns: "0", finished_ns: `${finished_ms}000000` });

describe("buttons", () => {
  it("are one for each name, whoever records it", () => {
    const buttons = buttonsOf([trigger("a", ["door", "horn"]), trigger("b", ["door"])]);
    expect(buttons.map((one) => [one.text, one.sinks.map((by) => by.sink)])).toEqual([["door", ["a", "b"]], ["horn", ["a"]]]);
  });
  it("have one without a name where any is taken", () => {
    const buttons = buttonsOf([trigger("a", ["door"]), trigger("b", [], true)]);
    expect(buttons.map((one) => [one.name, one.text, one.sinks.map((by) => by.sink)])).toEqual([["page", "now", ["b"]], ["door", "door", ["a", "b"]]]);
  });
  it("are none without triggers", () => expect(buttonsOf([])).toEqual([]));
});

describe("the file of a call", () => {
  const call = { name: "door", sink: "a", at_ms: 10_000, after_ms: 2000 };
  it("is the first of its sink that was finished behind the window", () => {
    const files = [file("a", 9000), file("b", 12_500), file("a", 12_100), file("a", 20_000)];
    expect(fileOf(call, files)?.path).toBe("/data/12100.mcap");
  });
  it("is not one that was full before the window was over", () => expect(fileOf(call, [file("a", 10_500)])).toBeUndefined());
  it("is called by its name", () => expect(fileName("/data/x/a b.mcap")).toBe("a b.mcap"));
});
