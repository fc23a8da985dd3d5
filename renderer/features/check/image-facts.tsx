import type { ImageFacts } from "#contract/facts.ts";
import { FactsList } from "#renderer/components/facts-list.tsx";
import { formatBytes, formatWholeBytes } from "#renderer/lib/format-bytes.ts";
import { DriverTable } from "./driver-table.tsx";
import { PartitionTable } from "./partition-table.tsx";
import { placeText, yesNo } from "./fact-words.ts";
import "./image-facts.css";

/** What the image is, read from its bytes. Everything in here came out of the image and is shown as text only. */
export function ImageFactsPanel({ facts }: { facts: ImageFacts }) {
  const kernel = facts.kernels[0];
  return (
    <div className="image-facts">
      <FactsList
        title="Image"
        facts={[
          { name: "Format", value: formatText(facts) },
          { name: "File", value: formatBytes(facts.fileBytes) },
          { name: "Disk", value: formatWholeBytes(facts.virtualBytes) },
          facts.allocatedBytes === null
            ? null
            : { name: "Allocated", value: formatBytes(facts.allocatedBytes) },
          facts.partitionTable === null
            ? null
            : { name: "Table", value: { gpt: "GPT", mbr: "MBR", none: "None" }[facts.partitionTable] },
        ]}
      />
      {facts.partitions.length > 0 && (
        <PartitionTable partitions={facts.partitions} rootPartition={facts.rootPartition} />
      )}
      {facts.iso !== null && <IsoFactsList iso={facts.iso} />}
      {facts.os !== null && (
        <FactsList
          title="System"
          facts={[
            { name: "OS", value: facts.os.prettyName ?? facts.os.id ?? facts.os.family },
            facts.os.architecture === null ? null : { name: "Architecture", value: facts.os.architecture },
            kernel === undefined ? null : { name: "Kernel", value: <code>{kernel.version}</code> },
          ]}
        />
      )}
      {kernel !== undefined && <DriverTable kernel={kernel} />}
      {facts.cloudInit !== null && <CloudInitList cloudInit={facts.cloudInit} />}
      {facts.sshd !== null && <SshdList sshd={facts.sshd} />}
      {facts.boot !== null && <BootList boot={facts.boot} />}
      {facts.identity !== null && (
        <FactsList
          title="Identity"
          facts={[
            { name: "machine-id", value: facts.identity.machineId },
            facts.identity.hostname === null ? null : { name: "Host name", value: facts.identity.hostname },
            { name: "Keys left", value: listOr(facts.identity.authorizedKeys, "none") },
          ]}
        />
      )}
      {facts.notes.length > 0 && (
        <section className="image-notes">
          <h3>Not looked at</h3>
          <ul>
            {facts.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function formatText({ format, archive, compressedClusters }: ImageFacts): string {
  const compressed =
    compressedClusters === null || compressedClusters === "none" ? "" : `, ${compressedClusters}`;
  return `${format}${compressed}${archive === null ? "" : ` in ${archive}`}`;
}

const listOr = (entries: readonly string[], none: string): string =>
  entries.length === 0 ? none : entries.join(", ");

function IsoFactsList({ iso }: { iso: NonNullable<ImageFacts["iso"]> }) {
  return (
    <FactsList
      title="Installer"
      facts={[
        { name: "Volume", value: iso.volumeId },
        iso.osGuess === null ? null : { name: "System", value: iso.osGuess },
        {
          name: "Boots",
          value: listOr([...(iso.bootBios ? ["BIOS"] : []), ...(iso.bootUefi ? ["UEFI"] : [])], "no"),
        },
        iso.architecture === null ? null : { name: "Architecture", value: iso.architecture },
        { name: "Hybrid", value: yesNo(iso.hybrid) },
      ]}
    />
  );
}

function CloudInitList({ cloudInit }: { cloudInit: NonNullable<ImageFacts["cloudInit"]> }) {
  const { datasourceList, decidedBy, disabledBy } = cloudInit;
  return (
    <FactsList
      title="cloud-init"
      facts={[
        { name: "Version", value: cloudInit.version ?? "not installed" },
        {
          name: "At boot",
          value:
            disabledBy === null ? yesNo(cloudInit.enabledAtBoot) : `disabled by ${placeText(disabledBy)}`,
        },
        {
          name: "Datasources",
          value: (
            <>
              <code>{datasourceList === null ? "built-in order" : datasourceList.join(", ")}</code>
              {decidedBy !== null && <small className="mono">{placeText(decidedBy)}</small>}
            </>
          ),
        },
        { name: "Left over", value: listOr(cloudInit.leftoverInstances, "no instances") },
      ]}
    />
  );
}

function SshdList({ sshd }: { sshd: NonNullable<ImageFacts["sshd"]> }) {
  const atBoot = sshd.maskedBy === null ? yesNo(sshd.enabledAtBoot) : `masked by ${placeText(sshd.maskedBy)}`;
  return (
    <FactsList
      title="SSH server"
      facts={[
        {
          name: "Binary",
          value: sshd.binaryPath === null ? "not installed" : <code>{sshd.binaryPath}</code>,
        },
        {
          name: "At boot",
          value: (
            <>
              {atBoot}
              {sshd.enabledBy !== null && <small className="mono">{placeText(sshd.enabledBy)}</small>}
            </>
          ),
        },
        {
          name: "Host keys",
          value: sshd.hostKeys.length === 0 ? "none" : `${sshd.hostKeys.length} in the image`,
        },
        { name: "Made anew by", value: sshd.hostKeysRegeneratedBy ?? "nobody" },
      ]}
    />
  );
}

function BootList({ boot }: { boot: NonNullable<ImageFacts["boot"]> }) {
  return (
    <FactsList
      title="Boot"
      facts={[
        {
          name: "BIOS",
          value: boot.biosBootCode ? (boot.grubCore ? "boot code, GRUB" : "boot code") : "no boot code",
        },
        { name: "UEFI", value: boot.efiRemovablePath === null ? "no" : <code>{boot.efiRemovablePath}</code> },
        boot.rootSpec === null ? null : { name: "Root", value: <code>{boot.rootSpec}</code> },
        boot.kernelCommandLine === null
          ? null
          : { name: "Kernel line", value: <code>{boot.kernelCommandLine}</code> },
        boot.serialConsole === null ? null : { name: "Serial console", value: yesNo(boot.serialConsole) },
      ]}
    />
  );
}
