import type { LeftoverFacts } from "#contract/facts-identity.ts";
import { keyHeadBytes, privateKeyForm } from "./private-key-form.ts";
import type { Survey } from "./survey.ts";

/** No folder is looked through further than this. */
const maxPerFolder = 200;
const maxDepth = 3;

const looksLikeKey = /\.(?:key|pem|priv|p12|pfx|ppk)$|key\.pem$|^privkey/i;
const any = /./;

/** Folders where servers keep private keys, how deep they go and which names may be one. */
const keyFolders: readonly { readonly path: string; readonly name: RegExp; readonly depth: number }[] = [
  { path: "/etc/ssl/private", name: any, depth: 1 },
  { path: "/etc/ssl", name: looksLikeKey, depth: 0 },
  { path: "/etc/pki/tls/private", name: any, depth: 1 },
  { path: "/etc/letsencrypt", name: /^privkey.*\.pem$|^private_key\.json$|_key-certbot\.pem$/, depth: 5 },
  { path: "/etc/wireguard", name: any, depth: 0 },
  { path: "/etc/openvpn", name: /\.(?:key|ovpn|conf|p12|pem)$/, depth: 3 },
  { path: "/etc/ipsec.d/private", name: any, depth: 0 },
  { path: "/etc/swanctl/private", name: any, depth: 0 },
  { path: "/etc/nginx", name: looksLikeKey, depth: 2 },
  { path: "/etc/apache2", name: looksLikeKey, depth: 2 },
  { path: "/etc/httpd", name: looksLikeKey, depth: 2 },
  { path: "/etc/haproxy", name: looksLikeKey, depth: 2 },
  { path: "/etc/kubernetes", name: looksLikeKey, depth: 3 },
  { path: "/var/lib/kubelet/pki", name: looksLikeKey, depth: 0 },
  { path: "/etc/docker", name: looksLikeKey, depth: 2 },
];

/** Private keys in `.ssh` and `.gnupg` of homes, by their content, and where servers keep theirs. */
export async function findPrivateKeys(survey: Survey, homes: readonly string[]): Promise<LeftoverFacts[]> {
  const inHomes = homes.map(async (home) => {
    const names = new Set((await survey.list(home)).map((entry) => entry.name));
    const folders = [
      ...(names.has(".ssh") ? [findIn(survey, `${home}/.ssh`, any, 1)] : []),
      ...(names.has(".gnupg")
        ? [gnupgKeys(survey, `${home}/.gnupg`), findIn(survey, `${home}/.gnupg`, /^secring/, 0)]
        : []),
    ];
    const here = [...names].filter((name) => /\.(?:pem|ppk|key)$|^id_[a-z0-9_]+$/.test(name));
    const keys = here.slice(0, maxPerFolder).map((name) => keyAt(survey, `${home}/${name}`));
    return (await Promise.all([...folders, ...keys])).flat();
  });
  const inFolders = keyFolders.map(({ path, name, depth }) => findIn(survey, path, name, depth));
  return (await Promise.all([...inHomes, ...inFolders])).flat();
}

async function findIn(
  survey: Survey,
  folder: string,
  wanted: RegExp,
  depth: number,
): Promise<LeftoverFacts[]> {
  const entries = (await survey.list(folder)).slice(0, maxPerFolder);
  const found = entries.map(async ({ name, kind }): Promise<LeftoverFacts[]> => {
    const path = `${folder}/${name}`;
    if (kind === "directory")
      return depth > 0 ? findIn(survey, path, wanted, Math.min(depth, maxDepth + 2) - 1) : [];
    if (!wanted.test(name) || /\.pub$|^known_hosts|^authorized_keys/.test(name)) return [];
    return kind === "symlink" ? [] : keyAt(survey, path);
  });
  return (await Promise.all(found)).flat();
}

async function keyAt(survey: Survey, path: string): Promise<LeftoverFacts[]> {
  const sizeBytes = await survey.sizeOf(path);
  if (sizeBytes === 0) return [];
  const found = (detail: string): LeftoverFacts[] => [{ kind: "private-key", path, detail, sizeBytes }];
  if (/\.(?:p12|pfx)$/i.test(path)) return found("PKCS #12 key store");
  const head = (await survey.head(path, keyHeadBytes)) ?? Buffer.alloc(0);
  if (isSnakeoil(path)) return found("Self-signed test key of the package ssl-cert");
  const form = privateKeyForm(head);
  if (form !== null) return found(form);
  const text = head.toString("latin1");
  if (/^[ \t]*PrivateKey\s*=\s*[A-Za-z0-9+/]{42,44}=?/m.test(text)) return found("WireGuard private key");
  if (path.endsWith("/private_key.json") && /"d"\s*:\s*"/.test(text)) return found("ACME account key");
  return [];
}

/** Debian's ssl-cert makes one at installation so that servers can start; nobody trusts it. */
const isSnakeoil = (path: string): boolean => path === "/etc/ssl/private/ssl-cert-snakeoil.key";

async function gnupgKeys(survey: Survey, folder: string): Promise<LeftoverFacts[]> {
  const path = `${folder}/private-keys-v1.d`;
  const { files, sizeBytes } = await survey.sum(path, (name) => name.endsWith(".key"));
  if (files === 0) return [];
  const detail = files === 1 ? "OpenPGP private key" : `${files} OpenPGP private keys`;
  return [{ kind: "private-key", path, detail, sizeBytes }];
}
