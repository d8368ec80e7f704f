import { isBus } from "../model/bus";
import { duration, number } from "../model/format";
import { signalKey } from "../model/signal";
import { store, useLive } from "./live";
import { theme, toggleTheme, useTheme } from "./theme";
import { VIEWS, type View } from "./views";

function Channels() {
  const channels = [...new Set(store.streams.flatMap((stream) => stream.channel ?? []))].slice(0, 4);
  const said = (channel: string) => {
    const bus = store.streams.find((stream) => stream.channel === channel && isBus(stream));
    const load = bus && store.reading(store.signals.get(signalKey(bus.stream, "load_percent"))!);
    return load?.standing === "good" && load.value !== null ? `${channel} ${number(load.value)} %` : channel;
  };
  return <span class="channels" title="load of each bus, where it is known">{channels.map(said).join(" · ")}</span>;
}

function Pulse() {
  const rate = store.received.per_s;
  if (!store.connected) {
    const long = store.lostAt === null ? "" : ` ${duration(Math.max(0, (store.nodeNow() - store.lostAt) / 1000))}`;
    return <span class="pulse lost"><i />{store.lostAt === null ? "connecting" : `no connection${long}`}</span>;
  }
  return <span class="pulse"><i />live<span class="rate"> · <b>{rate === null ? "–" : number(rate)}</b> frames/s</span></span>;
}

/** Which node this is, where to go, and whether it lives. */
export function TopBar({ view, kind }: { view: View; kind: string }) {
  useLive(500);
  useTheme();
  const name = store.status?.node ?? "cantrail";
  return (
    <header class="top">
      <h1 class="visually-hidden">{name}, {VIEWS.find(({ id }) => id === view)?.name}</h1>
      <a class="brand" href="#/"><img src="./icon.svg" alt="" width="26" height="26" /><b>{name}</b><small>{store.status?.kind ?? kind}</small></a>
      <nav aria-label="Views">
        {VIEWS.map(({ id, name: title }) => <a key={id} href={`#/${id === "overview" ? "" : id}`} aria-current={view === id ? "page" : undefined}>{title}</a>)}
      </nav>
      <div class="right">
        <Pulse />
        <Channels />
        <button type="button" class="theme" onClick={toggleTheme} aria-label={`${theme() === "dark" ? "light" : "dark"} theme`} title="Light or dark">
          <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><circle cx="8" cy="8" r="6.5" fill="none" stroke="currentColor" stroke-width="1.5" /><path d="M8 1.5a6.5 6.5 0 0 1 0 13z" fill="currentColor" /></svg>
        </button>
      </div>
    </header>
  );
}
