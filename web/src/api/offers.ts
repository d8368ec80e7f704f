// What this node's API has: nodes of other ages serve this page as well, and a 404 would stand in the console.
import { getJson } from "./get";

let described: Promise<ReadonlySet<string>> | null = null;

export async function offers(path: string): Promise<boolean> {
  described ??= getJson<{ paths: Record<string, unknown> }>("api/openapi.json").then(
    (document) => new Set(Object.keys(document.paths)),
    () => {
      described = null; // not known: asked again
      return new Set<string>();
    },
  );
  return (await described).has(path);
}
