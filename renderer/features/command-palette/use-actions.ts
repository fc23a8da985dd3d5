import type { MachineView } from "#contract/machine.ts";
import { AppError } from "#core/lib/app-error.ts";
import { useRunCheck } from "#renderer/features/check/use-check.ts";
import { machineControls } from "#renderer/features/machine/machine-controls.ts";
import { usePracticeRun } from "#renderer/features/practice/use-practice-run.ts";
import { useCore, type CoreAccess } from "#renderer/host/core-context.tsx";
import { byName, newestFirst, useEntries } from "#renderer/mirror/use-mirror.ts";
import { toggleTheme } from "#renderer/view-state/theme.ts";
import { showError } from "#renderer/view-state/toasts.ts";
import { go, openDialog } from "#renderer/view-state/view-state.ts";
import type { Action } from "./actions.ts";

/** Everything that can be done from here, the thing on the screen first. */
export function useActions(): Action[] {
  const { client } = useCore();
  const runCheck = useRunCheck();
  const practice = usePracticeRun();
  const machines = useEntries("machines", byName);
  const images = useEntries("images", newestFirst);
  const accounts = useEntries("accounts", byName);

  return [
    {
      id: "new-machine",
      title: "New machine…",
      group: "Library",
      icon: "plus",
      keys: ["mod", "N"],
      run: () => openDialog({ kind: "create-machine", isoPath: null }),
    },
    {
      id: "import-disk",
      title: "New machine from a disk…",
      group: "Library",
      icon: "machine",
      run: () => openDialog({ kind: "import-disk", path: "" }),
    },
    {
      id: "check-image",
      title: "Check an image…",
      group: "Library",
      icon: "check",
      keys: ["mod", "O"],
      run: () => openDialog({ kind: "check-image" }),
    },
    ...machines.flatMap((machine) => [
      {
        id: `show ${machine.id}`,
        title: machine.name,
        group: "Machine",
        icon: "machine" as const,
        run: () => go({ screen: "machine", id: machine.id, tab: "console" }),
      },
      ...machineActions(machine, client, (id) => {
        go({ screen: "machine", id, tab: "check" });
        void runCheck({ kind: "machine", machineId: id });
      }),
    ]),
    ...images.flatMap((image): Action[] => [
      {
        id: `show ${image.id}`,
        title: image.name,
        group: "Image",
        icon: "image",
        run: () => go({ screen: "image", id: image.id }),
      },
      {
        id: `publish ${image.id}`,
        title: "Publish…",
        group: image.name,
        icon: "upload",
        run: () => openDialog({ kind: "publish", imageId: image.id }),
      },
    ]),
    ...accounts.map((account): Action => ({
      id: `show ${account.id}`,
      title: account.name,
      group: "Account",
      icon: "cloud",
      run: () => go({ screen: "account", id: account.id }),
    })),
    {
      id: "practice",
      title: "Try it on the practice account",
      group: "Library",
      icon: "flask",
      run: () => void practice.start(),
    },
    {
      id: "connect",
      title: "Connect an account…",
      group: "Accounts",
      icon: "key",
      run: () => openDialog({ kind: "connect-account" }),
    },
    {
      id: "connect-staging",
      title: "Connect a staging storage…",
      group: "Accounts",
      icon: "tray",
      run: () => openDialog({ kind: "connect-staging" }),
    },
    {
      id: "remote",
      title: "Remote images",
      group: "Go to",
      icon: "cloud",
      run: () => go({ screen: "remote" }),
    },
    {
      id: "activity",
      title: "Activity",
      group: "Go to",
      icon: "activity",
      run: () => go({ screen: "activity" }),
    },
    {
      id: "settings",
      title: "Settings",
      group: "Go to",
      icon: "sliders",
      run: () => go({ screen: "settings" }),
    },
    { id: "isos", title: "Installers", group: "Go to", icon: "disc", run: () => go({ screen: "isos" }) },
    { id: "doctor", title: "Doctor", group: "Go to", icon: "doctor", run: () => go({ screen: "doctor" }) },
    { id: "home", title: "Start page", group: "Go to", icon: "home", run: () => go({ screen: "home" }) },
    { id: "theme", title: "Switch between light and dark", group: "View", icon: "sun", run: toggleTheme },
    {
      id: "shortcuts",
      title: "Keyboard shortcuts",
      group: "Help",
      icon: "keyboard",
      keys: ["?"],
      run: () => openDialog({ kind: "shortcuts" }),
    },
  ];
}

/** What needs a second look (force off, delete) stays on the machine's own screen. */
function machineActions(
  machine: MachineView,
  client: CoreAccess["client"],
  check: (machineId: string) => void,
): Action[] {
  const controls = machineControls(machine);
  const group = machine.name;
  const ref = { machineId: machine.id };
  const told = (call: Promise<unknown>) =>
    void call.catch((cause: unknown) => showError(AppError.from(cause)));
  return [
    {
      id: `start ${machine.id}`,
      title: "Start",
      group,
      icon: "play",
      unavailable: controls.start,
      run: () => told(client.call("machines.start", ref)),
    },
    {
      id: `power ${machine.id}`,
      title: "Power button",
      group,
      icon: "power",
      unavailable: controls.powerButton,
      run: () => told(client.call("machines.powerButton", ref)),
    },
    {
      id: `reset ${machine.id}`,
      title: "Reset",
      group,
      icon: "reset",
      unavailable: controls.reset,
      run: () => told(client.call("machines.reset", ref)),
    },
    {
      id: `check ${machine.id}`,
      title: "Check",
      group,
      icon: "check",
      unavailable: controls.readDisk,
      run: () => check(machine.id),
    },
    {
      id: `compact ${machine.id}`,
      title: "Compact",
      group,
      icon: "compress",
      unavailable: controls.readDisk,
      run: () => told(client.call("images.compact", { subject: { kind: "machine", machineId: machine.id } })),
    },
    {
      id: `details ${machine.id}`,
      title: "Details",
      group,
      icon: "machine",
      run: () => go({ screen: "machine", id: machine.id, tab: "details" }),
    },
  ];
}
