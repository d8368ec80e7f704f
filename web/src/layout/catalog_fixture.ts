// For tests: a catalog in one line a message.
import type { SignalInfo, StreamInfo } from "../api/types";
import type { Signal } from "../model/signal";

/** "Battery: soc % 0..100, voltage V, state = 0 off 1 on": name, unit, range, value table. */
export function signalsOf(...messages: string[]): Signal[] {
  return messages.flatMap((text, at) => {
    const [message = "", rest = ""] = text.split(/:\s*/, 2);
    const stream: StreamInfo = { stream: `can0:${message}`, channel: "can0", source: "can0", message, id: 0x100 + at, extended: false,
      cycle_ms: 100, sender: "", comment: "", signals: [] };
    return rest.split(/,\s*/).map((entry): Signal => {
      const [before = "", table] = entry.split(/\s*=\s*/, 2);
      const [name = "", unit = "", range] = before.trim().split(/\s+/);
      const [min, max] = range ? range.split("..").map(Number) : [null, null];
      const words = table?.split(/\s+/) ?? [];
      const labels = words.flatMap((word, i) => (i % 2 === 0 ? [{ value: Number(word), text: words[i + 1] ?? "" }] : []));
      const info: SignalInfo = { name, type: "f64", unit: unit === "-" ? "" : unit, min: min ?? null, max: max ?? null, optional: false, comment: "", labels };
      stream.signals.push(info);
      return { key: `can0:${message}.${name}`, stream, info };
    });
  });
}
