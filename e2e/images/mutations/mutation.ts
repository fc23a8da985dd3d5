import type { ProviderId } from "#contract/finding.ts";
import type { MutableDisk } from "#e2e/images/mutable-disk.ts";
import type { RootKind } from "#e2e/fixtures/debian-volume.ts";

/**
 * What sets the verdict apart from the sound image's: `+ level rule-id` for each new finding that did not pass, `-` for
 * one that is gone. `all` is for every provider, the others come on top.
 */
export type Expected = Partial<Record<ProviderId | "all", readonly string[]>>;

export interface Mutation {
  readonly name: string;
  /** The fixture that is changed; ext4 on GPT unless said. */
  readonly base?: readonly [RootKind, "gpt" | "mbr"];
  readonly change: (disk: MutableDisk) => Promise<void>;
  readonly expected: Expected;
}
