import { join } from "node:path";

/** Where files lie that are handed to the operator of the practice panel whose state is in this folder. */
export const operatorStorage = (emulatorFolder: string): string => join(emulatorFolder, "storage");
