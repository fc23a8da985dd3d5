import type { Ports } from "#ports/ports.ts";
import type { ProcessIdentity } from "#ports/processes.ts";
import { AgentWatch } from "./agent-watch.ts";
import { setGuestClock } from "./guest-agent.ts";
import { GuestWatch } from "./guest-watch.ts";
import type { QemuExit } from "./launch-qemu.ts";
import type { MachineFolder } from "./machine-folder.ts";
import type { RunRecord } from "./machine-record.ts";
import type { MachineState } from "./machine-state.ts";
import type { QmpExecute } from "./qmp-client.ts";
import { RunFollower } from "./run-follower.ts";

/** A QEMU that runs and everything held open for it here. */
export interface Following {
  readonly run: RunRecord;
  readonly identity: ProcessIdentity;
  readonly follower: RunFollower;
  readonly watch: GuestWatch;
  readonly agent: AgentWatch;
  /** null when another process started it. */
  readonly exited: Promise<QemuExit> | null;
  shutdownReason: string | null;
}

export interface FollowDeps {
  readonly ports: Ports;
  readonly folder: MachineFolder;
  readonly state: MachineState;
  readonly execute: QmpExecute;
  readonly onRecordChange: () => void;
  readonly onSlept: (sleptMs: number) => void;
  /** What a killed app had left frozen goes on. */
  readonly onThawed: () => void;
  /** Once, when the process is gone. */
  readonly onEnd: (following: Following) => void;
}

/** Begins to look after a run; `start` on what it answers lets it see. */
export function followRun(
  { ports, folder, state, execute, onRecordChange, onSlept, onThawed, onEnd }: FollowDeps,
  run: RunRecord,
  { identity, exited }: Pick<Following, "identity" | "exited">,
): Following {
  const resume = async (): Promise<void> => void (await execute("cont"));
  const onWake = (sleptMs: number): void => {
    onSlept(sleptMs);
    // The guest's own clock has stood still, or runs behind: its agent sets it by the hardware clock.
    if (state.view.agentVersion !== null) void setGuestClock(run.sockets.agent);
  };
  const watch = new GuestWatch({ ports, folder, state, run, resume, onRecordChange, onSlept: onWake });
  const agent = new AgentWatch({
    log: ports.log,
    state,
    socketPath: run.sockets.agent,
    execute,
    leftover: { ports, folder: folder.path, agentSocket: run.sockets.agent },
    onThawed,
  });
  const follower = new RunFollower(
    ports,
    { identity, sockets: run.sockets },
    {
      onPower: (power) => {
        if (power === "stopping") watch.powerButtonPressed();
        else if (power === "running") watch.runs();
        else state.update({ power });
      },
      onShutdown: (reason) => {
        following.shutdownReason = reason;
        state.update({ power: "stopping" });
      },
      onDiskError: (noSpace) => watch.diskError(noSpace),
      onEnd: () => onEnd(following),
    },
  );
  const following: Following = { run, identity, follower, watch, agent, exited, shutdownReason: null };
  return following;
}

export async function startFollowing({ exited, follower, watch, agent }: Following): Promise<void> {
  void exited?.then(() => follower.look());
  await follower.start();
  await watch.tick();
  void agent.look();
}

export async function stopFollowing({ agent, watch, follower }: Following): Promise<void> {
  await agent.close();
  await watch.close();
  await follower.close();
}
