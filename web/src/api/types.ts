// The answers of the API, as docs/api.md describes them. What newer nodes add is optional here.

export type Scalar = number | string | boolean | null;

/** A layout as it may be written: words for the same things differ. */
export interface WrittenLayout {
  start?: number;
  start_bit?: number;
  length: number;
  byte_order: string; // intel, little_endian; motorola, big_endian
  signed?: boolean;
  float?: boolean;
  factor?: number;
  offset?: number;
  is_multiplexer?: boolean;
}

/** Where a signal lies in its frame, in the DBC's own counting of bits. */
export interface BitLayout {
  start: number;
  length: number;
  byte_order: "intel" | "motorola";
  signed?: boolean;
  float?: boolean;
  factor: number;
  offset: number;
  selects?: boolean; // which other signals are in the frame
}

export interface SignalInfo {
  name: string;
  type: string;
  unit: string;
  min: number | null;
  max: number | null;
  optional: boolean;
  comment: string;
  labels: { value: Scalar; text: string }[];
  layout?: BitLayout | null;
}

export interface StreamInfo {
  stream: string; // "can0:Battery"
  channel: string | null;
  source: string | null;
  message: string;
  id: number | null;
  extended: boolean;
  cycle_ms: number | null;
  sender: string;
  comment: string;
  signals: SignalInfo[];
}

export interface Catalog {
  catalog: string | null;
  streams: StreamInfo[];
}

export interface Row {
  channel: string | null;
  message: string;
  id: number | null;
  extended: boolean;
  time: string;
  time_ns: string;
  age_ms: number;
  stale_after_ms: number;
  stale: boolean;
  rows: number;
  data: string; // hex
  signals: Record<string, Scalar>;
  labels: Record<string, string>;
  quality?: Record<string, string>; // why signals are absent, where that is not that they were not sent
  earlier?: Record<string, Earlier>; // multiplexed signals that came since the last message, but are not in this row
  units?: Record<string, string>;
}

export interface Earlier {
  value: Scalar;
  label?: string;
  time_ns: string;
  age_ms: number;
}

export interface HistoryRow {
  channel: string | null;
  message: string;
  time_ns: string;
  signals: Record<string, Scalar>;
}

export interface Ledger {
  received: number | string;
  delivered: number | string;
  filtered: number | string;
  undecoded: number | string;
  superseded: number | string;
  rejected: number | string;
  dropped: number | string;
  pending: number | string;
  balances: boolean;
}

export interface LaneStatus {
  name: string;
  type: string;
  durable: boolean;
  state: string;
  message: string;
  queued_bytes: number | string;
  ledger: Ledger;
  earlier: Ledger;
  behind_ms?: number | null;
}

export interface SourceStatus {
  name: string;
  type: string;
  state: string;
  message: string;
  hint?: string;
  records: number | string;
  gaps: number | string;
  lost: number | string;
  last_record: string | null;
  load_percent?: number | null;
}

export interface Gap {
  from: string;
  to: string;
  reason: string;
  where: string;
  count: number | string | null;
}

export interface Alarm {
  name: string;
  message: string;
  since: string | null;
}

export interface NodeStatus {
  node: string;
  version: string;
  time_ns: string;
  started: string | null;
  uptime_s: number;
  epoch: number;
  ready: boolean;
  received: number | string;
  balances: boolean;
  sources: SourceStatus[];
  lanes: LaneStatus[];
  journal: {
    ok: boolean;
    message: string;
    bytes: number | string;
    cap_bytes: number | string;
    segments: number | string;
    appended_bytes: number | string;
    unsynced_age_ms: number;
    disk_free_bytes?: number | string | null;
  };
  alarms?: Alarm[]; // what somebody should see to although the node goes on
  gaps: { count: number | string; recent: Gap[] };
  process: { cpu_percent: number; rss_bytes: number | string };
  filled_in?: { from_ms: number; to_ms: number } | null;
  clock?: { synchronised: boolean; error_ms: number | null; steps?: number; last_steps?: { from: string; to: string; by_ms: number }[] };
  kind?: string;
}

export interface SeriesGap {
  from_ms: number;
  to_ms: number;
  reason: string;
  where: string;
  count: number | null;
}

export interface SeriesAnswer {
  signal: string;
  unit: string;
  resolution: string;
  bucket_ms: number;
  from_ms: number;
  to_ms: number;
  time_ms: number[];
  min: (number | null)[];
  max: (number | null)[];
  mean: (number | null)[];
  last: (number | null)[];
  gaps: SeriesGap[];
}

export type LiveMessage =
  | { type: "snapshot" | "changes"; time_ns: string; rows: Row[] }
  | { type: "status"; status: NodeStatus };
