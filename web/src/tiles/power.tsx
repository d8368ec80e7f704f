import { placeOf } from "../layout/hints";
import type { Charging, Power } from "../layout/tile";
import { flowOf, flowStep, flowWord, type Flow } from "../model/flow";
import { duration, number } from "../model/format";
import { Explainable, Num } from "../ui/num";
import { Origin, Tile } from "../ui/tile";
import { store, useLive } from "../ui/live";

interface Props {
  title: string;
  span: number;
  power: Power;
  rpm: string | null;
  direction: string | null;
  heat: string[];
  soc: string | null;
  speed: string | null;
  charging: Charging | null;
}

const reading = (key: string | null) => {
  const signal = key === null ? undefined : store.signals.get(key);
  return signal ? store.reading(signal) : null;
};

/** Battery and motor, and what flows between them. */
export function PowerTile(props: Props) {
  useLive(100);
  const volts = reading(props.power.volts);
  const amperes = reading(props.power.amperes);
  const kw = volts?.value != null && amperes?.value != null ? (volts.value * amperes.value) / 1000 : null;
  const charging = (reading(props.charging?.flag ?? null)?.value ?? 0) > 0.5;
  const moving = (reading(props.speed)?.value ?? 1) > 0.5;
  const flow = flowOf(kw, charging);
  const worst = [volts, amperes].find((one) => one && one.standing !== "good");
  const standing = worst?.standing ?? "good";
  const left = reading(props.charging?.remaining ?? null);
  const prefix = flow === "back" && moving ? "regen " : "";
  return (
    <Tile title={props.title} span={props.span} class="power" corner={<Origin of={props.power.volts} text={productName(props.power)} />}>
      <div class={`flow ${flow}`}>
        <Battery power={props.power} soc={props.soc} />
        <div class="middle">
          <p class="kw">
            <Explainable keys={[props.power.volts, props.power.amperes]} standing={standing} {...(worst?.why ? { title: worst.why.long } : {})}>
              {kw === null ? "–" : <><small>{prefix}</small>{number(kw, 1)}<small> kW</small></>}
            </Explainable>
          </p>
          <Stream flow={standing === "good" ? flow : "unknown"} kw={kw ?? 0} />
          <p class="word">{worst?.why ? worst.why.word : flowWord(flow, moving)}{charging && left?.value ? `, ${duration(left.value * 60)}` : ""}</p>
        </div>
        <Consumer charging={charging} rpm={props.rpm} direction={props.direction} left={props.charging?.remaining ?? null} />
      </div>
      <p class="note">
        <Num of={props.power.amperes} unit />
        {props.heat.map((key) => <span key={key}> · {heatName(key)} <Num of={key} unit /></span>)}
      </p>
    </Tile>
  );
}

function heatName(key: string): string {
  const signal = store.signals.get(key);
  return signal ? placeOf(signal).toLowerCase() : "";
}

function productName(power: Power): string {
  const [a, b] = [power.volts, power.amperes].map((key) => key.replace(/^[^:]*:/, ""));
  return `${a} × ${b!.split(".").slice(1).join(".")}`;
}

function Battery({ power, soc }: { power: Power; soc: string | null }) {
  const level = reading(soc)?.value ?? null;
  return (
    <div class="box">
      <span>Battery</span>
      <b><Num of={power.volts} unit /></b>
      <div class="bar good">{level === null ? null : <i style={{ width: `${Math.min(100, Math.max(0, level))}%` }} />}</div>
    </div>
  );
}

function Consumer({ charging, rpm, direction, left }: { charging: boolean; rpm: string | null; direction: string | null; left: string | null }) {
  if (charging) {
    return <div class="box"><span>Charger</span><b>{left ? <Num of={left} unit /> : "on"}</b><span class="faint">{left ? "to go" : ""}</span></div>;
  }
  return (
    <div class="box">
      <span>Motor</span>
      <b>{rpm ? <Num of={rpm} /> : "–"}</b>
      <span class="faint">{rpm ? "rpm" : ""}{direction ? <> · <Num of={direction} /></> : null}</span>
    </div>
  );
}

/** Dots that move with the power: composited, so it costs nothing to draw. */
function Stream({ flow, kw }: { flow: Flow; kw: number }) {
  const still = flow === "idle" || flow === "unknown";
  return (
    <div class={`stream ${still ? "still" : flow === "out" ? "right" : "left"} step${flowStep(kw)}`} aria-hidden="true">
      <div class="dots"><i /></div>
    </div>
  );
}
