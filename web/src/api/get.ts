/** Below whatever path the page was loaded from. */
export const apiUrl = (path: string): URL => new URL(path, document.baseURI);

export class ApiProblem extends Error {
  constructor(readonly status: number, detail: string) {
    super(detail);
  }
}

/** The JSON at a path of the API; an ApiProblem for any answer but 200. */
export const getJson = <T>(path: string, parameters: Record<string, string | number> = {}): Promise<T> => ask<T>("GET", path, parameters);

/** For the one request that changes something. */
export const postJson = <T>(path: string, parameters: Record<string, string | number> = {}): Promise<T> => ask<T>("POST", path, parameters);

async function ask<T>(method: string, path: string, parameters: Record<string, string | number>): Promise<T> {
  const url = apiUrl(path);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, String(value));
  const answer = await fetch(url, { method });
  if (answer.ok) return (await answer.json()) as T;
  const detail = await answer.json().then((body: { detail?: string }) => body.detail, () => undefined);
  throw new ApiProblem(answer.status, detail ?? answer.statusText);
}
