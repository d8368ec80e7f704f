// The one store of the page, and how components follow it.
import { useEffect, useReducer, useRef } from "preact/hooks";
import { Store } from "../model/store";

export const store = new Store();

/** Draws the component again when something came in, at most every `least_ms`. */
export function useLive(least_ms = 100): Store {
  const [, draw] = useReducer((n: number) => n + 1, 0);
  const last = useRef(0);
  useEffect(() => {
    let timer = 0;
    const due = () => {
      timer = 0;
      last.current = performance.now();
      if (!document.hidden) draw(0);
    };
    const stop = store.subscribe(() => {
      const wait = last.current + least_ms - performance.now();
      if (wait <= 0) due();
      else if (!timer) timer = window.setTimeout(due, wait);
    });
    return () => {
      stop();
      window.clearTimeout(timer);
    };
  }, [least_ms]);
  return store;
}
