import { useEffect, useState } from "preact/hooks";

export type Theme = "light" | "dark";
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

const stored = (): Theme | null => {
  const value = localStorage.getItem("theme");
  return value === "light" || value === "dark" ? value : null;
};
export const theme = (): Theme => stored() ?? (dark.matches ? "dark" : "light");

export function applyTheme(): void {
  document.documentElement.dataset.theme = theme();
  listeners.forEach((listener) => listener());
}

/** Back to what the system says, where that is what was chosen. */
export function toggleTheme(): void {
  const next = theme() === "dark" ? "light" : "dark";
  if (next === (dark.matches ? "dark" : "light")) localStorage.removeItem("theme");
  else localStorage.setItem("theme", next);
  applyTheme();
}

dark.addEventListener("change", applyTheme);

export function useTheme(): Theme {
  const [value, set] = useState(theme);
  useEffect(() => {
    const listener = () => set(theme());
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, []);
  return value;
}

/** A colour of the style sheet, for what is drawn on a canvas. */
export const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
