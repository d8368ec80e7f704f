import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { explain, explained, stopExplaining } from "./explain_state";
import { store } from "./live";
import { isAbsent } from "../model/signal";
import { compactText, readingText } from "./reading";

interface Props {
  keys: string[];
  class?: string;
  children: ComponentChildren;
  standing?: string;
  title?: string;
}

/** Anything that comes from frames: hover, focus or tap shows which bits it is. */
export function Explainable({ keys, children, standing = "good", title, ...rest }: Props) {
  const own = useRef<HTMLButtonElement>(null);
  const show = (pinned = false) => own.current && explain(keys, own.current, pinned);
  const toggle = () => {
    const now = explained();
    if (now?.pinned && now.anchor === own.current) stopExplaining(own.current!, true);
    else {
      stopExplaining(undefined, true);
      show(true);
    }
  };
  return (
    <button ref={own} type="button" class={`num ${standing} ${rest.class ?? ""}`} data-key={keys.join(" ")} title={title}
      aria-describedby="explain" onMouseEnter={() => show()} onMouseLeave={() => stopExplaining(own.current!)}
      onFocus={() => own.current?.matches(":focus-visible") && show()} onBlur={() => stopExplaining(own.current!, true)} onClick={toggle}>
      {children}
    </button>
  );
}

interface NumProps {
  of: string;
  decimals?: number;
  unit?: boolean;
  whole?: boolean; // all digits, however many
  worded?: boolean; // says how it stands: where nothing beside it does
  class?: string;
}

/** The value of one signal. */
export function Num({ of, decimals, unit = false, whole = false, worded = false, ...rest }: NumProps) {
  const signal = store.signals.get(of);
  if (!signal) return <span class={`num absent ${rest.class ?? ""}`}>–</span>;
  const reading = store.reading(signal);
  const absent = isAbsent(reading);
  const word = worded && reading.why ? <small class="word">{reading.why.word}</small> : null;
  return (
    <Explainable keys={[of]} standing={reading.standing} {...(rest.class ? { class: rest.class } : {})} {...(reading.why ? { title: reading.why.long } : {})}>
      {absent && word ? word : (whole ? readingText : compactText)(signal, reading, decimals)}
      {unit && signal.info.unit && reading.label === undefined && !(absent && word) ? <span class="unit">{signal.info.unit}</span> : null}
      {absent ? null : word}
    </Explainable>
  );
}
