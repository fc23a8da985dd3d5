import type { ImageFacts } from "#contract/facts.ts";
import { sizeText } from "#core/lib/size-text.ts";
import { counted, firstOf, group, listOr, placeText, type FactGroup, type FactRow } from "./fact-group.ts";

const machineIdWords = {
  absent: "none",
  empty: "empty, made at first boot",
  uninitialized: "made at first boot",
  set: "set: every copy would have the same",
} as const;

export function identityGroup({ identity }: ImageFacts): FactGroup | null {
  if (identity === null) return null;
  const list = (name: string, entries: readonly string[]): FactRow | null =>
    entries.length === 0 ? null : { name, value: firstOf(entries, 4), code: true };
  const gist = identity.machineId === "set" ? "machine-id is set" : `machine-id ${identity.machineId}`;
  return group("identity", "Identity", gist, [
    { name: "machine-id", value: machineIdWords[identity.machineId] },
    identity.dbusMachineId ? { name: "D-Bus id", value: "a file of its own" } : null,
    { name: "Host name", value: identity.hostname ?? "not set" },
    { name: "Login keys", value: listOr(identity.authorizedKeys.slice(0, 8), "none") },
    list("Random seeds", identity.randomSeeds),
    list("DHCP state", identity.dhcpState),
    list("udev rules", identity.udevNetRules.map(placeText)),
  ]);
}

export function accountsGroup({ accounts }: ImageFacts): FactGroup | null {
  if (accounts === null) return null;
  if (accounts.length === 0) {
    return group("accounts", "Passwords", "none", [{ name: "Accounts", value: "no password opens one" }]);
  }
  return group(
    "accounts",
    "Passwords",
    firstOf(
      accounts.map(({ user }) => user),
      3,
    ),
    [],
    [
      {
        label: "Accounts with a password",
        head: ["Account", "Password", "May become root"],
        rows: accounts.slice(0, 50).map(({ user, uid, password, mayBecomeRoot }) => ({
          cells: [user, password === "empty" ? "empty" : "set", mayBecomeRoot ? "yes" : "no"],
          hint: uid === null ? "" : `uid ${uid}`,
        })),
      },
    ],
  );
}

export function leftoversGroup({ leftovers }: ImageFacts): FactGroup | null {
  if (leftovers === null) return null;
  if (leftovers.length === 0) {
    return group("leftovers", "Left behind", "nothing", [{ name: "Found", value: "nothing to tidy up" }]);
  }
  const totalBytes = leftovers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return group(
    "leftovers",
    "Left behind",
    `${counted(leftovers.length, "place")}, ${sizeText(totalBytes)}`,
    [],
    [
      {
        label: "Left behind",
        head: ["Path", "What", "Size"],
        rows: leftovers.slice(0, 200).map(({ path, detail, sizeBytes, kind }) => ({
          cells: [path, detail, sizeText(sizeBytes)],
          hint: kind.replaceAll("-", " "),
        })),
      },
    ],
  );
}
