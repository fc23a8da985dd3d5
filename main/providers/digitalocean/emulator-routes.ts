import { createHash } from "node:crypto";
import { z } from "zod";
import type { EmulatorReply, EmulatorRequest } from "#providers/emulation/json-server.ts";
import { regions, sizes } from "./emulator-catalogue.ts";
import { droplets } from "./emulator-droplets.ts";
import { images } from "./emulator-images.ts";
import type { RouteDeps } from "./emulator-route-deps.ts";
import { errorReply, notFound, page, refused, wireKey } from "./emulator-wire.ts";

/** Answers one authorised request. */
export async function route(request: EmulatorRequest, deps: RouteDeps): Promise<EmulatorReply> {
  const [version, room, ...rest] = request.url.pathname.split("/").filter((part) => part !== "");
  if (version !== "v2" || rest.length > 3) return notFound();
  if (room === "images") return images(request, rest, deps);
  if (room === "droplets" && rest.length < 2) return droplets(request, rest[0], deps);
  if (room === "account" && rest.length === 1 && rest[0] === "keys") return keys(request, deps);
  if (request.method !== "GET" || rest.length > 0) return notFound();
  if (room === "account") return { status: 200, body: { account } };
  if (room === "sizes") return list(request, "sizes", sizes);
  return room === "regions" ? list(request, "regions", regions) : notFound();
}

/** The fields that the document requires. */
const account = {
  droplet_limit: 25,
  floating_ip_limit: 5,
  email: "practice@localhost",
  name: "Practice account",
  uuid: "00000000-0000-4000-8000-000000000000",
  email_verified: true,
  status: "active",
  status_message: "",
};

const KeySchema = z.object({
  name: z.string().min(1).max(255),
  public_key: z.string().regex(/^ssh-\S+ \S+/),
});

async function keys(request: EmulatorRequest, { state }: RouteDeps): Promise<EmulatorReply> {
  if (request.method === "GET") return list(request, "ssh_keys", state.keys.map(wireKey));
  if (request.method !== "POST") return notFound();
  const parsed = KeySchema.safeParse(request.body);
  if (!parsed.success) return refused(parsed.error);
  const { name, public_key: publicKey } = parsed.data;
  if (state.keys.some((key) => key.publicKey === publicKey)) {
    return errorReply(422, "SSH Key is already in use on your account");
  }
  const bytes = Buffer.from(publicKey.split(" ")[1] ?? "", "base64");
  const fingerprint = createHash("md5")
    .update(bytes)
    .digest("hex")
    .replace(/..(?!$)/g, "$&:");
  const key = await state.addKey({ name, publicKey, fingerprint });
  return { status: 201, body: { ssh_key: wireKey(key) } };
}

function list(request: EmulatorRequest, name: string, all: readonly object[]): EmulatorReply {
  const part = page(all, request.url);
  if ("status" in part) return part;
  return { status: 200, body: { [name]: part.items, links: part.links, meta: part.meta } };
}
