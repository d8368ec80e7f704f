import { useId, useState } from "preact/hooks";
import { store } from "./live";

/** A text field that knows all signals. */
export function SignalPicker({ taken, onPick }: { taken: string[]; onPick: (key: string) => void }) {
  const [text, setText] = useState("");
  const list = useId();
  const rest = [...store.signals.values()].filter((signal) => !taken.includes(signal.key) && !signal.info.type.startsWith("text"));
  const pick = (value: string) => {
    setText(value);
    if (!rest.some((signal) => signal.key === value)) return;
    onPick(value);
    setText("");
  };
  const first = () => rest.find((signal) => signal.key.toLowerCase().includes(text.toLowerCase()));
  return (
    <>
      <input type="search" list={list} placeholder="add a signal" aria-label="Add a signal" value={text} onInput={(event) => pick(event.currentTarget.value)}
        onKeyDown={(event) => { if (event.key === "Enter" && text) { const found = first(); if (found) pick(found.key); } }} />
      <datalist id={list}>{rest.map((signal) => <option key={signal.key} value={signal.key} />)}</datalist>
    </>
  );
}
