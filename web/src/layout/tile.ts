// What an overview is made of. A tile says which signals it shows (by key); components in tiles/ draw it.

export interface Line {
  label: string;
  unit: string;
  keys: [string] | [string, string]; // one signal, or two to be multiplied
  scale: number;
}

export interface TempRow {
  label: string;
  keys: string[]; // several sensors of one thing are one row
}

export interface Charging {
  flag: string | null;
  remaining: string | null; // minutes
}

export interface Power {
  volts: string;
  amperes: string;
}

export type Tile =
  | { kind: "speed"; title: string; signal: string }
  | { kind: "power"; title: string; power: Power; rpm: string | null; direction: string | null; heat: string[]; soc: string | null;
      speed: string | null; charging: Charging | null }
  | { kind: "ring"; title: string; signal: string; beside: string | null; charging: Charging | null }
  | { kind: "number"; title: string; signal: string }
  | { kind: "chart"; title: string; lines: Line[]; charging: Charging | null }
  | { kind: "temperatures"; title: string; rows: TempRow[]; chips: string[] }
  | { kind: "readings"; title: string; signals: string[] }
  | { kind: "trip"; title: string; speed: string; power: Power }
  | { kind: "trail"; title: string; lat: string; lon: string }
  | { kind: "events"; title: string };

export interface Layout {
  kind: string; // "electric car"
  tiles: { tile: Tile; span: number }[]; // of twelve columns
  asked?: true; // by the configuration: shown as it is
}
