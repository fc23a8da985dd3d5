import { useEffect } from "react";
import { ToastRegion } from "#renderer/components/toast-region.tsx";
import { useCall } from "#renderer/host/use-call.ts";
import { useDoctorReport, useKnown } from "#renderer/mirror/use-mirror.ts";
import { useView } from "#renderer/view-state/view-state.ts";
import { DropLayer } from "./drop-layer.tsx";
import { LinkBanner } from "./link-banner.tsx";
import { Notices } from "./notices.tsx";
import { OpenDialogs } from "./open-dialogs.tsx";
import { Screen } from "./screen.tsx";
import { useShortcuts } from "./shortcuts.ts";
import { Sidebar } from "./sidebar.tsx";
import { StatusBar } from "./status-bar.tsx";
import { useWindowTitle } from "./window-title.ts";
import "./app.css";

export function App() {
  useShortcuts();
  useFirstExamination();
  const route = useView((view) => view.route);
  useWindowTitle(route);
  return (
    <DropLayer>
      <Sidebar />
      <main className="main" tabIndex={-1} data-pane>
        <LinkBanner />
        <Notices />
        <Screen route={route} />
      </main>
      <StatusBar />
      <OpenDialogs />
      <ToastRegion />
    </DropLayer>
  );
}

/** The doctor speaks once without being asked: the very first time there is no report. */
function useFirstExamination(): void {
  const known = useKnown();
  const missing = useDoctorReport() === undefined;
  const { run } = useCall("doctor.run");
  useEffect(() => {
    if (known && missing) void run({});
  }, [known, missing, run]);
}
