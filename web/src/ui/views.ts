// Which view is shown: the part of the address behind '#'.
import { useEffect, useState } from "preact/hooks";

export const VIEWS = [
  { id: "overview", name: "Overview" },
  { id: "charts", name: "Charts" },
  { id: "signals", name: "Signals" },
  { id: "frames", name: "Frames" },
  { id: "health", name: "Health" },
] as const;
export type View = (typeof VIEWS)[number]["id"];

export interface Place {
  view: View;
  parameters: URLSearchParams;
}

function here(): Place {
  const [path = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  return { view: VIEWS.find((view) => view.id === path)?.id ?? "overview", parameters: new URLSearchParams(query) };
}

export function usePlace(): Place {
  const [place, set] = useState(here);
  useEffect(() => {
    const changed = () => set(here());
    window.addEventListener("hashchange", changed);
    return () => window.removeEventListener("hashchange", changed);
  }, []);
  return place;
}
