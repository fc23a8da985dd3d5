import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "electron-vite";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/**
 * Three builds: what runs in Node (out/main: the Electron main process, the command line and, with it, the
 * browser host), the sandboxed preload (out/preload) and the window (out/renderer). Packages stay outside the
 * Node bundles but for two; our own `#room/...` imports are TypeScript and must be inside.
 */
export default defineConfig({
  main: {
    build: {
      outDir: path("out/main"),
      // hundreds of small files each: inside the bundle a command starts 0.2 s sooner
      externalizeDeps: { exclude: ["yaml", "zod"] },
      target: "node22",
      sourcemap: true,
      minify: false,
      rollupOptions: {
        input: {
          main: path("main/hosts/electron/main.ts"),
          cli: path("main/hosts/cli/main.ts"),
          // a thread's program is started by its file
          "unpack-thread": path("main/core/image/source/archive/unpack-thread.ts"),
        },
        output: {
          format: "es",
          entryFileNames: "[name].js",
          chunkFileNames: "chunks/[name]-[hash].js",
        },
      },
    },
  },
  preload: {
    build: {
      outDir: path("out/preload"),
      target: "node22",
      minify: false,
      rollupOptions: {
        input: { preload: path("preload/preload.ts") },
        // A sandboxed preload is no module: Electron evaluates it as CommonJS.
        output: { format: "cjs", entryFileNames: "[name].cjs" },
      },
    },
  },
  renderer: {
    root: path("renderer"),
    plugins: [react()],
    build: {
      outDir: path("out/renderer"),
      emptyOutDir: true,
      target: "chrome140",
      sourcemap: true,
      minify: true,
      // Loaded from the disk or the computer next door: one file is quicker than several.
      chunkSizeWarningLimit: 2000,
      rollupOptions: { input: { index: path("renderer/index.html") } },
    },
  },
});
