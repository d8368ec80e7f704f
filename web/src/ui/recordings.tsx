import { bytes, clockTime, duration, when } from "../model/format";
import { buttonsOf, fileName, fileOf, ms, type Button, type Call, type RecordedFile } from "../model/recordings";
import { store } from "./live";
import { useRecordings } from "./use_recordings";

const SHOWN = 5;

/** Files that were recorded, and a button for each call that has more recorded. Nothing where the node has neither. */
export function RecordingsTile() {
  const { known, calls, failed, pull } = useRecordings();
  const buttons = buttonsOf(known?.triggers ?? []);
  const files = [...(known?.recordings ?? [])].sort((a, b) => ms(b.finished_ns) - ms(a.finished_ns)).slice(0, SHOWN);
  if (!known || (!buttons.length && !files.length)) return null;
  return (
    <section class="tile span12 recordings" aria-label="Recordings">
      <h2><span>Recordings</span><span class="corner">{files.length ? "the newest files" : ""}</span></h2>
      {buttons.length ? <div class="pulls">{buttons.map((button) => <Pull key={button.name} button={button} pull={pull} />)}</div> : null}
      <div role="status">
        {failed === null ? null : <p class="bad-text">Not taken: {failed}</p>}
        {calls.map((call) => <Called key={`${call.sink} ${call.at_ms} ${call.name}`} call={call} files={known.recordings} />)}
      </div>
      {files.length ? <ol class="files">{files.map((file) => <File key={file.path} file={file} />)}</ol> : <p class="note">No file is finished yet.</p>}
    </section>
  );
}

const around = ({ before_ms, after_ms }: { before_ms: number; after_ms: number }): string => `${duration(before_ms / 1000)} before to ${duration(after_ms / 1000)} after`;

function Pull({ button, pull }: { button: Button; pull: (button: Button) => void }) {
  return (
    <div>
      <button type="button" class="pull" disabled={!store.connected} onClick={() => pull(button)}><i />Record {button.text}</button>
      <span class="faint">{button.sinks.map((by) => `${around(by)}, by ${by.sink}`).join("; ")}</span>
    </div>
  );
}

function Called({ call, files }: { call: Call; files: readonly RecordedFile[] }) {
  const file = fileOf(call, files);
  const ends = call.at_ms + call.after_ms;
  return (
    <p class="note called">
      <time>{clockTime(call.at_ms)}</time> {call.name}, by {call.sink}: {file ? <><span class="good-text">recorded</span> <span class="file">{fileName(file.path)}</span>, {bytes(file.bytes)}</>
        : <span class="accent-text">{store.nodeNow() < ends ? `recording until ${clockTime(ends)}` : "the file is being finished"}</span>}
    </p>
  );
}

function File({ file }: { file: RecordedFile }) {
  return <li><span class="faint">{file.sink}</span> <span class="file">{fileName(file.path)}</span> <span class="faint">{bytes(file.bytes)}, {when(ms(file.from_ns))} to {when(ms(file.to_ns))}</span></li>;
}
