import type { TextLine } from "#core/image/facts/text-lines.ts";
import { keywordLines } from "./keyword-lines.ts";
import { withDefaultFirst, type RawEntry, type RawMenu } from "./raw-entry.ts";

interface Image {
  readonly kernel: string;
  readonly line: number;
  readonly values: Map<string, string>;
}

/** lilo.conf(5): settings above the first `image=` count for all. */
export function parseLilo(lines: readonly TextLine[]): RawMenu {
  const common = new Map<string, string>();
  const images: Image[] = [];
  for (const { key, value: quoted, line } of keywordLines(lines)) {
    const value = quoted.replace(/^"(.*)"$/, "$1");
    if (key === "image") images.push({ kernel: value, line, values: new Map() });
    else if (key === "other") images.push({ kernel: "", line, values: new Map() });
    else (images.at(-1)?.values ?? common).set(key, value);
  }
  const byLabel = new Map<string, RawEntry>();
  for (const { kernel, line, values } of images.filter((image) => image.kernel !== "")) {
    const setting = (key: string): string => values.get(key) ?? common.get(key) ?? "";
    const root = setting("root").replace(/^.*$/, (spec) => (spec === "" ? "" : `root=${spec}`));
    const initrd = setting("initrd");
    byLabel.set(values.get("label") ?? kernel, {
      kernel,
      initrds: initrd === "" ? [] : [initrd],
      options: [root, setting("append")].filter((part) => part !== "").join(" "),
      line,
    });
  }
  return withDefaultFirst([...byLabel.values()], byLabel.get(common.get("default") ?? "") ?? null);
}
