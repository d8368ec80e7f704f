import { defineConfig } from "vitest/config";

// Names without digests: the program serves these four files and no others, and tells browsers to ask again.
export default defineConfig({
  base: "./",
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  build: {
    target: "es2020",
    assetsInlineLimit: 0,
    modulePreload: false,
    cssCodeSplit: false,
    rollupOptions: {
      output: {
        entryFileNames: "app.js",
        assetFileNames: (asset) => (asset.names?.[0]?.endsWith(".css") ? "style.css" : "[name][extname]"),
        inlineDynamicImports: true,
      },
    },
  },
  server: { proxy: { "/api": { target: process.env.CANTRAIL_NODE ?? "http://127.0.0.1:8080", ws: true } } },
  test: { globals: true, environment: "node", include: ["src/**/*_test.ts"] },
});
