import type { Checkpoint } from "#contract/checkpoint.ts";
import type { IsoLook, IsoView } from "#contract/install.ts";
import { ago, GiB } from "./sample-state.ts";

const MiB = 1024 ** 2;

const checkpoint = (id: string, name: string, parentId: string | null, minutes: number): Checkpoint => ({
  id,
  name,
  note: "",
  parentId,
  createdAt: ago(minutes),
  withMemory: false,
  diskBytes: 412 * MiB,
  memoryBytes: 0,
  stage: null,
});

export const checkpoints: readonly Checkpoint[] = [
  { ...checkpoint("c1", "installed", null, 240), stage: "install" },
  { ...checkpoint("c2", "packages", "c1", 190), note: "nginx, certbot and the monitoring agent" },
  { ...checkpoint("c3", "before the clean-up", "c2", 25), withMemory: true, memoryBytes: 583 * MiB },
  checkpoint("c4", "tried another kernel, which did not boot with a name this long", "c1", 100),
];

const iso = (id: string, title: string, change: Partial<IsoView>): IsoView => ({
  id,
  title,
  os: title,
  version: "",
  own: false,
  url: null,
  sizeBytes: null,
  sha256: null,
  state: "absent",
  path: null,
  doneBytes: null,
  answerKind: null,
  ...change,
});

export const isos: readonly IsoView[] = [
  iso("debian", "Debian stable, network installer", {
    state: "ready",
    path: "/home/mira/.local/share/goldsmith/isos/debian/debian-13.2.0-amd64-netinst.iso",
    sizeBytes: 790 * MiB,
    answerKind: "preseed",
  }),
  iso("alpine", "Alpine, virtual machines", {
    state: "downloading",
    sizeBytes: 68 * MiB,
    doneBytes: 21 * MiB,
    answerKind: "alpine",
  }),
  iso("ubuntu", "Ubuntu Server 24.04 LTS", {
    state: "partial",
    sizeBytes: 3.1 * GiB,
    doneBytes: 1.2 * GiB,
    answerKind: "autoinstall",
  }),
  iso("rocky", "Rocky Linux 10, minimal", { answerKind: "kickstart" }),
  iso("freebsd", "FreeBSD 14.3, network installer", {}),
  iso("own", "Our own rescue system", {
    own: true,
    state: "ready",
    path: "/home/mira/isos/rescue-2026-11.iso",
    sizeBytes: 412 * MiB,
  }),
];

export const isoLook: IsoLook = {
  path: "/home/mira/isos/debian-13.2.0-amd64-netinst.iso",
  volumeId: "Debian 13.2.0 amd64 n",
  os: "Debian 13.2.0",
  osId: "debian",
  installer: "debian-installer",
  sizeBytes: 790 * MiB,
  firmware: ["bios", "uefi"],
  direct: {
    kernelPath: "/install.amd/vmlinuz",
    initrdPath: "/install.amd/initrd.gz",
    commandLine: "--- console=ttyS0,115200n8",
  },
  answerKind: "preseed",
};
