import type { FileTree } from "#core/image/filesystem/file-tree.ts";

/** A program and what starts it, by the names of distributions and of its makers. */
export interface GuestProgram<Name extends string = string> {
  readonly name: Name;
  /** The first one that is there counts. */
  readonly paths: readonly string[];
  readonly units: readonly string[];
}

/** Agents of a cloud that also set a machine up at its first boot. */
export const provisioningAgents = [
  {
    name: "waagent",
    paths: ["/usr/sbin/waagent", "/usr/bin/waagent"],
    units: ["walinuxagent.service", "waagent.service"],
  },
  {
    name: "google-guest-agent",
    paths: ["/usr/bin/google_guest_agent", "/usr/bin/google_guest_agent_manager"],
    units: ["google-guest-agent.service", "google-guest-agent-manager.service"],
  },
] as const satisfies readonly GuestProgram[];

/** `kind`: what it must be; anything without it. */
export async function firstExisting(
  tree: FileTree,
  paths: readonly string[],
  kind?: "file",
): Promise<string | null> {
  for (const path of paths) {
    const stat = await tree.stat(path);
    if (stat !== null && (kind === undefined || stat.kind === kind)) return path;
  }
  return null;
}
