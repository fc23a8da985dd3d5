import { AccountScreen } from "#renderer/features/accounts/account-screen.tsx";
import { ReportScreen } from "#renderer/features/check/report-screen.tsx";
import { DoctorScreen } from "#renderer/features/doctor/doctor-screen.tsx";
import { IsosScreen } from "#renderer/features/isos/isos-screen.tsx";
import { ImageScreen } from "#renderer/features/image/image-screen.tsx";
import { ActivityScreen } from "#renderer/features/jobs/activity-screen.tsx";
import { JobScreen } from "#renderer/features/jobs/job-screen.tsx";
import { HomeScreen } from "#renderer/features/library/home-screen.tsx";
import { MachineScreen } from "#renderer/features/machine/machine-screen.tsx";
import { BatchScreen } from "#renderer/features/publish/batch-screen.tsx";
import { RemoteImageScreen } from "#renderer/features/remote/remote-image-screen.tsx";
import { RemoteScreen } from "#renderer/features/remote/remote-screen.tsx";
import { SettingsScreen } from "#renderer/features/settings/settings-screen.tsx";
import { StagingScreen } from "#renderer/features/staging/staging-screen.tsx";
import { useKnown } from "#renderer/mirror/use-mirror.ts";
import type { Route } from "#renderer/view-state/route.ts";

/** What the address names. The keys give every thing a screen of its own, so nothing leaks from one to the next. */
export function Screen({ route }: { route: Route }) {
  const known = useKnown();
  // Before the first snapshot nothing is known to be missing either.
  if (!known) return null;
  switch (route.screen) {
    case "home":
      return <HomeScreen />;
    case "machine":
      return <MachineScreen key={route.id} machineId={route.id} tab={route.tab} />;
    case "image":
      return <ImageScreen key={route.id} imageId={route.id} />;
    case "report":
      return <ReportScreen key={route.key} reportKey={route.key} />;
    case "account":
      return <AccountScreen key={route.id} accountId={route.id} />;
    case "remote":
      return <RemoteScreen />;
    case "remote-image":
      return <RemoteImageScreen key={route.id} remoteImageId={route.id} />;
    case "staging":
      return <StagingScreen key={route.id} stagingId={route.id} />;
    case "batch":
      return <BatchScreen key={route.id} jobId={route.id} />;
    case "settings":
      return <SettingsScreen />;
    case "isos":
      return <IsosScreen />;
    case "activity":
      return <ActivityScreen />;
    case "job":
      return <JobScreen key={route.id} jobId={route.id} />;
    case "doctor":
      return <DoctorScreen />;
  }
}
