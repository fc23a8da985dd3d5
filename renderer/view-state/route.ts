/** What the main pane shows. It is the window's address (`#/machine/<id>/console`), so reload and back work. */
export type MachineTab = "console" | "display" | "guest" | "checkpoints" | "check" | "details";
export type Route =
  | { screen: "home" }
  | { screen: "machine"; id: string; tab: MachineTab }
  | { screen: "image"; id: string }
  | { screen: "report"; key: string }
  | { screen: "account"; id: string }
  | { screen: "remote" }
  | { screen: "remote-image"; id: string }
  | { screen: "staging"; id: string }
  | { screen: "activity" }
  | { screen: "job"; id: string }
  /** Publishes that were started together, by the id of any of their jobs. */
  | { screen: "batch"; id: string }
  | { screen: "settings" }
  | { screen: "isos" }
  | { screen: "doctor" };

const machineTabs: readonly string[] = [
  "console",
  "display",
  "guest",
  "checkpoints",
  "check",
  "details",
] satisfies MachineTab[];

export function routeToHash(route: Route): string {
  switch (route.screen) {
    case "home":
      return "#/";
    case "machine":
      return `#/machine/${encodeURIComponent(route.id)}/${route.tab}`;
    case "image":
    case "account":
    case "remote-image":
    case "staging":
    case "batch":
    case "job":
      return `#/${route.screen}/${encodeURIComponent(route.id)}`;
    case "report":
      return `#/report/${encodeURIComponent(route.key)}`;
    case "activity":
    case "remote":
    case "settings":
    case "isos":
    case "doctor":
      return `#/${route.screen}`;
  }
}

/** Anything that is no address leads home. */
export function hashToRoute(hash: string): Route {
  const [screen, rawId = "", tab = ""] = hash.replace(/^#\/?/, "").split("/");
  const id = decode(rawId);
  if (isPlain(screen)) return { screen };
  if (id === "") return { screen: "home" };
  if (screen === "machine") return { screen, id, tab: isMachineTab(tab) ? tab : "console" };
  if (isOfOne(screen)) return { screen, id };
  if (screen === "report") return { screen, key: id };
  return { screen: "home" };
}

const plain = ["isos", "activity", "remote", "settings", "doctor"] as const;
const ofOne = ["image", "account", "remote-image", "staging", "batch", "job"] as const;
const isPlain = (text: string | undefined): text is (typeof plain)[number] =>
  (plain as readonly (string | undefined)[]).includes(text);
const isOfOne = (text: string | undefined): text is (typeof ofOne)[number] =>
  (ofOne as readonly (string | undefined)[]).includes(text);
const isMachineTab = (text: string): text is MachineTab => machineTabs.includes(text);

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
