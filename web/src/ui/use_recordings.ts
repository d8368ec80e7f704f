import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { getJson, postJson } from "../api/get";
import { offers } from "../api/offers";
import { fileOf, ms, type Button, type Call, type Recordings } from "../model/recordings";

const EVERY_MS = 10_000;
const WAITING_MS = 1000; // while a call is not over
const NEWEST = 20; // files of each sink
const MOST_CALLS = 8; // that are remembered

/** Files and triggers of the node, asked for while somebody looks; and the calls made here. */
export function useRecordings(): { known: Recordings | null; calls: Call[]; failed: string | null; pull: (button: Button) => void } {
  const [known, setKnown] = useState<Recordings | null>(null);
  const [calls, setCalls] = useState<Call[]>([]);
  const [failed, setFailed] = useState<string | null>(null);
  const waits = useRef(false);
  waits.current = calls.some((call) => !fileOf(call, known?.recordings ?? []));
  const again = useRef(() => {});

  useEffect(() => {
    let wanted = true;
    let timer = 0;
    const ask = async () => {
      window.clearTimeout(timer);
      const there = !document.hidden && (await offers("/api/trigger"));
      const got = there ? await getJson<Recordings>("api/recordings", { limit: NEWEST }).catch(() => null) : null;
      if (!wanted) return;
      if (got) setKnown(got);
      timer = window.setTimeout(() => void ask(), waits.current ? WAITING_MS : EVERY_MS);
    };
    again.current = () => void ask();
    void ask();
    return () => {
      wanted = false;
      window.clearTimeout(timer);
    };
  }, []);

  const pull = useCallback((button: Button) => {
    postJson<{ sinks: string[]; time_ns: string }>("api/trigger", { name: button.name, reason: "from the page" }).then(
      (taken) => {
        setFailed(null);
        const made = taken.sinks.map((sink): Call => ({
          name: button.text, sink, at_ms: ms(taken.time_ns), after_ms: button.sinks.find((by) => by.sink === sink)?.after_ms ?? 0,
        }));
        setCalls((before) => [...made, ...before].slice(0, MOST_CALLS));
        again.current();
      },
      (problem: Error) => setFailed(problem.message),
    );
  }, []);
  return { known, calls, failed, pull };
}
