import { Button } from "#renderer/components/button.tsx";
import { Logo } from "#renderer/components/logo.tsx";
import { useTake } from "#renderer/features/files/take-files-context.ts";
import { PracticeDoor } from "#renderer/features/practice/practice-door.tsx";
import { useDoctorReport } from "#renderer/mirror/use-mirror.ts";
import { go, openDialog } from "#renderer/view-state/view-state.ts";
import { LevelMark } from "#renderer/components/level-mark.tsx";
import { ChooseFileButton } from "./choose-file-button.tsx";
import { Door } from "./door.tsx";
import "./home-screen.css";

/** The empty library, and the place to begin something new: three doors. */
export function HomeScreen() {
  const take = useTake();
  const openFiles = (files: readonly File[]) => void take(files);
  return (
    <div className="home">
      <header className="home-header">
        <Logo />
        <h1>Goldsmith</h1>
        <p className="soft">
          Craft VM images on this computer, know what each cloud will accept, and publish with one click.
        </p>
      </header>
      <div className="doors">
        <Door
          icon="disc"
          title="New machine from an installer ISO"
          onFiles={openFiles}
          action={
            <ChooseFileButton look="primary" inputLabel="Installer ISO to open" onFiles={openFiles}>
              Choose an ISO…
            </ChooseFileButton>
          }
        >
          Boot it here with the devices that clouds give, install over the serial console, and nothing you
          type or see is lost. Or drop the ISO here.
        </Door>
        <Door
          icon="image"
          title="Check an image you already have"
          onFiles={openFiles}
          action={
            <ChooseFileButton inputLabel="Image to check" many onFiles={openFiles}>
              Choose an image…
            </ChooseFileButton>
          }
        >
          Reads qcow2, raw, VMDK, VHD or VDI without booting it and tells for six providers what would happen
          and why. Or drop the file here.
        </Door>
        <PracticeDoor />
      </div>
      <HomeHealth />
    </div>
  );
}

/** One line of the doctor's report, because a machine that cannot start is best known before. */
function HomeHealth() {
  const report = useDoctorReport();
  if (report === undefined) return null;
  const first = report.problems[0];
  return (
    <p className="home-health">
      <LevelMark level={first?.level ?? "pass"} />
      <span className="soft">{first?.title ?? "This computer has everything that is needed."}</span>
      <Button look="quiet" onClick={() => go({ screen: "doctor" })}>
        {first === undefined ? "Details" : "How to fix it"}
      </Button>
      <Button look="quiet" onClick={() => openDialog({ kind: "shortcuts" })}>
        Keyboard shortcuts
      </Button>
    </p>
  );
}
