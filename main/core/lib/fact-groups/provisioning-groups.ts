import type { ImageFacts } from "#contract/facts.ts";
import {
  counted,
  firstOf,
  group,
  listOr,
  placeText,
  rowAt,
  yesNo,
  type FactGroup,
  type FactRow,
} from "./fact-group.ts";

type CloudInit = NonNullable<ImageFacts["cloudInit"]>;

export function cloudInitGroup({ cloudInit }: ImageFacts): FactGroup | null {
  if (cloudInit === null) return null;
  const version = cloudInit.version ?? "version unknown";
  const runs = cloudInit.enabledAtBoot && cloudInit.disabledBy === null;
  return group("cloud-init", "cloud-init", `${version}, ${runs ? "runs at boot" : "off"}`, [
    { name: "Version", value: version },
    cloudInit.disabledBy === null
      ? { name: "At boot", value: yesNo(cloudInit.enabledAtBoot) }
      : rowAt("At boot", "disabled", cloudInit.disabledBy),
    rowAt("Datasources", cloudInit.datasourceList?.join(", ") ?? "built-in order", cloudInit.decidedBy),
    places("Overruled", cloudInit.overruled),
    dsIdentifyRow(cloudInit),
    places("Seeds", cloudInit.seeds),
    places("Installer files", cloudInit.installerFiles),
    cloudInit.networkDisabledBy === null
      ? null
      : rowAt("Network", "not set up by cloud-init", cloudInit.networkDisabledBy),
    cloudInit.defaultUser === null ? null : { name: "User", value: cloudInit.defaultUser, code: true },
    cloudInit.disableRoot === null
      ? null
      : { name: "Root login", value: cloudInit.disableRoot ? "refused" : "allowed" },
    cloudInit.sshPasswordAuth === null ? null : { name: "Passwords", value: cloudInit.sshPasswordAuth },
    { name: "Left over", value: listOr(cloudInit.leftoverInstances.slice(0, 4), "no instances") },
  ]);
}

const places = (name: string, all: CloudInit["seeds"]): FactRow | null =>
  all.length === 0 ? null : { name, value: firstOf(all.map(placeText), 4), code: true };

function dsIdentifyRow({ dsIdentify }: CloudInit): FactRow | null {
  if (dsIdentify === null) return null;
  if (dsIdentify.forced !== null)
    return rowAt("ds-identify", `forced to ${dsIdentify.forced}`, dsIdentify.forcedFrom);
  if (dsIdentify.policy !== null) return rowAt("ds-identify", dsIdentify.policy, dsIdentify.policyFrom);
  return { name: "ds-identify", value: dsIdentify.installed ? "its own policy" : "not installed" };
}

export function provisionersGroup({ provisioners }: ImageFacts): FactGroup | null {
  if (provisioners === null || provisioners.length === 0) return null;
  return group(
    "provisioners",
    "First boot",
    provisioners.map(({ name }) => name).join(", "),
    provisioners.map(({ name, path, enabledAtBoot }) => ({
      name,
      value: enabledAtBoot ? "runs at boot" : "off",
      where: path,
    })),
  );
}

/** What decides who gets in; the rest of sshd_config is in the JSON. */
const shownSettings = [
  ["port", "Port"],
  ["permitrootlogin", "Root login"],
  ["passwordauthentication", "Passwords"],
  ["pubkeyauthentication", "Keys"],
  ["allowusers", "Users"],
] as const;

export function sshdGroup({ sshd }: ImageFacts): FactGroup | null {
  if (sshd === null) return null;
  const { binaryPath } = sshd;
  const gist =
    binaryPath === null
      ? "not installed"
      : sshd.maskedBy !== null
        ? "masked"
        : sshd.enabledAtBoot
          ? "starts at boot"
          : "does not start";
  return group("sshd", "SSH server", gist, [
    binaryPath === null
      ? { name: "Program", value: "not installed" }
      : { name: "Program", value: binaryPath, code: true },
    sshd.maskedBy === null
      ? rowAt("At boot", yesNo(sshd.enabledAtBoot), sshd.enabledBy)
      : rowAt("At boot", "masked", sshd.maskedBy),
    ...shownSettings.map(([key, name]) => {
      const setting = sshd.settings[key];
      return setting === undefined ? null : rowAt(name, setting.value, setting.where);
    }),
    ...sshd.matchBlocks
      .slice(0, 4)
      .map(({ criteria, where }) => rowAt("Exception", `Match ${criteria}`, where)),
    {
      name: "Host keys",
      value: sshd.hostKeys.length === 0 ? "none" : `${sshd.hostKeys.length} in the image`,
    },
    { name: "Made anew by", value: sshd.hostKeysRegeneratedBy ?? "nobody" },
  ]);
}

export function networkGroup({ network }: ImageFacts): FactGroup | null {
  if (network === null) return null;
  const { interfaces, enabledTools, classicNames } = network;
  const pinned = interfaces.filter(({ pinnedTo }) => pinnedTo !== null).length;
  const fixed = interfaces.filter(({ method }) => method === "static").length;
  const gist =
    interfaces.length === 0
      ? listOr(enabledTools, "nothing sets it up")
      : [
          counted(interfaces.length, "interface"),
          ...(fixed > 0 ? [`${fixed} static`] : []),
          ...(pinned > 0 ? [`${pinned} pinned`] : []),
        ].join(", ");
  return group(
    "network",
    "Network",
    gist,
    [
      { name: "Set up by", value: listOr(enabledTools, "nothing that starts at boot") },
      { name: "Names", value: classicNames ? "eth0, eth1" : "by slot (ens3, enp1s0)" },
    ],
    [
      {
        label: "Interfaces",
        head: ["Interface", "Address", "Pinned to", "By"],
        rows: interfaces.slice(0, 50).map(({ name, method, addresses, pinnedTo, mac, tool, where }) => ({
          cells: [
            name,
            addresses.length === 0 ? method : `${method} ${addresses.join(", ")}`,
            pinnedTo === null ? "–" : (mac ?? pinnedTo),
            tool,
          ],
          hint: placeText(where),
        })),
      },
    ],
  );
}
