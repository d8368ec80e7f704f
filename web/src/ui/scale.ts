// The page is laid out in rem: larger on walls, and as large as people have told their browser. What is drawn on canvases follows.
import { useEffect, useState } from "preact/hooks";

/** How many CSS pixels one pixel of the design takes. */
export const scale = (): number => parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;

/** The letters of axes and spans; `ratio`: device pixels per CSS pixel, where the canvas counts those. */
export const canvasFont = (ratio = 1): string => `${11.5 * scale() * ratio}px ${getComputedStyle(document.body).fontFamily}`;

export function useScale(): number {
  const [value, set] = useState(scale);
  useEffect(() => {
    const changed = () => set(scale());
    window.addEventListener("resize", changed);
    return () => window.removeEventListener("resize", changed);
  }, []);
  return value;
}
