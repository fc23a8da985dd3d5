import type { ImageFacts } from "#contract/facts.ts";
import type { Where } from "#contract/where.ts";
import type { PlatformShape } from "#providers/profile.ts";
import { machineOf, type Machine } from "./detection.ts";
import { identify, searchedList, type Identified } from "./identify.ts";

type CloudInit = NonNullable<ImageFacts["cloudInit"]>;

export interface Choice {
  /** `None`: cloud-init runs without any data. null: it does not run, or gives up. */
  readonly chosen: string | null;
  /** The data lies in the image itself and would be taken on every platform. */
  readonly isFromImage: boolean;
  /** Others that would have had data too, in the order in which they would have been asked. */
  readonly alternatives: readonly string[];
  readonly decidedBy: Where | null;
  /** One sentence without a full stop. */
  readonly because: string;
}

/** cloudinit/settings.py: the order where neither a file nor ds-identify says anything. */
const builtInList =
  "NoCloud ConfigDrive LXD OpenNebula DigitalOcean Azure AltCloud OVF MAAS GCE OpenStack AliYun Vultr Ec2 CloudSigma CloudStack SmartOS Bigstep Scaleway Hetzner IBMCloud Oracle Exoscale RbxCloud UpCloud VMware NWCS Akamai WSL CloudCIX None".split(
    " ",
  );

/**
 * The datasource that cloud-init of this image takes on a machine of this shape: ds-identify narrows the list,
 * then the first of it that has data is taken (cloudinit.sources.find_source). A seed whose content is no valid
 * metadata, and a service that does not answer, are taken for good here.
 */
export function chooseDatasource(facts: ImageFacts, platform: PlatformShape): Choice {
  const { cloudInit } = facts;
  const none = { chosen: null, isFromImage: false, alternatives: [] };
  if (cloudInit === null) return { ...none, decidedBy: null, because: "cloud-init is not installed" };
  if (!cloudInit.enabledAtBoot)
    return { ...none, decidedBy: cloudInit.disabledBy, because: "cloud-init does not start" };
  const machine = machineOf(facts, platform);
  const { dsIdentify } = cloudInit;
  const identified: Identified =
    dsIdentify === null || !dsIdentify.installed
      ? { kind: "own", by: "policy" }
      : identify(dsIdentify, machine);
  if (identified.kind === "disabled") {
    const searched = dsIdentify === null ? [] : searchedList(dsIdentify);
    const decidedBy = dsIdentify?.readsListFrom ?? dsIdentify?.policyFrom ?? null;
    const because =
      identified.by === "policy"
        ? "ds-identify's policy switches cloud-init off"
        : `ds-identify finds none of ${shortly(searched)} and switches cloud-init off`;
    return {
      ...none,
      decidedBy: identified.by === "policy" ? (dsIdentify?.policyFrom ?? null) : decidedBy,
      because,
    };
  }
  const own = cloudInit.datasourceList ?? builtInList;
  const isKernelList = isFromKernel(facts, cloudInit);
  const list = identified.kind === "list" && !isKernelList ? identified.list : own;
  return chooseFrom(list, identified, isKernelList);

  function chooseFrom(names: readonly string[], by: Identified, kernel: boolean): Choice {
    const candidates = names.filter((name) => hasData(name, machine, platform, cloudInit));
    const [chosen] = candidates;
    const inImage = dsIdentify?.foundInImage.find(({ datasource }) => datasource === chosen);
    const isServed = chosen !== undefined && servedBy(chosen, machine, platform);
    const fromList = cloudInit?.decidedBy ?? null;
    const listWhere =
      by.kind === "list" && by.by !== "forced" ? (dsIdentify?.readsListFrom ?? fromList) : fromList;
    const decidedBy = kernel
      ? fromList
      : by.kind === "list" && by.by === "forced"
        ? (dsIdentify?.forcedFrom ?? null)
        : listWhere;
    if (chosen === undefined) {
      const because = `none of ${shortly(names)} has data here`;
      return { ...none, chosen: names.includes("None") ? "None" : null, decidedBy, because };
    }
    const isFromImage = !isServed;
    const where =
      isFromImage && inImage !== undefined && by.kind === "list" && by.by === "found"
        ? inImage.where
        : decidedBy;
    const origin = isFromImage ? "its data lies in the image itself" : `${platform.name} has its data`;
    return {
      chosen,
      isFromImage,
      alternatives: candidates.slice(1),
      decidedBy: where,
      because: `${reason(by, names)} and ${origin}`,
    };
  }
}

const shortly = (names: readonly string[]): string => {
  const shown = names.filter((name) => name !== "None");
  if (shown.length === 0) return "the datasources";
  return shown.length > 4
    ? `${shown.slice(0, 4).join(", ")} and ${shown.length - 4} others`
    : shown.join(", ");
};

function reason(by: Identified, names: readonly string[]): string {
  if (by.kind !== "list") return "it is the first in cloud-init's list that has data";
  if (by.by === "forced") return "it is forced";
  if (by.by === "single") return "it is the only one in the list";
  const others = names.filter((name) => name !== "None").slice(1);
  return others.length === 0
    ? "ds-identify recognises it alone"
    : `it stands before ${others.join(", ")} in the list`;
}

/** `cc:` of the kernel command line is read after ds-identify's result. */
const isFromKernel = (facts: ImageFacts, { decidedBy }: CloudInit): boolean =>
  /cc:.*datasource_list/.test(facts.boot?.kernelCommandLine ?? "") &&
  decidedBy !== null &&
  decidedBy.path === facts.boot?.commandLineFrom?.path &&
  decidedBy.line === facts.boot.commandLineFrom.line;

const driveLabels: Readonly<Record<string, string>> = {
  ConfigDrive: "config-2",
  NoCloud: "cidata",
  OpenNebula: "context",
  RbxCloud: "cloudmd",
};

function servedBy(name: string, machine: Machine, platform: PlatformShape): boolean {
  if (platform.services.some(({ datasource }) => datasource === name)) return true;
  if (name === "NoCloud" && ` ${machine.dmi.productSerial ?? ""}`.includes(" ds=nocloud")) return true;
  return platform.drives.some(({ label }) => label.toLowerCase() === driveLabels[name]);
}

function hasData(
  name: string,
  machine: Machine,
  platform: PlatformShape,
  cloudInit: CloudInit | null,
): boolean {
  if (name === "None") return false;
  if (servedBy(name, machine, platform)) return true;
  if (machine.labels.some((label) => label.toLowerCase() === driveLabels[name])) return true;
  // `ds=nocloud` alone is data enough for NoCloud
  if (name === "NoCloud" && /(?:^|\s)ds=nocloud/.test(machine.commandLine)) return true;
  // MAAS in the settings names a server that is not on this platform
  const inImage = cloudInit?.dsIdentify?.foundInImage ?? [];
  return name !== "MAAS" && inImage.some(({ datasource }) => datasource === name);
}
