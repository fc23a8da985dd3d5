import type { ImageFacts } from "#contract/facts.ts";
import type { PlatformShape } from "#providers/profile.ts";

/** What ds-identify looks at. */
export interface Machine {
  readonly dmi: PlatformShape["dmi"];
  /** Labels of all filesystems: the provider's drives and the image's own partitions. */
  readonly labels: readonly string[];
  readonly commandLine: string;
  readonly architecture: string;
}

type Check = (machine: Machine) => boolean;

const vendor =
  (...names: string[]): Check =>
  ({ dmi }) =>
    dmi.sysVendor !== undefined && names.includes(dmi.sysVendor);
const product =
  (pattern: RegExp): Check =>
  ({ dmi }) =>
    pattern.test(dmi.productName ?? "");
const assetTag =
  (...tags: string[]): Check =>
  ({ dmi }) =>
    dmi.chassisAssetTag !== undefined && tags.includes(dmi.chassisAssetTag);
const label =
  (...names: string[]): Check =>
  ({ labels }) =>
    names.some((name) => labels.includes(name));
const any =
  (...checks: Check[]): Check =>
  (machine) =>
    checks.some((check) => check(machine));
const word =
  (text: string): Check =>
  ({ commandLine }) =>
    ` ${commandLine} `.includes(` ${text} `);

const configDrive = label("config-2", "CONFIG-2");
const isX86 = (architecture: string): boolean => /^(?:i.86|x86_64)$/.test(architecture);

/** The dscheck_* functions of tools/ds-identify, as far as a virtual machine under QEMU can meet them. */
const checks: Readonly<Record<string, Check>> = {
  Akamai: vendor("Linode", "Akamai"),
  AliYun: product(/^Alibaba Cloud ECS$/),
  Azure: assetTag("7783-7084-3265-9085-8269-3286-77"),
  CloudCIX: product(/^CloudCIX$/),
  CloudSigma: product(/^CloudSigma$/),
  CloudStack: product(/^CloudStack/),
  ConfigDrive: configDrive,
  DigitalOcean: vendor("DigitalOcean"),
  Ec2: ({ dmi }) =>
    dmi.productSerial?.endsWith(".brightbox.com") === true ||
    dmi.chassisAssetTag?.endsWith(".zstack.io") === true ||
    dmi.sysVendor === "e24cloud",
  Exoscale: product(/^Exoscale/),
  GCE: ({ dmi }) =>
    dmi.productName === "Google Compute Engine" || dmi.productSerial?.startsWith("GoogleCloud-") === true,
  Hetzner: vendor("Hetzner"),
  MAAS: ({ commandLine }) =>
    commandLine.includes("cloud-config-url=") && commandLine.includes("iqn.2004-05.com.ubuntu:maas"),
  NoCloud: any(label("cidata", "CIDATA"), ({ dmi }) => ` ${dmi.productSerial ?? ""}`.includes(" ds=nocloud")),
  NWCS: vendor("NWCS"),
  OpenNebula: label("CONTEXT", "CDROM"),
  OpenStack: (machine) =>
    !configDrive(machine) &&
    any(
      product(/^OpenStack (?:Nova|Compute)$/),
      assetTag("OpenTelekomCloud", "SAP CCloud VM", "HUAWEICLOUD", "OpenStack Nova", "OpenStack Compute"),
    )(machine),
  Oracle: assetTag("OracleCloud.com"),
  RbxCloud: label("CLOUDMD", "cloudmd"),
  Scaleway: any(vendor("Scaleway"), word("scaleway")),
  SmartOS: product(/^SmartDC/),
  UpCloud: vendor("UpCloud"),
  Vultr: any(vendor("Vultr"), word("vultr")),
};

export type Answer = "found" | "maybe" | "not-found";
type DsIdentify = NonNullable<NonNullable<ImageFacts["cloudInit"]>["dsIdentify"]>;

/** The answer of one check: what lies in the image itself counts as much as the platform. */
export function detect(name: string, machine: Machine, dsIdentify: DsIdentify): Answer {
  const isInImage = (datasource: string): boolean =>
    dsIdentify.foundInImage.some((found) => found.datasource === datasource);
  if (name === "None") return "not-found";
  // a seed of a configuration drive hides OpenStack's service just as the drive does
  if (name === "OpenStack" && (isInImage("ConfigDrive") || configDrive(machine))) return "not-found";
  if (isInImage(name) || checks[name]?.(machine) === true) return "found";
  // programs that do not take `ds=` as forced look for it here
  const isAsked = ` ${machine.commandLine}`.includes(" ds=nocloud");
  if (name === "NoCloud" && !dsIdentify.kernelDsForces && isAsked) return "found";
  if (name === "Ec2" && dsIdentify.maybeEc2) return "maybe";
  if (name === "OpenStack" && !isX86(machine.architecture)) return "maybe";
  return "not-found";
}

/** `platform` under this image: its partitions' labels are seen as well. */
export function machineOf(facts: ImageFacts, platform: PlatformShape): Machine {
  const filesystems = [...facts.partitions, ...facts.logicalVolumes].map(({ filesystem }) => filesystem);
  const own = filesystems.flatMap((filesystem) => filesystem?.label ?? []);
  return {
    dmi: platform.dmi,
    labels: [...platform.drives.map((drive) => drive.label), ...own],
    commandLine: facts.boot?.kernelCommandLine ?? "",
    architecture: facts.os?.architecture ?? "x86_64",
  };
}
