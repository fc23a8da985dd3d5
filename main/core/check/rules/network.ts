import type { ImageFacts } from "#contract/facts.ts";
import type { NetworkInterfaceFacts } from "#contract/facts-provisioning.ts";
import {
  advice,
  hasSystem,
  listText,
  pass,
  placeText,
  unknown,
  type Case,
  type Outcome,
  type Rule,
} from "#core/check/rule.ts";
import { hygieneSource, networkConfigDocument } from "./documents.ts";

type Network = NonNullable<ImageFacts["network"]>;

/** Daemons that ask for an address on any card without being told. */
const selfActing = ["network-manager", "dhcpcd", "connman"];
/** netplan is a generator and has no service; NetworkManager reads Red Hat's ifcfg files too. */
const readers: Readonly<Record<string, readonly string[]>> = { ifcfg: ["ifcfg", "network-manager"] };

function isInUse(network: Network, { tool, method }: NetworkInterfaceFacts): boolean {
  if (method === "disabled" || method === "link-local") return false;
  if (tool === "netplan" || network.enabledTools.length === 0) return true;
  return (readers[tool] ?? [tool]).some((name) => network.enabledTools.includes(name));
}

const inUse = ({ facts: { network } }: Case): NetworkInterfaceFacts[] =>
  network === null ? [] : network.interfaces.filter((each) => isInUse(network, each));

/** Files that cloud-init writes for one machine and writes anew for the next. */
const isOwn = ({ where }: NetworkInterfaceFacts): boolean =>
  /\/(?:[0-9]+-)?cloud-init[^/]*$|\/50-cloud-init/.test(where.path);

/** Whether cloud-init sets the network up at the first boot, with what the provider hands over. */
const isSetByCloudInit = ({ facts: { cloudInit } }: Case): boolean =>
  cloudInit !== null && cloudInit.enabledAtBoot && cloudInit.networkDisabledBy === null;

const hasNetwork = (subject: Case): boolean => hasSystem(subject) && subject.facts.network !== null;

const ownConsequence =
  "cloud-init wrote it for an earlier machine. It writes it anew where it sees a new machine; until then it counts.";

const describe = (found: readonly NetworkInterfaceFacts[]): string =>
  listText([...new Set(found.map(({ name }) => name))]);
const places = (found: readonly NetworkInterfaceFacts[]): string =>
  listText([...new Set(found.map(({ where }) => placeText(where)))]);

function judgeSetup(subject: Case): Outcome | readonly Outcome[] {
  const { facts, profile } = subject;
  const { network, cloudInit } = facts;
  if (network === null)
    return unknown("How the network is set up could not be told", "Its configuration could not be read.");
  if (isSetByCloudInit(subject))
    return pass("cloud-init sets up the network with what the provider hands over");
  const where = placeText(cloudInit?.networkDisabledBy ?? null);
  if (profile.network.value === "seed") {
    if (where === "") return []; // cloud-init.installed and cloud-init.enabled say so
    const title = `cloud-init is kept from setting up the network by ${where}`;
    const consequence =
      "The machine has no address: the provider hands one over by cloud-init and has no DHCP.";
    return { level: "error", title, where, consequence, source: profile.network.source };
  }
  const dynamic = inUse(subject).filter(({ method }) => method === "dhcp" || method === "mixed");
  if (dynamic.length > 0)
    return pass(`The network is set up by DHCP on ${describe(dynamic)}`, places(dynamic));
  if (inUse(subject).length > 0) return []; // network.static
  const daemon = selfActing.find((name) => network.enabledTools.includes(name));
  if (daemon !== undefined) return pass(`${daemon} sets up the network by DHCP`);
  if (network.enabledTools.length === 0) {
    const why = "None of the programs that do it was recognised; the system may have a script of its own.";
    return unknown("How the network is set up is not known", why, where);
  }
  return { level: "error", title: "Nothing sets up the network at boot", where };
}

export const networkRules: readonly Rule[] = [
  {
    id: "network.setup",
    title: "The network is set up as the provider hands it over",
    applies: hasSystem,
    source: () => networkConfigDocument,
    consequence: "The machine has no network.",
    fix: advice(
      "Delete the line that keeps cloud-init from it, or set up DHCP for every card.",
      "restore-cloud-init-network",
    ),
    evaluate: judgeSetup,
  },
  {
    id: "network.static",
    title: "No address of one machine is fixed in the image",
    applies: hasNetwork,
    source: (profile) => profile.network.source,
    consequence: "Every machine asks for the same address, which is not the one that the provider gave it.",
    fix: advice("Set the card to DHCP, or leave it to cloud-init.", "use-dhcp"),
    evaluate: (subject) => {
      const fixed = inUse(subject).filter(({ method }) => method === "static" || method === "mixed");
      if (fixed.length === 0) return pass("No address is fixed");
      const addresses = listText([...new Set(fixed.flatMap((each) => each.addresses))]);
      const title = `A fixed address is set for ${describe(fixed)}${addresses === "" ? "" : `: ${addresses}`}`;
      const where = places(fixed);
      if (isSetByCloudInit(subject) && fixed.every(isOwn))
        return { level: "warning", title, where, consequence: ownConsequence };
      const isBeside = fixed.every(({ method }) => method === "mixed");
      const isDoubtful = isBeside || subject.profile.network.value === "either";
      return { level: isDoubtful ? "warning" : "error", title, where };
    },
  },
  {
    id: "network.mac-pinned",
    title: "The network is not tied to one card",
    applies: hasNetwork,
    source: hygieneSource,
    consequence: "The machine has no network: its card has another MAC address.",
    fix: advice("Delete `macaddress` and `set-name` (netplan), HWADDR (ifcfg) or mac-address.", "unpin-mac"),
    evaluate: (subject) => {
      const pinned = inUse(subject).filter(({ pinnedTo }) => pinnedTo === "mac");
      if (pinned.length === 0) return pass("The network is not tied to a MAC address");
      const macs = listText([...new Set(pinned.map(({ mac }) => mac ?? "").filter((mac) => mac !== ""))]);
      const title = `The network is tied to one card${macs === "" ? "" : `: ${macs}`}`;
      const where = places(pinned);
      if (!isSetByCloudInit(subject)) return { level: "error", title, where };
      if (pinned.every(isOwn)) return { level: "warning", title, where, consequence: ownConsequence };
      const consequence =
        "cloud-init sets up the machine's own card, but the boot may wait for the old one, and its name may be taken.";
      return { level: "warning", title, where, consequence };
    },
  },
  {
    id: "network.name-pinned",
    title: "The network works whatever the card is called",
    applies: (subject) => hasNetwork(subject) && !isSetByCloudInit(subject),
    source: () => networkConfigDocument,
    consequence: "The machine has no network where its card has another name.",
    fix: advice("Match all cards (`match: {name: e*}`), or leave it to cloud-init.", "unpin-mac"),
    evaluate: (subject) => {
      const classic = subject.facts.network?.classicNames === true;
      const named = inUse(subject).filter(
        ({ pinnedTo, name }) => pinnedTo === "name" && !(classic && name === "eth0"),
      );
      if (named.length === 0) return pass("The network is not tied to the name of a card");
      return {
        level: "warning",
        title: `The network is set up for ${describe(named)} only`,
        where: places(named),
      };
    },
  },
];
