import type { LeftoverFacts } from "#contract/facts-identity.ts";
import type { Survey } from "./survey.ts";

/** Folders in which package managers keep what can be fetched again. */
const caches: readonly (readonly [path: string, detail: string, counts: RegExp])[] = [
  ["/var/cache/apt/archives", "packages fetched by apt", /\.deb$/],
  ["/var/lib/apt/lists", "package lists of apt", /^(?!lock$)/],
  ["/var/cache/apt", "index of apt", /^(?:src)?pkgcache\.bin$/],
  ["/var/cache/dnf", "cache of dnf", /./],
  ["/var/cache/libdnf5", "cache of dnf", /./],
  ["/var/cache/yum", "cache of yum", /./],
  ["/var/cache/zypp", "cache of zypper", /./],
  ["/var/cache/pacman/pkg", "packages fetched by pacman", /./],
  ["/var/lib/pacman/sync", "package lists of pacman", /./],
  ["/var/cache/apk", "cache of apk", /./],
  ["/etc/apk/cache", "cache of apk", /./],
  ["/var/cache/xbps", "packages fetched by xbps", /./],
  ["/var/cache/distfiles", "sources fetched by portage", /./],
  ["/var/cache/binpkgs", "packages made by portage", /./],
  ["/var/cache/pkg", "packages fetched by pkg", /./],
  ["/var/lib/snapd/cache", "packages fetched by snapd", /./],
  ["/root/.cache/pip", "packages fetched by pip", /./],
  ["/root/.npm/_cacache", "packages fetched by npm", /./],
];

export async function findPackageCaches(survey: Survey): Promise<LeftoverFacts[]> {
  const sums = await Promise.all(
    caches.map(([path, , counts]) => survey.sum(path, (name) => counts.test(name))),
  );
  return caches.flatMap(([path, detail], index): LeftoverFacts[] => {
    const { files, sizeBytes } = sums[index] ?? { files: 0, sizeBytes: 0 };
    if (files === 0) return [];
    const count = `${files} file${files === 1 ? "" : "s"}`;
    return [{ kind: "package-cache", path, detail: `${detail}, ${count}`, sizeBytes }];
  });
}
