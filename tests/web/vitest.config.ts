// The page in a browser, against the real program: `npm --prefix web run test:page`.
export default {
  root: new URL(".", import.meta.url).pathname,
  cacheDir: new URL("../../web/node_modules/.page-tests", import.meta.url).pathname,
  test: { globals: true, environment: "node", include: ["*_test.ts"], testTimeout: 60_000, hookTimeout: 90_000, fileParallelism: false },
};
