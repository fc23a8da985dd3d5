import type { LeftoverFacts } from "#contract/facts-identity.ts";
import type { Survey } from "./survey.ts";

type Kind = Extract<LeftoverFacts["kind"], "cloud-credential" | "token">;

/** A file that holds a way into somewhere else. `holds`: what must stand in it; null: anything. */
interface Secret {
  readonly path: string;
  readonly kind: Kind;
  readonly detail: string;
  readonly holds: RegExp | null;
}

const cloud = (path: string, detail: string, holds: RegExp | null = null): Secret => ({
  path,
  kind: "cloud-credential",
  detail,
  holds,
});
const token = (path: string, detail: string, holds: RegExp | null = null): Secret => ({
  path,
  kind: "token",
  detail,
  holds,
});

const kubernetes =
  /^[ \t]*(?:client-key-data|client-key|token|password|id-token|refresh-token)["']?\s*:\s*\S{4}/m;
const registry = /"(?:auth|identitytoken|registrytoken)"\s*:\s*"[^"]{4}/;
const yamlToken =
  /^[ \t]*(?:access-token|oauth_token|token|api_token|secret-key|secret_key)["']?\s*[:=]\s*["']?\S{6}/m;

/** Below a home, as the tools themselves document where they keep them. */
const homeSecrets: readonly Secret[] = [
  cloud(".aws/credentials", "AWS credentials", /aws_(?:secret_access_key|session_token)\s*=\s*\S/),
  cloud(".aws/config", "AWS credentials", /aws_secret_access_key\s*=\s*\S/),
  cloud(".boto", "AWS or Google credentials", /(?:secret_access_key|refresh_token)\s*=\s*\S/),
  cloud(".config/gcloud/credentials.db", "Google Cloud credentials"),
  cloud(".config/gcloud/access_tokens.db", "Google Cloud access tokens"),
  cloud(
    ".config/gcloud/application_default_credentials.json",
    "Google Cloud credentials",
    /refresh_token|private_key/,
  ),
  cloud(".azure/accessTokens.json", "Azure access tokens", /oken/),
  cloud(".azure/msal_token_cache.json", "Azure access tokens", /oken/),
  cloud(".azure/service_principal_entries.json", "Azure service principal", /secret|oken/),
  cloud(
    ".config/doctl/config.yaml",
    "DigitalOcean token of doctl",
    /^[ \t]*access-token\s*:\s*["']?[A-Za-z0-9]/m,
  ),
  cloud(
    ".oci/config",
    "Oracle Cloud configuration of a user",
    /^[ \t]*(?:key_file|security_token_file)\s*=\s*\S/m,
  ),
  cloud(".config/hcloud/cli.toml", "Hetzner Cloud token", /token\s*=\s*["']\S/),
  cloud(".config/linode-cli", "Linode token", /token\s*=\s*\S/),
  cloud(".config/scw/config.yaml", "Scaleway secret key", yamlToken),
  cloud(".config/cntb/config.yaml", "Contabo API password", /(?:secret|password)\s*:\s*\S/),
  cloud(".cntb.yaml", "Contabo API password", /(?:secret|password)\s*:\s*\S/),
  cloud(".config/openstack/clouds.yaml", "OpenStack password", /(?:password|secret)\s*:\s*\S/),
  cloud(".config/openstack/secure.yaml", "OpenStack password", /(?:password|secret)\s*:\s*\S/),
  cloud(".kube/config", "Kubernetes access", kubernetes),
  cloud(".docker/config.json", "Container registry login", registry),
  cloud(".config/containers/auth.json", "Container registry login", registry),
  cloud(".s3cfg", "S3 secret key", /^[ \t]*secret_key\s*=\s*\S/m),
  cloud(
    ".config/rclone/rclone.conf",
    "rclone access",
    /^[ \t]*(?:pass|token|secret_access_key|key|client_secret|service_account_credentials)\s*=\s*\S/m,
  ),
  cloud(".rclone.conf", "rclone access", /^[ \t]*(?:pass|token|secret_access_key)\s*=\s*\S/m),
  cloud(".terraform.d/credentials.tfrc.json", "Terraform token", /"token"\s*:\s*"\S/),
  cloud(".terraformrc", "Terraform token", /token\s*=\s*"\S/),
  cloud("terraform.tfstate", "Terraform state, which has secrets in clear", /"resources"/),
  token(".netrc", "Passwords of netrc", /\bpassword\s+\S/),
  token(".git-credentials", "Git password or token", /:\/\/[^\s:@]{0,200}:[^\s@]{1,300}@/),
  token(".config/git/credentials", "Git password or token", /:\/\/[^\s:@]{0,200}:[^\s@]{1,300}@/),
  token(".config/gh/hosts.yml", "GitHub token", yamlToken),
  token(".config/glab-cli/config.yml", "GitLab token", yamlToken),
  token(".npmrc", "npm token", /_(?:authToken|auth|password)\s*=\s*[^\s$]/),
  token(".yarnrc.yml", "npm token", /npmAuth(?:Token|Ident)\s*:\s*["']?[^\s$"']/),
  token(".pypirc", "PyPI password", /^[ \t]*password\s*[:=]\s*\S/m),
  token(".gem/credentials", "RubyGems key", /api_key\s*:\s*\S/),
  token(".cargo/credentials", "crates.io token", /token\s*=\s*"\S/),
  token(".cargo/credentials.toml", "crates.io token", /token\s*=\s*"\S/),
  token(".composer/auth.json", "Composer token", /oauth|http-basic|bearer/),
  token(".vault-token", "Vault token"),
  token(".my.cnf", "MySQL password", /^[ \t]*password\s*=\s*\S/m),
  token(
    ".pgpass",
    "PostgreSQL password",
    /^[^#\s][^:\n]{0,200}:[^:\n]{0,20}:[^:\n]{0,200}:[^:\n]{0,200}:\S/m,
  ),
  token(".m2/settings.xml", "Maven password", /<password>[^<{$]/),
  token(".config/composer/auth.json", "Composer token", /oauth|http-basic|bearer/),
];

const systemSecrets: readonly Secret[] = [
  cloud("/etc/kubernetes/admin.conf", "Kubernetes access", kubernetes),
  cloud("/etc/kubernetes/super-admin.conf", "Kubernetes access", kubernetes),
  cloud("/etc/rancher/k3s/k3s.yaml", "Kubernetes access", kubernetes),
  cloud("/var/lib/rancher/k3s/server/token", "k3s cluster token"),
  cloud("/etc/openstack/clouds.yaml", "OpenStack password", /(?:password|secret)\s*:\s*\S/),
  cloud("/etc/boto.cfg", "AWS or Google credentials", /secret_access_key\s*=\s*\S/),
  cloud("/etc/passwd-s3fs", "S3 secret key"),
  cloud("/etc/davfs2/secrets", "WebDAV password", /^[ \t]*[^#\s]\S{0,300}\s+\S+\s+\S/m),
  token("/etc/vault-token", "Vault token"),
  token("/etc/ppp/chap-secrets", "PPP password", /^[ \t]*[^#\s]\S{0,100}\s+\S+\s+\S/m),
  token("/etc/ipsec.secrets", "IPsec secret", /:\s*(?:PSK|EAP|XAUTH)\s+["']?\S/),
  token("/etc/tailscale/authkey", "Tailscale key"),
  token("/var/lib/tailscale/tailscaled.state", "Tailscale identity", /_machinekey|_profiles/),
  token("/etc/gitlab-runner/config.toml", "GitLab runner token", /token\s*=\s*"\S/),
];

/** Patterns that start at a line's begin pass over blanks only: over line breaks too they would take the square of it. */
const maxBytes = 64 * 1024;

/** Files with credentials for clouds and services, in homes and in /etc. */
export async function findCredentials(survey: Survey, homes: readonly string[]): Promise<LeftoverFacts[]> {
  const inHomes = homes.map(async (home) => {
    const names = new Set((await survey.list(home)).map((entry) => entry.name));
    const there = homeSecrets.filter(({ path }) => names.has(path.split("/", 1)[0] ?? ""));
    return Promise.all(there.map((secret) => look(survey, secret, `${home}/${secret.path}`)));
  });
  const inSystem = Promise.all(systemSecrets.map((secret) => look(survey, secret, secret.path)));
  const [homeFound, systemFound] = await Promise.all([Promise.all(inHomes), inSystem]);
  return [...homeFound.flat(2), ...systemFound.flat()];
}

async function look(survey: Survey, { kind, detail, holds }: Secret, path: string): Promise<LeftoverFacts[]> {
  const sizeBytes = await survey.sizeOf(path);
  if (sizeBytes === 0) return [];
  if (holds !== null) {
    const text = (await survey.head(path, maxBytes))?.toString("latin1") ?? "";
    if (!holds.test(text)) return [];
  }
  return [{ kind, path, detail, sizeBytes }];
}
