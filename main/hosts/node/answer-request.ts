import type { IncomingMessage, ServerResponse } from "node:http";
import type { ErrorCode } from "#contract/errors.ts";
import { AppError } from "#core/lib/app-error.ts";
import { signedInPage, signInPage } from "./pages.ts";
import { cookie, isAllowedHost, isSameOrigin } from "./request-guard.ts";
import type { SessionKeys } from "./session-keys.ts";
import { receiveUpload } from "./upload.ts";
import { readWindowFile } from "./window-files.ts";
import { pagePolicy, securityHeaders } from "./window-policy.ts";

/** What answering a request needs; made once per server. */
export interface ServerScene {
  readonly keys: SessionKeys;
  readonly cookieName: string;
  readonly uploadsFolder: string;
  readonly windowFolder: string;
}

const html = {
  "Content-Type": "text/html; charset=utf-8",
  "Cache-Control": "no-store",
  "Content-Security-Policy": pagePolicy,
};

/** Answers one HTTP request. Never rejects. */
export async function answerRequest(
  request: IncomingMessage,
  response: ServerResponse,
  scene: ServerScene,
): Promise<void> {
  for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
  try {
    await route(request, response, scene);
  } catch (error) {
    refuse(response, AppError.from(error));
  }
}

async function route(request: IncomingMessage, response: ServerResponse, scene: ServerScene): Promise<void> {
  if (!isAllowedHost(request))
    return plain(response, 421, "This server answers to 127.0.0.1 and localhost only.");
  const changes = request.method !== "GET" && request.method !== "HEAD";
  if (!isSameOrigin(request, { required: changes })) {
    return plain(response, 403, "Requests from other sites are refused.");
  }
  const target = request.url ?? "";
  if (!target.startsWith("/") || !URL.canParse(`http://localhost${target}`)) {
    return plain(response, 400, "The address is malformed.");
  }
  const url = new URL(`http://localhost${target}`);
  const token = url.searchParams.get("token");
  if (!changes && url.pathname === "/" && token !== null) return signIn(token, request, response, scene);
  if (!isSignedIn(request, scene)) {
    if (changes || url.pathname !== "/") return plain(response, 401, "Sign in first.");
    return void response.writeHead(401, html).end(signInPage);
  }
  if (request.method === "PUT" && url.pathname === "/upload") {
    const uploaded = await receiveUpload(request, url.searchParams.get("name") ?? "", scene.uploadsFolder);
    return json(response, 201, uploaded);
  }
  if (changes) return plain(response, 404, "There is nothing here.");
  return sendWindowFile(url.pathname, request, response, scene);
}

const isSignedIn = (request: IncomingMessage, scene: ServerScene): boolean =>
  scene.keys.isSession(cookie(request, scene.cookieName) ?? "");

function signIn(token: string, request: IncomingMessage, response: ServerResponse, scene: ServerScene): void {
  if (isSignedIn(request, scene)) return void response.writeHead(200, html).end(signedInPage);
  const key = scene.keys.redeem(token);
  if (key === null) return void response.writeHead(401, html).end(signInPage);
  const attributes = "Path=/; HttpOnly; SameSite=Strict";
  response.setHeader("Set-Cookie", `${scene.cookieName}=${key}; ${attributes}`);
  response.writeHead(200, html).end(signedInPage);
}

async function sendWindowFile(
  pathname: string,
  request: IncomingMessage,
  response: ServerResponse,
  scene: ServerScene,
): Promise<void> {
  const file = await readWindowFile(scene.windowFolder, pathname);
  if (file === null) return plain(response, 404, "There is nothing here.");
  response.writeHead(200, {
    "Content-Type": file.contentType,
    "Content-Length": file.content.byteLength,
    "Cache-Control": file.immutable ? "private, max-age=31536000, immutable" : "no-store",
  });
  response.end(request.method === "HEAD" ? undefined : file.content);
}

const statusOf: Partial<Record<ErrorCode, number>> = {
  "bad-input": 400,
  "disk-full": 507,
  "permission-denied": 500,
  cancelled: 499,
};

/** The error as JSON (WireError). The connection ends, since a refused upload's body is not read to its end. */
export function refuse(response: ServerResponse, error: AppError): void {
  if (response.headersSent) return void response.destroy();
  response.setHeader("Connection", "close");
  json(response, statusOf[error.code] ?? 500, error.toWire());
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json", "Cache-Control": "no-store" });
  response.end(JSON.stringify(value));
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.setHeader("Connection", "close");
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store" });
  response.end(`${text}\n`);
}
