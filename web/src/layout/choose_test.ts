import { signalsOf } from "./catalog_fixture";
import { chooseLayout, spread, temperatureRows } from "./choose";
import { givenLayout, resolve } from "./given";
import type { Layout, Tile } from "./tile";

const LEAF = signalsOf(
  "Inverter: voltage V 0..500, current A -600..600, temp_inverter °C -40..120, temp_motor °C -40..120, status - 0..255",
  "Battery: soc % 0..100, gids - 0..700, voltage V 0..500, current A -400..400",
  "BatteryTemps: temp_1 °C 1..99, temp_2 °C 1..99, temp_3 °C 1..99, temp_4 °C 1..99",
  "VehicleSpeed: kmh km/h 0..200, mph mph 0..125",
  "Motor: rpm rpm -12000..12000, direction - 0..2 = 0 stopped 1 forward 2 reverse",
  "Charger: charging - 0..1 = 0 no 1 yes, current A 0..200, voltage V 0..500, time_remaining min 0..1440",
  "GpsPosition: latitude ° -90..90, longitude ° -180..180",
  "GpsVelocity: speed km/h 0..200, heading ° 0..360, pdop - 0..50",
  "BodyTemps: temp_outside °C -40..85, temp_cabin °C -40..85",
  "BodyVoltages: v12 V 0..16, v5 V 0..6, current A 0..100",
);
const GROW_ROOM = signalsOf(
  "SCD30: co2_ppm ppm 0..40000, temp_c °C -40..70, rh % 0..100",
  "PT100: temp_dry_c °C -50..150, temp_wet_c °C -50..150",
  "Climate: vpd kPa 0..10",
  "Light: par µmol/m²/s 0..2500, lamp - 0..1 = 0 off 1 on",
);

const all = () => false; // nothing has been seen: all of it counts
const tile = <K extends Tile["kind"]>(layout: Layout, kind: K) => layout.tiles.find((placed) => placed.tile.kind === kind)?.tile as Extract<Tile, { kind: K }> | undefined;
const rowsAreFull = (layout: Layout): boolean => {
  let column = 0;
  for (const { span } of layout.tiles) {
    column += span;
    if (column > 12) return false;
    if (column === 12) column = 0;
  }
  return column === 0;
};

describe("an electric car's bus", () => {
  const layout = chooseLayout(LEAF, all);
  it("is known as one", () => expect(layout.kind).toBe("electric car"));
  it("shows the car's speed, not the receiver's, in km/h", () => expect(tile(layout, "speed")?.signal).toBe("can0:VehicleSpeed.kmh"));
  it("takes power from the traction battery, not from inverter, charger or lamps", () => {
    expect(tile(layout, "power")?.power).toEqual({ volts: "can0:Battery.voltage", amperes: "can0:Battery.current" });
    expect(tile(layout, "power")?.rpm).toBe("can0:Motor.rpm");
    expect(tile(layout, "power")?.charging).toEqual({ flag: "can0:Charger.charging", remaining: "can0:Charger.time_remaining" });
  });
  it("shows the state of charge as a ring", () => expect(tile(layout, "ring")?.signal).toBe("can0:Battery.soc"));
  it("draws power and speed together", () => {
    expect(tile(layout, "chart")?.lines.map((line) => line.label)).toEqual(["power", "speed"]);
  });
  it("has a trail, a trip and what happened", () => {
    expect(tile(layout, "trail")?.lat).toBe("can0:GpsPosition.latitude");
    expect(tile(layout, "trip")?.speed).toBe("can0:VehicleSpeed.kmh");
    expect(tile(layout, "events")).toBeDefined();
  });
  it("puts low voltages and value tables beside the temperatures", () => {
    expect(tile(layout, "temperatures")?.chips).toEqual(["can0:BodyVoltages.v12", "can0:BodyVoltages.v5", "can0:Motor.direction", "can0:Charger.charging"]);
  });
  it("fills its rows", () => expect(rowsAreFull(layout)).toBe(true));
});

describe("temperatures", () => {
  it("of numbered sensors are one row, named by their message", () => {
    const rows = temperatureRows(LEAF.filter((signal) => signal.info.unit === "°C"));
    expect(rows[0]).toEqual({ label: "Battery", keys: [1, 2, 3, 4].map((n) => `can0:BatteryTemps.temp_${n}`) });
    expect(rows.map((row) => row.label)).toEqual(["Battery", "Inverter", "Motor", "Outside", "Cabin"]);
  });
  it("of one name in two messages say which", () => {
    const rows = temperatureRows(signalsOf("Front: temp_motor °C", "Rear: temp_motor °C"));
    expect(rows.map((row) => row.label)).toEqual(["Motor · Front", "Motor · Rear"]);
  });
});

describe("a grow room's bus", () => {
  const layout = chooseLayout(GROW_ROOM, all);
  const numbers = layout.tiles.flatMap(({ tile: one }) => (one.kind === "number" ? [one.signal] : []));
  it("is no car", () => {
    expect(layout.kind).toBe("climate");
    expect(tile(layout, "speed") ?? tile(layout, "power") ?? tile(layout, "trip")).toBeUndefined();
  });
  it("shows large what people look for: CO₂, VPD, humidity, light", () => {
    expect(numbers.slice(0, 2).sort()).toEqual(["can0:Climate.vpd", "can0:SCD30.co2_ppm"]);
    expect(numbers).toContain("can0:SCD30.rh");
    expect(numbers).toContain("can0:Light.par");
  });
  it("puts temperatures into bands and draws a chart of ten minutes", () => {
    expect(tile(layout, "temperatures")?.rows).toHaveLength(3);
    expect(tile(layout, "chart")?.lines).toHaveLength(2);
  });
  it("shows switches as words", () => expect(tile(layout, "readings")?.signals).toContain("can0:Light.lamp"));
});

it("only streams on the bus count, once there are any", () => {
  const layout = chooseLayout(LEAF, ({ stream }) => ["can0:GpsPosition", "can0:BodyTemps"].includes(stream.stream));
  expect(tile(layout, "speed")).toBeUndefined();
  expect(tile(layout, "trail")).toBeDefined();
});

it("anything gives a page: nothing, one switch, forty voltages", () => {
  expect(tile(chooseLayout([], all), "events")).toBeDefined();
  expect(tile(chooseLayout(signalsOf("Door: open - 0..1 = 0 no 1 yes"), all), "readings")?.signals).toEqual(["can0:Door.open"]);
  const cells = chooseLayout(signalsOf(...Array.from({ length: 10 }, (_, i) => `Cells${i}: a V, b V, c V, d V`)), all);
  expect(cells.tiles.filter((placed) => placed.tile.kind === "number")).toHaveLength(8);
  expect(cells.tiles.length).toBeLessThan(30);
});

it("the last row is spread over the width", () => {
  const events = { tile: { kind: "events", title: "" } as Tile, span: 4 };
  expect(spread([events, events, events, events]).map((placed) => placed.span)).toEqual([4, 4, 4, 12]);
  expect(spread([events, events]).map((placed) => placed.span)).toEqual([6, 6]);
});

it("shows what a few nodes measure side by side, and of many only one", () => {
  const room = (node: string) => [`SCD30_${node}: co2_ppm ppm 400..2000, rh % 0..100`, `Climate_${node}: vpd kPa 0..3`];
  const four = chooseLayout(signalsOf(...["b", "f", "v", "l"].flatMap(room)), all);
  const shown = four.tiles.flatMap(({ tile }) => (tile.kind === "number" ? [tile.title] : []));
  expect(shown).toEqual(["SCD30 b CO₂", "SCD30 f CO₂", "SCD30 v CO₂", "SCD30 l CO₂", "Climate b VPD", "Climate f VPD", "Climate v VPD", "Climate l VPD"]);
  expect(tile(four, "chart")?.lines.map((line) => line.label)).toEqual(shown.slice(0, 4));
  const cells = chooseLayout(signalsOf(...Array.from({ length: 12 }, (_, i) => `Cell${i}: volts V 0..5`)), all);
  expect(tile(cells, "chart")?.lines).toHaveLength(2);
});

it("shows the speed that is, not one that is wanted", () => {
  const speeds = signalsOf("ACC: ACC_Wunschgeschw_02 km/h, set_speed km/h", "ESP: ESP_v_Signal km/h");
  const first = chooseLayout(speeds, () => false).tiles[0]?.tile;
  expect(first?.kind === "speed" && first.signal).toBe("can0:ESP.ESP_v_Signal");
});

it("does not draw what only the protocol needs", () => {
  const signals = signalsOf("Engine: COUNTER -, CHECKSUM -, Engine_01_BZ -, load % 0..100");
  const keys = JSON.stringify(chooseLayout(signals, () => false));
  expect(keys).toContain("Engine.load");
  expect(keys).not.toMatch(/COUNTER|CHECKSUM|_BZ/);
});

describe("a layout that is given", () => {
  const given = (kind: string, signals: string[], title: string | null = null) => ({ kind, signals, title, span: null });
  it("is taken, with names that are short where they are unique", () => {
    const layout = givenLayout({ tiles: [given("gauge", ["Battery.soc"], "Charge"), given("number", ["can0:Motor.rpm"])] }, LEAF, "car");
    expect(layout?.tiles.map((placed) => [placed.tile.kind, placed.tile.title])).toEqual([["ring", "Charge"], ["number", "rpm"]]);
  });
  it("leaves out what is not there; with nothing left the catalog decides", () => {
    expect(givenLayout({ tiles: [given("gauge", ["Nobody.knows"]), given("hologram", ["Battery.soc"]), given("trail", ["GpsPosition.latitude"])] }, LEAF, "")).toBeNull();
    expect(givenLayout(null, LEAF, "")).toBeNull();
  });
  it("takes no short name that two channels have", () => {
    const twice = [...LEAF, { ...LEAF[0]!, key: "can1:Inverter.voltage" }];
    expect(resolve(twice, "Inverter.voltage")).toBeNull();
    expect(resolve(twice, "can1:Inverter.voltage")?.key).toBe("can1:Inverter.voltage");
  });
});
