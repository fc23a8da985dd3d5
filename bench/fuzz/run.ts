import { basename } from "node:path";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import type { FuzzMessage, FuzzOptions } from "./worker.ts";

/**
 * `node bench/fuzz/run.ts [--seed N] [--seconds N] [--iterations N] [--attributes A,B] IMAGE…`: damages the
 * metadata of a bare filesystem image of any known type again and again and walks what is left. Iteration i of
 * seed N is the only one of `--seed N+i --iterations 1`. Ends with 1 after a violation: an error that is not
 * `image-unreadable`, an answer of a wrong shape, more than 1 s of CPU or 100 MiB of memory, a hang.
 */
/** The walks of the undamaged image, before the first iteration, take some seconds too. */
const hangMs = 60_000;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    seconds: { type: "string", default: "60" },
    iterations: { type: "string", default: "1000000000" },
    attributes: { type: "string", default: "security.selinux,user.remote,user.attr7" },
  },
});
if (positionals.length === 0) throw new Error("Which image?");

let violations = 0;
for (const image of positionals) {
  violations += await fuzz({
    image,
    seed: Number(values.seed),
    seconds: Number(values.seconds) / positionals.length,
    maxIterations: Number(values.iterations),
    attributes: values.attributes.split(","),
  });
}
process.exitCode = violations === 0 ? 0 : 1;

async function fuzz(options: FuzzOptions): Promise<number> {
  const worker = new Worker(new URL("worker.ts", import.meta.url), { workerData: options });
  let found = 0;
  let current = 0;
  const report = (iteration: number, what: string): void => {
    found++;
    console.log(`VIOLATION in ${basename(options.image)}, seed ${options.seed + iteration}: ${what}`);
  };
  console.log(`${basename(options.image)}: seed ${options.seed}, ${Math.round(options.seconds)} s`);
  const { promise, resolve } = Promise.withResolvers<void>();
  const hang = setTimeout(() => {
    report(current, "it hangs");
    resolve();
  }, hangMs);
  worker.on("message", (message: FuzzMessage) => {
    if (message.kind === "start") {
      current = message.iteration;
      hang.refresh(); // counts again from now
    } else if (message.kind === "violation") report(message.iteration, message.what);
    else {
      console.log(
        `  ${message.iterations} iterations, ${message.nodes} nodes read, slowest ${Math.round(message.slowestMs)} ms of CPU, ${found} violations`,
      );
      for (const [text, count] of message.refusals.toSorted((a, b) => b[1] - a[1])) {
        console.log(`  ${String(count).padStart(8)}  ${text}`);
      }
      resolve();
    }
  });
  worker.on("error", (error) => {
    report(current, error instanceof Error ? error.message : String(error));
    resolve();
  });
  await promise;
  clearTimeout(hang);
  await worker.terminate();
  return found;
}
