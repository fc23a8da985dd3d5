import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The window over a core in memory, for designing: `npx vite --config renderer/dev/vite.config.ts`. */
export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  cacheDir: fileURLToPath(new URL("../../.cache/vite-dev", import.meta.url)),
  plugins: [react()],
  server: { port: 5199, strictPort: true, host: "127.0.0.1", open: "/dev/index.html" },
});
