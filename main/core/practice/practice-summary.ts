import type { AccountView } from "#contract/account.ts";
import type { ImageView } from "#contract/image.ts";
import type { MachineView } from "#contract/machine.ts";

interface PracticeOutcome {
  iso: { path: string; fileBytes: number; reused: boolean; elapsedMs: number };
  machine: Pick<MachineView, "name" | "accelerator" | "diskUsedBytes">;
  image: Pick<ImageView, "path" | "fileBytes" | "virtualBytes" | "sha256" | "origin">;
  account: Pick<AccountView, "name" | "apiBase">;
  published: { remoteImageId: string; status: string; stagingEmpty: boolean };
  findings: number;
  times: Record<
    "installed" | "booted" | "customised" | "sealed" | "compacted" | "published",
    { elapsedMs: number }
  >;
}

const mib = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(0)} MiB`;
const gib = (bytes: number): string => `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
const seconds = ({ elapsedMs }: { elapsedMs: number }): string => `${(elapsedMs / 1000).toFixed(0)} s`;

/** What a person wants to know at the end: where everything is, how large, and how long it took. */
export function summarise(outcome: PracticeOutcome): { title: string; value: string }[] {
  const { iso, machine, image, account, published, findings, times } = outcome;
  const made = iso.reused ? "reused" : `built in ${seconds(iso)}`;
  return [
    { title: "Installer", value: `${iso.path} (${mib(iso.fileBytes)}, ${made})` },
    { title: "Machine", value: `${machine.name}, accelerator ${machine.accelerator ?? "unknown"}` },
    {
      title: "Stages",
      value:
        `install ${seconds(times.installed)}, first boot ${seconds(times.booted)}, ` +
        `customise ${seconds(times.customised)}, seal ${seconds(times.sealed)}, ` +
        `compact ${seconds(times.compacted)}, publish ${seconds(times.published)}`,
    },
    {
      title: "Check",
      value: findings === 0 ? "fit for DigitalOcean" : `fit for DigitalOcean, ${findings} warnings`,
    },
    {
      title: "Size",
      value: `${mib(image.origin.sourceBytes)} -> ${mib(image.fileBytes)} (disk of ${gib(image.virtualBytes)})`,
    },
    { title: "Image", value: image.path },
    { title: "SHA-256", value: image.sha256 ?? "unknown" },
    { title: "Account", value: `${account.name} (${account.apiBase})` },
    { title: "Remote image", value: `${published.remoteImageId}: ${published.status}` },
    { title: "Staging", value: published.stagingEmpty ? "empty again" : "not empty" },
  ];
}
