import type { FoundConfig } from "#contract/account.ts";
import { foundId, type Candidate } from "./candidate.ts";
import { contaboCandidate } from "./contabo.ts";
import { ociCandidate } from "./oci.ts";
import { s3Candidate } from "./s3-candidate.ts";
import { variable, type World } from "./world.ts";

const tool = "environment";

/** What the tools themselves would take from variables; offered by the names of the variables, never their values. */
export async function findInEnvironment(world: World): Promise<Candidate[]> {
  return [
    ...digitalOcean(world),
    ...spaces(world),
    ...amazon(world),
    ...contabo(world, "CNTB", "contabo"),
    ...contabo(world, "FYBE", "fybe"),
    ...(await oci(world)),
  ];
}

/** doctl, the Terraform provider and godo. */
function digitalOcean(world: World): Candidate[] {
  const apiBase = variable(world, "DIGITALOCEAN_API_URL");
  return ["DIGITALOCEAN_ACCESS_TOKEN", "DIGITALOCEAN_TOKEN"].flatMap((where) => {
    const token = variable(world, where);
    if (token === null) return [];
    const found: FoundConfig = {
      id: foundId(tool, where, ""),
      tool,
      provider: "digitalocean",
      becomes: "account",
      name: "DigitalOcean",
      where,
      needsPassphrase: false,
      asks: [],
      missing: null,
    };
    const base = apiBase === null ? {} : { apiBase: apiBase.replace(/\/+$/, "") };
    return [
      { found, take: () => ({ kind: "account", provider: "digitalocean", ...base, fields: { token } }) },
    ];
  });
}

function spaces(world: World): Candidate[] {
  const [id, secret] = ["SPACES_ACCESS_KEY_ID", "SPACES_SECRET_ACCESS_KEY"];
  if (id === undefined || secret === undefined || variable(world, id) === null) return [];
  const region = variable(world, "SPACES_REGION") ?? "nyc3";
  return [
    s3Candidate(
      { tool, where: `${id}, ${secret}`, section: "spaces", name: "DigitalOcean Spaces" },
      {
        accessKeyId: variable(world, id),
        secretAccessKey: variable(world, secret),
        sessionToken: null,
        region,
        endpoint: variable(world, "SPACES_ENDPOINT_URL") ?? `https://${region}.digitaloceanspaces.com`,
      },
    ),
  ];
}

/** "Environment variables to configure the AWS CLI". */
function amazon(world: World): Candidate[] {
  if (variable(world, "AWS_ACCESS_KEY_ID") === null) return [];
  const first = (...names: string[]): string | null =>
    names.map((name) => variable(world, name)).find((value) => value !== null) ?? null;
  return [
    s3Candidate(
      { tool, where: "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY", section: "aws", name: "AWS" },
      {
        accessKeyId: first("AWS_ACCESS_KEY_ID"),
        secretAccessKey: first("AWS_SECRET_ACCESS_KEY"),
        sessionToken: first("AWS_SESSION_TOKEN"),
        region: first("AWS_REGION", "AWS_DEFAULT_REGION"),
        endpoint: first("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"),
      },
    ),
  ];
}

/** The command line reads `CNTB_OAUTH2-CLIENTID`; shells cannot set a dash, so people write an underscore. */
function contabo(world: World, prefix: string, provider: "contabo" | "fybe"): Candidate[] {
  const setting = (name: string): string | null => {
    const dashed = `${prefix}_${name.toUpperCase()}`;
    return variable(world, dashed.replaceAll("-", "_")) ?? variable(world, dashed);
  };
  if (setting("oauth2-clientid") === null) return [];
  const name = provider === "contabo" ? "Contabo" : "Fybe";
  return [contaboCandidate({ tool, where: `${prefix}_OAUTH2_*`, name, provider, section: "" }, setting)];
}

/** "CLI Environment Variables" of OCI. */
async function oci(world: World): Promise<Candidate[]> {
  if (variable(world, "OCI_CLI_TENANCY") === null) return [];
  const names: Readonly<Record<string, string>> = { pass_phrase: "PASSPHRASE" };
  const setting = (name: string): string | null =>
    variable(world, `OCI_CLI_${names[name] ?? name.toUpperCase()}`);
  return [await ociCandidate(world, { tool, where: "OCI_CLI_*", section: "", name: "OCI" }, setting)];
}
