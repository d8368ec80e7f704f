import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { explain, explained, stopExplaining } from "./explain_state";
import { store } from "./live";
import { compactText, readingText, STANDING } from "./reading";

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
  class?: string;
}

/** The value of one signal. */
export function Num({ of, decimals, unit = false, whole = false, ...rest }: NumProps) {
  const signal = store.signals.get(of);
  if (!signal) return <span class={`num absent ${rest.class ?? ""}`}>–</span>;
  const reading = store.reading(signal);
  const note = STANDING[reading.standing];
  return (
    <Explainable keys={[of]} standing={reading.standing} {...(rest.class ? { class: rest.class } : {})} {...(note ? { title: note } : {})}>
      {(whole ? readingText : compactText)(signal, reading, decimals)}
      {unit && signal.info.unit && reading.label === undefined ? <span class="unit">{signal.info.unit}</span> : null}
    </Explainable>
  );
}
