import { boot } from "./boot.ts";
import type { Defect } from "./defect.ts";
import { fileAndDisk } from "./file-and-disk.ts";
import { firstBoot } from "./first-boot.ts";
import { hygiene } from "./hygiene.ts";
import { installerDefects } from "./installers.ts";

/** Everything that the judge can find, one thing at a time; names are stable. */
export const defects: readonly Defect[] = [
  ...fileAndDisk,
  ...boot,
  ...firstBoot,
  ...hygiene,
  ...installerDefects,
];
