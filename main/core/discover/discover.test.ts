import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FoundConfigSchema, type FoundConfig } from "#contract/account.ts";
import { StagingConnectSchema } from "#contract/staging.ts";
import { manifests } from "#providers/manifests.ts";
import { manifest as oci } from "#providers/oci/manifest.ts";
import { discover, readFound, type World } from "./discover.ts";

/** Stands for every secret; searched for in everything that is shown. */
const canary = "canary-secret-4711";
let home: string;

beforeEach(async () => void (home = await mkdtemp(join(tmpdir(), "goldsmith-discover-"))));
afterEach(() => rm(home, { recursive: true, force: true }));

const world = (env: World["env"] = {}, platform: World["platform"] = "linux"): World => ({
  home,
  env,
  platform,
});
async function put(path: string, ...lines: string[]): Promise<string> {
  const full = join(home, path);
  await mkdir(dirname(full), { recursive: true });
  await writeFile(full, lines.join("\n"));
  return full;
}
async function only(where: World): Promise<FoundConfig> {
  const found = await discover(where);
  expect(found).toHaveLength(1);
  return FoundConfigSchema.parse(found[0]);
}
const none = { fields: {} };

describe("discover", () => {
  it("finds nothing in an empty home", async () => {
    expect(await discover(world())).toEqual([]);
  });

  it("finds the contexts of doctl and takes over a token with its address", async () => {
    await put(
      ".config/doctl/config.yaml",
      `access-token: ${canary}-1`,
      "api-url: https://api.example/",
      "auth-contexts:",
      '  default: "true"',
      `  work: ${canary}-2`,
      "context: default",
    );
    const found = await discover(world());
    expect(found.map(({ name, missing }) => [name, missing])).toEqual([
      ["doctl: work", null],
      ["doctl: default", null],
    ]);
    const taken = await Promise.all(found.map(({ id }) => readFound(world(), id, none)));
    expect(taken).toEqual(
      [2, 1].map((each) => ({
        kind: "account",
        provider: "digitalocean",
        apiBase: "https://api.example",
        fields: { token: `${canary}-${each}` },
      })),
    );
  });

  it.each([
    ["darwin", {}, "Library/Application Support/doctl/config.yaml"],
    ["linux", { XDG_CONFIG_HOME: "{home}/xdg" }, "xdg/doctl/config.yaml"],
    ["linux", {}, "snap/doctl/current/.config/doctl/config.yaml"],
    ["win32", { APPDATA: "{home}/roaming" }, "roaming/doctl/config.yaml"],
  ] as const)("knows where doctl keeps it on %s with %j", async (platform, env, path) => {
    await put(path, `access-token: ${canary}`);
    const filled = Object.entries(env).map(([name, value]) => [name, value.replace("{home}", home)]);
    expect((await only(world(Object.fromEntries(filled), platform))).where).toBe(join(home, path));
  });

  it.each([
    ["cntb", "contabo"],
    ["fybe", "fybe"],
  ] as const)("finds %s", async (tool, provider) => {
    await put(
      `.${tool}.yaml`,
      "api: https://api.example",
      "oauth2-clientid: DE-1",
      `oauth2-client-secret: ${canary}`,
      "oauth2-tokenurl: https://auth.example/token",
      "oauth2-user: me@example.org",
      `oauth2-password: "${canary}:p"`,
    );
    const found = await only(world());
    expect(found).toMatchObject({ tool, provider, becomes: "account", missing: null });
    expect(await readFound(world(), found.id, none)).toMatchObject({
      kind: "account",
      provider,
      apiBase: "https://api.example",
    });
    await put(`.${tool}.yaml`, "oauth2-clientid: DE-1");
    expect((await only(world())).missing).toContain("password");
  });
});

describe("OCI profiles", () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const encrypted = privateKey
    .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: canary })
    .toString();

  it("fall back to DEFAULT, with key and session token out of their files", async () => {
    await put("keys/api.pem", pem);
    await put(".oci/token", `${canary}-token`, "");
    await put(
      ".oci/config",
      "[DEFAULT]",
      "tenancy=ocid1.tenancy.oc1..a",
      "user=ocid1.user.oc1..u",
      "fingerprint=aa:bb",
      "region=eu-frankfurt-1",
      "key_file=~/keys/api.pem",
      "[OTHER]",
      "region=us-ashburn-1",
      "[SESSION]",
      "security_token_file=~/.oci/token",
      "[BROKEN]",
      "key_file=~/keys/none.pem",
      "[EMPTY]",
    );
    const found = await discover(world());
    expect(found.map(({ name, missing }) => [name, missing])).toEqual([
      ["OCI: DEFAULT", null],
      ["OCI: OTHER", null],
      ["OCI: SESSION", null],
      ["OCI: BROKEN", "its key file is not there"],
    ]);
    const [main, other, session] = await Promise.all(
      found.slice(0, 3).map(({ id }) => readFound(world(), id, none)),
    );
    const fields = {
      tenancy: "ocid1.tenancy.oc1..a",
      user: "ocid1.user.oc1..u",
      fingerprint: "aa:bb",
      region: "eu-frankfurt-1",
      privateKey: pem,
    };
    expect(main).toEqual({ kind: "account", provider: "oci", fields });
    expect(other).toMatchObject({ fields: { ...fields, region: "us-ashburn-1" } });
    expect(session).toMatchObject({ fields: { ...fields, securityToken: `${canary}-token` } });
    await expect(readFound(world(), found[3]?.id ?? "", none)).rejects.toMatchObject({ code: "bad-input" });
  });

  it("ask for the passphrase of an encrypted key that the file does not hold", async () => {
    await put("api.pem", encrypted);
    const lines = ["[DEFAULT]", "tenancy=t", "user=u", "region=r", "key_file=~/api.pem"];
    const where = await put("elsewhere/config", ...lines);
    const here = world({ OCI_CONFIG_FILE: where });
    const found = await only(here);
    expect(found).toMatchObject({ where, needsPassphrase: true, missing: null });
    await expect(readFound(here, found.id, none)).rejects.toMatchObject({ code: "bad-input" });
    const taken = await readFound(here, found.id, { ...none, passphrase: canary });
    expect(taken).toMatchObject({ fields: { passphrase: canary } });
    await put("elsewhere/config", ...lines, `pass_phrase=${canary}`);
    expect(await only(here)).toMatchObject({ needsPassphrase: false });
    expect(await readFound(here, found.id, none)).toMatchObject({ fields: { passphrase: canary } });
  });

  it("send no other file than a private key along", async () => {
    await put(".oci/config", "[DEFAULT]", "tenancy=t", "user=u", "region=r", "key_file=/etc/passwd");
    const found = await only(world());
    expect(found.missing).toBe("its key file holds no private key");
  });
});

describe("AWS profiles", () => {
  it("join both files, say what they lack, and become storages with a bucket", async () => {
    await put(
      ".aws/credentials",
      "[default]",
      "aws_access_key_id = AKID",
      `aws_secret_access_key = ${canary}/+=`,
      "[temporary]",
      "aws_access_key_id = A",
      `aws_secret_access_key = ${canary}`,
      `aws_session_token = ${canary}`,
    );
    await put(
      ".aws/config",
      "[default]",
      "region = eu-central-1",
      "[profile spaces]",
      "aws_access_key_id = DO",
      `aws_secret_access_key = ${canary}`,
      "region = fra1",
      "services = do",
      "[services do]",
      "s3 =",
      "  endpoint_url = https://fra1.digitaloceanspaces.com/",
      "[profile role]",
      "role_arn = arn:aws:iam::1:role/x",
    );
    const found = await discover(world());
    const missing = Object.fromEntries(found.map(({ name, missing: words }) => [name, words]));
    expect(missing).toEqual({
      "AWS: default": null,
      "AWS: temporary": expect.stringContaining("temporary"),
      "AWS: spaces": null,
      "AWS: role": expect.stringContaining("no access key"),
    });
    const asked = found.find(({ name }) => name === "AWS: spaces")?.asks;
    expect(asked?.filter(({ required }) => required)).toMatchObject([{ name: "bucket" }]);
    const idOf = (name: string): string => found.find((each) => each.name === name)?.id ?? "";
    await expect(readFound(world(), idOf("AWS: default"), none)).rejects.toMatchObject({ code: "bad-input" });
    const fields = { bucket: "images" };
    expect(await readFound(world(), idOf("AWS: default"), { fields })).toEqual({
      kind: "staging",
      place: {
        kind: "s3",
        endpoint: "https://s3.eu-central-1.amazonaws.com",
        region: "eu-central-1",
        bucket: "images",
        accessKeyId: "AKID",
        publicUrlTemplate: null,
      },
      secret: `${canary}/+=`,
    });
    expect(await readFound(world(), idOf("AWS: spaces"), { fields })).toMatchObject({
      place: { endpoint: "https://fra1.digitaloceanspaces.com", region: "fra1" },
    });
  });
});

describe("rclone remotes", () => {
  it("become storages: s3 with a bucket, sftp with a folder", async () => {
    const where = await put(
      ".config/rclone/rclone.conf",
      "[contabo]",
      "type = s3",
      "provider = Ceph",
      "access_key_id = AK",
      `secret_access_key = ${canary}`,
      "endpoint = eu2.contabostorage.com",
      "[web]",
      "type = sftp",
      "host = www.example.org",
      "user = me",
      "port = 2222",
      "pass = qiByAxKnG8FH6HuxLm7gNJvvFWZ3yri4my8",
      "[keyed]",
      "type = sftp",
      "host = www.example.org",
      "key_file = ~/.ssh/id_ed25519",
      "[drive]",
      "type = drive",
      "[environment]",
      "type = s3",
      "env_auth = true",
      "[nowhere]",
      "type = s3",
      "provider = Minio",
    );
    const found = await discover(world({ USER: "builder" }));
    expect(found.map(({ name }) => name)).toEqual([
      "rclone: contabo",
      "rclone: web",
      "rclone: keyed",
      "rclone: environment",
      "rclone: nowhere",
    ]);
    expect(new Set(found.map((each) => each.where))).toEqual(new Set([where]));
    const [contabo, web, keyed, environment, nowhere] = found;
    const here = world({ USER: "builder" });
    const take = (config: FoundConfig | undefined, fields: Record<string, string>): Promise<unknown> =>
      readFound(here, config?.id ?? "", { fields });
    expect(await take(contabo, { bucket: "images" })).toMatchObject({
      place: { endpoint: "https://eu2.contabostorage.com", bucket: "images" },
      secret: canary,
    });
    await expect(take(web, {})).rejects.toMatchObject({ code: "bad-input" });
    const folder = {
      directory: "/srv/www",
      publicUrlTemplate: "https://www.example.org/{key}",
      hostKeySha256: "SHA256:abc",
    };
    expect(await take(web, folder)).toEqual({
      kind: "staging",
      place: {
        kind: "sftp",
        host: "www.example.org",
        port: 2222,
        username: "me",
        directory: "/srv/www",
        publicUrlTemplate: "https://www.example.org/{key}",
        hostKeySha256: "SHA256:abc",
        auth: "password",
        keyPath: null,
      },
      secret: "hunter2 ü",
    });
    expect(await take(keyed, folder)).toMatchObject({
      place: { auth: "key", keyPath: join(home, ".ssh/id_ed25519"), username: "builder", port: 22 },
    });
    expect(environment?.missing).toContain("no access key");
    expect(nowhere?.missing).toContain("no endpoint");
    for (const each of [contabo, web, keyed]) {
      const taken = await readFound(here, each?.id ?? "", { fields: { bucket: "abc", ...folder } });
      StagingConnectSchema.parse({ name: "x", ...taken });
    }
  });

  it("that are encrypted stay closed, and say so", async () => {
    await put(".rclone.conf", "# Encrypted rclone configuration File", "", "RCLONE_ENCRYPT_V0:", "AbC=");
    expect((await only(world())).missing).toContain("encrypted");
  });
});

describe("variables", () => {
  it.each([
    ["DigitalOcean", { DIGITALOCEAN_TOKEN: canary }, { provider: "digitalocean", fields: { token: canary } }],
    [
      "DigitalOcean Spaces",
      { SPACES_ACCESS_KEY_ID: "A", SPACES_SECRET_ACCESS_KEY: canary, SPACES_REGION: "ams3" },
      { place: { endpoint: "https://ams3.digitaloceanspaces.com", region: "ams3" }, secret: canary },
    ],
    [
      "AWS",
      { AWS_ACCESS_KEY_ID: "A", AWS_SECRET_ACCESS_KEY: canary, AWS_ENDPOINT_URL_S3: "http://127.0.0.1:8000" },
      { place: { endpoint: "http://127.0.0.1:8000", accessKeyId: "A" }, secret: canary },
    ],
    [
      "Contabo",
      {
        CNTB_OAUTH2_CLIENTID: "c",
        CNTB_OAUTH2_CLIENT_SECRET: canary,
        CNTB_OAUTH2_USER: "u",
        "CNTB_OAUTH2-PASSWORD": canary,
      },
      { provider: "contabo" },
    ],
  ])("of %s are offered by their names", async (name, env, expected) => {
    const found = await only(world(env));
    expect(found).toMatchObject({ name, tool: "environment" });
    expect(await readFound(world(env), found.id, { fields: { bucket: "abc" } })).toMatchObject(expected);
  });

  it("of OCI's command line name files or hold the key", async () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const env = { OCI_CLI_TENANCY: "t", OCI_CLI_USER: "u", OCI_CLI_REGION: "r", OCI_CLI_KEY_CONTENT: pem };
    const found = await only(world(env));
    expect(await readFound(world(env), found.id, none)).toMatchObject({ fields: { privateKey: pem } });
  });
});

describe("what is shown", () => {
  it("holds no secret, and every field of an account is one of its provider's form", async () => {
    await put(".config/doctl/config.yaml", `access-token: ${canary}`);
    for (const tool of ["cntb", "fybe"]) {
      const keys = ["clientid", "client-secret", "user", "password", "tokenurl"];
      await put(`.${tool}.yaml`, ...keys.map((key) => `oauth2-${key}: ${canary}`));
    }
    await put("key.pem", "-----BEGIN PRIVATE KEY-----", canary, "-----END PRIVATE KEY-----");
    const profile = ["tenancy", "user", "fingerprint", "region", "pass_phrase"].map(
      (key) => `${key}=${canary}`,
    );
    await put(".oci/config", "[DEFAULT]", ...profile, "key_file=~/key.pem");
    await put(".aws/credentials", "[x]", `aws_access_key_id=${canary}`, `aws_secret_access_key=${canary}`);
    await put(".config/rclone/rclone.conf", "[x]", "type=sftp", "host=h", `pass=${canary}`);
    const env = {
      DIGITALOCEAN_ACCESS_TOKEN: canary,
      AWS_ACCESS_KEY_ID: canary,
      AWS_SECRET_ACCESS_KEY: canary,
    };
    const found = await discover(world(env));
    expect(found).toHaveLength(8);
    expect(JSON.stringify(found)).not.toContain(canary);
    for (const { id, becomes, provider } of found) {
      if (becomes !== "account" || provider === null) continue;
      const taken = await readFound(world(env), id, none);
      const manifest = [...manifests, oci].find((each) => each.id === provider);
      if (manifest === undefined) continue;
      const names = manifest.fields.map(({ name }) => name);
      if (taken.kind === "account") expect(names).toEqual(expect.arrayContaining(Object.keys(taken.fields)));
    }
    const error = await readFound(world(env), "aws-unknown", none).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "not-found" });
  });
});

describe("hostile files", () => {
  it.each([
    ["a folder", (path: string) => mkdir(path, { recursive: true })],
    ["a pipe", (path: string) => promisify(execFile)("mkfifo", [path])],
    ["a huge file", (path: string) => writeFile(path, Buffer.alloc(3 * 1024 ** 2, 65))],
    ["bytes", (path: string) => writeFile(path, Buffer.from([0, 1, 2, 0xff]))],
    ["another text", (path: string) => writeFile(path, "- just\n- a list\n")],
  ])("are told and harm nothing: %s", async (_name, make) => {
    await make(join(home, ".cntb.yaml"));
    const found = await only(world());
    expect(found.missing).not.toBeNull();
    await expect(readFound(world(), found.id, none)).rejects.toMatchObject({ code: "bad-input" });
  });

  it("may name things with control characters", async () => {
    await put(
      ".aws/credentials",
      "[\u001b0;evil\u0007\u202eabc]",
      "aws_access_key_id=A",
      "aws_secret_access_key=B",
    );
    expect((await only(world())).name).toBe("AWS: 0;evilabc");
  });
});
