// The stream in which a CAN source tells of its bus, once a second: no message of a DBC. Pure.
import type { StreamInfo } from "../api/types";

export const isBus = (stream: StreamInfo): boolean =>
  stream.id === null && stream.signals.some((signal) => signal.name === "load_percent") && stream.signals.some((signal) => signal.name === "rx_errors");
