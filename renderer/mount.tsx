import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { CoreProvider, type CoreAccess } from "./host/core-context.tsx";
import { App } from "./shell/app.tsx";
import { applyTheme } from "./view-state/theme.ts";
import { followAddressBar } from "./view-state/view-state.ts";
import "./styles/tokens.css";
import "./styles/base.css";

/** Puts the window's content on the page. */
export function mount(access: CoreAccess): void {
  applyTheme();
  followAddressBar();
  const root = document.getElementById("root");
  if (root === null) throw new Error("The page has no #root");
  createRoot(root).render(
    <StrictMode>
      <CoreProvider value={access}>
        <App />
      </CoreProvider>
    </StrictMode>,
  );
}
