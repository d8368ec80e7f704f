import { signalsOf } from "./catalog_fixture";
import { chooseLayout } from "./choose";
import { without } from "./without";

const signals = signalsOf("Speed: kmh km/h 0..200", "Engine: temp_oil °C -40..150, temp_water °C -40..120", "Body: temp_cabin °C -40..85", "Payload: what - = 0 a 1 b");

it("leaves out what is shown elsewhere, and nothing else", () => {
  const layout = chooseLayout(signals, () => false);
  expect(without(layout, new Set()).tiles).toEqual(layout.tiles);
  const { tiles } = without(layout, new Set(["can0:Speed", "can0:Body", "can0:Payload"]));
  expect(tiles.map(({ tile }) => tile.kind)).not.toContain("speed");
  const temperatures = tiles.find(({ tile }) => tile.kind === "temperatures")?.tile;
  expect(temperatures?.kind === "temperatures" && temperatures.rows.map((row) => row.keys).flat()).toEqual(["can0:Engine.temp_oil", "can0:Engine.temp_water"]);
  expect(JSON.stringify(tiles)).not.toMatch(/Body|Payload/);
});

it("is events alone where all is shown elsewhere, over the whole width", () => {
  const { tiles } = without(chooseLayout(signals, () => false), new Set(["can0:Speed", "can0:Engine", "can0:Body", "can0:Payload"]));
  expect(tiles.map(({ tile, span }) => [tile.kind, span])).toEqual([["events", 12]]);
});
