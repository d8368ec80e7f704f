// Which number is being explained, and where it stands. One at a time.
export interface Explained {
  keys: string[];
  anchor: HTMLElement;
  pinned: boolean;
}

let current: Explained | null = null;
const listeners = new Set<() => void>();
const tell = () => listeners.forEach((listener) => listener());

export const explained = (): Explained | null => current;
export const onExplained = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export function explain(keys: string[], anchor: HTMLElement, pinned = false): void {
  if (current?.pinned && !pinned) return;
  current = { keys, anchor, pinned };
  tell();
}

export function stopExplaining(anchor?: HTMLElement, unpin = false): void {
  if (!current || (current.pinned && !unpin) || (anchor && current.anchor !== anchor)) return;
  current = null;
  tell();
}
