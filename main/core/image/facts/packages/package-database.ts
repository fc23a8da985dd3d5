import type { PackagesFacts } from "#contract/facts-system.ts";

/** The packages that a system's package manager holds for installed. */
export interface PackageDatabase {
  readonly facts: PackagesFacts;
  /**
   * `[epoch:]version[-release]` as the package manager prints it; null when it is not installed. Of several
   * versions that are installed side by side (kernels) the last one in the database.
   */
  versionOf(name: string): Promise<string | null>;
}

/** No system has so many; a database that claims more is not counted to the end. */
export const maxPackages = 100_000;
