import type { CallName, InputOf, ItemOf, OutputOf } from "#contract/contract.ts";
import type { AppState, Change } from "#contract/state.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { Client } from "#rpc/api.ts";
import type { Channel } from "#rpc/channel.ts";
import { isoLook } from "./sample-workbench.ts";
import { consoleText } from "./console-text.ts";
import { publishingAnswers } from "./fake-publishing.ts";
import { report } from "./sample-report.ts";
import { jobs } from "./sample-jobs.ts";
import { machines } from "./sample-state.ts";

export interface FakeCore {
  client: Client;
  connect: () => Promise<Channel>;
}

/** ?flood=<MiB>: so much text through the console first, to see how the window takes it. */
async function* flood(): AsyncGenerator<Uint8Array> {
  const sizeMiB = Number(new URLSearchParams(window.location.search).get("flood") ?? 0);
  const line = "[    1.027745] sd 2:0:0:0: [sda] 16777216 512-byte logical blocks: (8.59 GB/8.00 GiB)\r\n";
  const chunk = new TextEncoder().encode(line.repeat(380));
  for (let sent = 0; sent < sizeMiB * 1024 * 1024; sent += chunk.length) yield chunk.slice();
  if (sizeMiB > 0) yield new TextEncoder().encode("FLOOD-END\r\n");
}

/**
 * A core that lives in the page: holds a state, answers commands by changing it, plays a console. For designing the
 * window only; it proves nothing about the product. null: no core answers.
 */
export function createFakeCore(state: AppState | null): FakeCore {
  let seq = 1;
  const watchers = new Set<(event: ItemOf<"state.watch">) => void>();
  const change = (...changes: Change[]) => {
    if (state === null) return;
    seq += 1;
    for (const one of changes) {
      const entries: Record<string, unknown> = state[one.collection];
      if (one.value === null) delete entries[one.id];
      else entries[one.id] = one.value;
    }
    for (const tell of watchers) tell({ type: "patch", seq, changes: structuredClone(changes) });
  };
  const setPower = (id: string, power: "off" | "running") => {
    const machine = state?.machines[id];
    if (machine === undefined) return;
    const startedAt = power === "running" ? new Date().toISOString() : machine.startedAt;
    change({ collection: "machines", id, value: { ...machine, power, startedAt } });
  };

  const setRecording = (id: string, recording: boolean) => {
    const machine = state?.machines[id];
    if (machine !== undefined) change({ collection: "machines", id, value: { ...machine, recording } });
  };

  /** The calls that a designer clicks on. */
  const answers: { [N in CallName]?: (input: InputOf<N>) => OutputOf<N> } = {
    "machines.create": (input) => {
      const id = "m-new";
      const name = input.name;
      change({
        collection: "machines",
        id,
        value: { ...machines.installing, id, name, power: "off", transcriptBytes: 0, startedAt: null },
      });
      return { machineId: id };
    },
    "machines.start": ({ machineId }) => (setPower(machineId, "running"), {}),
    "machines.powerButton": ({ machineId }) => (setPower(machineId, "off"), {}),
    "machines.forceOff": ({ machineId }) => (setPower(machineId, "off"), {}),
    "check.run": ({ subject }) => {
      const made = report(subject);
      change({ collection: "reports", id: made.key, value: made });
      return made;
    },
    "check.dismiss": ({ key }) => (change({ collection: "reports", id: key, value: null }), {}),
    "check.export": ({ format }) => ({
      text: `A report as ${format}\n`,
      mediaType: "text/plain",
      suggestedName: `disk-check.${format}`,
    }),
    "images.compact": () => {
      change({ collection: "jobs", id: jobs.compacting.id, value: jobs.compacting });
      return { jobId: jobs.compacting.id };
    },
    "practice.run": () => {
      change({ collection: "jobs", id: jobs.practice.id, value: jobs.practice });
      return { jobId: jobs.practice.id };
    },
    "images.delete": ({ imageId }) => (change({ collection: "images", id: imageId, value: null }), {}),
    "notices.dismiss": ({ noticeId }) => (change({ collection: "notices", id: noticeId, value: null }), {}),
    "jobs.dismiss": ({ jobId }) => (change({ collection: "jobs", id: jobId, value: null }), {}),
    "console.write": () => ({}),
    ...publishingAnswers(() => state, change),
    "isos.look": ({ path }) => ({ ...isoLook, path }),
    "isos.answers": () => ({
      answers: {
        kind: "preseed",
        handOver: "initrd",
        label: "preseed",
        files: [{ name: "preseed.cfg", text: "d-i debian-installer/locale string en_US.UTF-8\n" }],
      },
      commandLine: "auto=true priority=critical",
      note: null,
    }),
    "guest.status": () => ({ reachable: true, username: "golden", reason: "" }),
    "terminals.open": () => ({ terminalId: "t-1" }),
    "terminals.resize": () => ({}),
    "terminals.write": () => ({}),
    "terminals.close": () => ({}),
    "recipes.check": () => ({
      variables: [],
      problems: [{ line: 4, column: 7, message: "There is no step `expct`; `expect`?" }],
    }),
    "recording.start": ({ machineId }) => (setRecording(machineId, true), {}),
    "recording.stop": ({ machineId }) => (
      setRecording(machineId, false),
      { recipe: "name: recorded\nsteps:\n  - expect: 'login:'\n  - type: root\n" }
    ),
  };
  const client: Client = {
    call: async (name, input, signal) => {
      // ?slow: reading takes its time, to see what is shown meanwhile.
      const slow = name === "check.run" && new URLSearchParams(window.location.search).has("slow");
      await new Promise((resolve) => setTimeout(resolve, slow ? 30_000 : 150));
      if (signal?.aborted === true) throw new AppError("cancelled", "Cancelled");
      const answer = answers[name] as ((given: typeof input) => OutputOf<typeof name>) | undefined;
      if (answer === undefined) throw new AppError("internal", `The core in memory has no ${name}`);
      return answer(input);
    },
    async *stream(name, _input, signal) {
      if (name === "check.progress") {
        // ?slow is an archive of 2 GiB that takes half a minute.
        for (let done = 0; signal?.aborted !== true && done < 30; done += 1) {
          yield { doneBytes: (done / 30) * 2 ** 31, totalBytes: 2 ** 31 } as never;
          await new Promise((resolve) => setTimeout(resolve, 1000));
        }
        return;
      }
      if (state === null) return;
      const waiting: ItemOf<"state.watch">[] = [{ type: "snapshot", seq, state: structuredClone(state) }];
      let wake: () => void = () => undefined;
      const tell = (event: ItemOf<"state.watch">) => {
        waiting.push(event);
        wake();
      };
      watchers.add(tell);
      signal?.addEventListener("abort", () => wake());
      while (signal?.aborted !== true) {
        const event = waiting.shift();
        if (event !== undefined) yield event as never;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
      watchers.delete(tell);
    },
    async *bytes(name, input, signal) {
      if (name !== "console.read" || !("machineId" in input)) return;
      const { machineId } = input;
      const fromByte = "fromByte" in input ? (input.fromByte ?? 0) : 0;
      const bytes = new TextEncoder().encode(consoleText(machineId));
      yield* flood();
      for (let at = fromByte; at < bytes.length; at += 4096) yield bytes.slice(at, at + 4096);
      await new Promise((resolve) => signal?.addEventListener("abort", resolve));
    },
  };
  return {
    client,
    connect: () =>
      state === null
        ? Promise.reject(
            new AppError("network", "Goldsmith does not answer", {
              hint: "Is `goldsmith serve` still running?",
            }),
          )
        : Promise.resolve({
            send: () => undefined,
            onFrame: () => () => undefined,
            onClose: () => () => undefined,
          }),
  };
}
