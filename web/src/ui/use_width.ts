import { type RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import { scale } from "./scale";

/** The width of an element in pixels of the design; null before it is known. */
export function useWidth(of: RefObject<Element>): number | null {
  const [width, set] = useState<number | null>(null);
  useEffect(() => {
    if (!of.current) return;
    const watcher = new ResizeObserver(([entry]) => entry && set(Math.max(1, Math.round(entry.contentRect.width / scale()))));
    watcher.observe(of.current);
    return () => watcher.disconnect();
  }, []);
  return width;
}
