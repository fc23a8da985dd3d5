import { Badge, type Tone } from "#renderer/components/badge.tsx";
import type { MachinePower } from "#contract/machine.ts";
import { PowerDot, powerWords } from "#renderer/components/power-dot.tsx";
import { ScreenHeader } from "#renderer/components/screen-header.tsx";
import { Tabs, type Tab } from "#renderer/components/tabs.tsx";
import { DisplayScreen } from "#renderer/components/display/display-screen.tsx";
import { SerialConsole } from "#renderer/components/terminal/serial-console.tsx";
import { CheckpointsPanel } from "#renderer/features/checkpoints/checkpoints-panel.tsx";
import { CheckPanel } from "#renderer/features/check/check-panel.tsx";
import { GuestPanel } from "#renderer/features/guest/guest-panel.tsx";
import { RecordButton } from "#renderer/features/recording/record-button.tsx";
import { useEntry } from "#renderer/mirror/use-mirror.ts";
import type { MachineTab } from "#renderer/view-state/route.ts";
import { go } from "#renderer/view-state/view-state.ts";
import { MachineBanners } from "./machine-banners.tsx";
import { machineControls, nextStep } from "./machine-controls.ts";
import { MachineDetails } from "./machine-details.tsx";
import { MachineMeta } from "./machine-meta.tsx";
import { MachineSteps } from "./machine-steps.tsx";
import { MoreMenu } from "./more-menu.tsx";
import { PowerControls } from "./power-controls.tsx";
import { useMachineProgress } from "./use-machine-progress.ts";
import "./machine-screen.css";

const powerTones: Record<MachinePower, Tone> = {
  off: "neutral",
  starting: "warn",
  running: "good",
  paused: "note",
  stopping: "warn",
};

const tabs: readonly Tab<MachineTab>[] = [
  { value: "console", label: "Console" },
  { value: "display", label: "Display" },
  { value: "guest", label: "Guest" },
  { value: "checkpoints", label: "Checkpoints" },
  { value: "check", label: "Check" },
  { value: "details", label: "Details" },
];

export function MachineScreen({ machineId, tab }: { machineId: string; tab: MachineTab }) {
  const machine = useEntry("machines", machineId);
  const progress = useMachineProgress({ id: machineId, startedAt: machine?.startedAt ?? null });
  if (machine === undefined) return <p className="screen-empty">This machine is no longer in the library.</p>;
  const next = nextStep(machine, progress);
  const { readDisk } = machineControls(machine);
  const asleep = machine.power === "off" && machine.suspended;

  return (
    <>
      <ScreenHeader
        mark={<PowerDot power={machine.power} />}
        title={machine.name}
        badge={
          asleep ? (
            <Badge tone="note" title="Its memory rests on disk; it goes on where it was">
              Suspended
            </Badge>
          ) : (
            <Badge tone={powerTones[machine.power]}>{powerWords[machine.power]}</Badge>
          )
        }
        meta={<MachineMeta machine={machine} />}
        actions={
          <>
            <PowerControls machine={machine} startFirst={next === "start"} />
            <MoreMenu machine={machine} />
          </>
        }
      />
      <MachineBanners machine={machine} />
      <Tabs
        label="Machine"
        tabs={tabs}
        value={tab}
        onValue={(value) => go({ screen: "machine", id: machine.id, tab: value }, "replace")}
        trailing={<MachineSteps machine={machine} next={next} />}
        panel={(value, shown) => {
          switch (value) {
            case "console":
              return (
                <SerialConsole
                  key={machine.id}
                  machine={machine}
                  tools={<RecordButton machine={machine} />}
                />
              );
            case "display":
              return <DisplayScreen key={machine.id} machine={machine} shown={shown} />;
            case "guest":
              return <GuestPanel key={machine.id} machine={machine} shown={shown} />;
            case "checkpoints":
              return <CheckpointsPanel machine={machine} />;
            case "check":
              return (
                <CheckPanel
                  key={machine.id}
                  subject={{ kind: "machine", machineId: machine.id }}
                  unavailable={readDisk}
                  empty={
                    readDisk === null
                      ? "Not checked since it was last changed. A check reads the disk without booting it and tells, for every provider, what would happen and why."
                      : "The disk can be checked when the machine is off."
                  }
                />
              );
            case "details":
              return <MachineDetails machine={machine} />;
          }
        }}
      />
    </>
  );
}
