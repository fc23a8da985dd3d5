import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeProcesses } from "#system/node-processes.ts";
import { freePort } from "./free-port.ts";
import { listening } from "./listening.ts";
import { ServerProcess } from "./server-process.ts";

export interface Nginx {
  readonly endpoint: string;
  close(): Promise<void>;
}

/** Why it cannot be started here, or null when it can. */
export async function nginxMissing(): Promise<string | null> {
  return (await nodeProcesses.find("nginx")) === null
    ? "The web server is not tested: nginx is not installed (Debian: apt-get install nginx-light)"
    : null;
}

/** nginx on loopback over a folder. Started by root it reads as the user `nobody`, like web servers do. */
export async function startNginx(root: string): Promise<Nginx> {
  const program = await nodeProcesses.find("nginx");
  if (program === null) throw new Error("nginx is not installed");
  const folder = await mkdtemp(join(tmpdir(), "goldsmith-nginx-"));
  const port = await freePort();
  await mkdir(join(folder, "temp"));
  await writeFile(join(folder, "nginx.conf"), configuration(folder, root, port, await unprivileged()));
  const log = join(folder, "log");
  const server = new ServerProcess([program, "-c", join(folder, "nginx.conf"), "-e", log], log);
  const close = async (): Promise<void> => {
    await server.stop("SIGTERM");
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await listening(server, port);
    return { endpoint: `http://127.0.0.1:${port}`, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Only root can choose; the group of `nobody` has another name in every family of distributions. */
async function unprivileged(): Promise<string> {
  if (process.getuid?.() !== 0) return "";
  const groups = await readFile("/etc/group", "utf8");
  return `user nobody ${/^nogroup:/m.test(groups) ? "nogroup" : "nobody"};`;
}

const configuration = (folder: string, root: string, port: number, user: string): string => `
daemon off;
worker_processes 1;
${user}
pid ${folder}/pid;
error_log ${folder}/log;
events {}
http {
  access_log off;
  default_type application/octet-stream;
  ${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => `${kind}_temp_path ${folder}/temp;`).join("\n  ")}
  server {
    listen 127.0.0.1:${port};
    root ${root};
    autoindex on;
  }
}
`;
