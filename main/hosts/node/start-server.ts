import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { WebSocketServer, type WebSocket } from "ws";
import type { Handlers } from "#core/handlers.ts";
import { AppError } from "#core/lib/app-error.ts";
import { maxClientFrameBytes } from "#rpc/flow-limits.ts";
import { serveChannel } from "#rpc/serve-channel.ts";
import { answerRequest, type ServerScene } from "./answer-request.ts";
import { cookie, isAllowedHost, isSameOrigin } from "./request-guard.ts";
import { createSessionKeys } from "./session-keys.ts";
import { createSocketChannel } from "./socket-channel.ts";
import { sweepUploads } from "./upload.ts";

export interface ServerOptions {
  /** 0 takes any free port. */
  port: number;
  /** Uploaded files go to `uploads/` in here. */
  dataDirectory: string;
  /** The built window, see `findWindowFolder`. */
  windowFolder: string;
  validateOutputs?: boolean;
}

export interface RunningServer {
  /** Holds the token that signs in one browser, once. A secret. */
  readonly url: string;
  readonly port: number;
  /** Ends every connection and frees the port. */
  close(): Promise<void>;
}

/** Only this computer can reach it: anything wider would hand the user's machines to the network. */
const address = "127.0.0.1";
const heartbeatMs = 30_000;
const maxSockets = 32;

/**
 * The browser host: the window's files, one WebSocket per tab at `/rpc`, and `PUT /upload`. Throws
 * `port-in-use`.
 */
export async function startServer(
  core: { handlers: Handlers },
  options: ServerOptions,
): Promise<RunningServer> {
  const uploadsFolder = join(options.dataDirectory, "uploads");
  await sweepUploads(uploadsFolder);
  const server = createServer();
  const port = await listen(server, options.port);
  const scene: ServerScene = {
    keys: createSessionKeys(),
    cookieName: `goldsmith-${port}`, // cookies do not tell ports apart; two servers must not overwrite each other
    uploadsFolder,
    windowFolder: options.windowFolder,
  };
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    void answerRequest(request, response, scene);
  });
  const sockets = acceptSockets(server, scene, (socket) => {
    serveChannel(core.handlers, createSocketChannel(socket), {
      validateOutputs: options.validateOutputs === true,
    });
  });
  return {
    url: `http://${address}:${port}/?token=${scene.keys.token}`,
    port,
    close: async () => {
      sockets.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(listenError(error, port)));
    server.listen({ host: address, port }, () => {
      server.removeAllListeners("error");
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function listenError(error: NodeJS.ErrnoException, port: number): AppError {
  if (error.code === "EADDRINUSE") {
    return new AppError("port-in-use", `Port ${port} is in use by another program`, {
      hint: "Stop that program, or choose another port with --port (0 takes any free one).",
      details: { port },
      cause: error,
    });
  }
  if (error.code === "EACCES") {
    return new AppError("permission-denied", `Port ${port} is kept for the system`, {
      hint: "Choose a port above 1023 with --port.",
      cause: error,
    });
  }
  return AppError.from(error);
}

function acceptSockets(server: Server, scene: ServerScene, onSocket: (socket: WebSocket) => void) {
  const acceptor = new WebSocketServer({
    noServer: true,
    maxPayload: maxClientFrameBytes,
    perMessageDeflate: false,
  });
  server.on("upgrade", (request, socket, head) => {
    socket.on("error", () => socket.destroy());
    const why =
      whyNoSocket(request, scene) ?? (acceptor.clients.size >= maxSockets ? "503 Too many tabs" : null);
    if (why !== null) return void socket.end(`HTTP/1.1 ${why}\r\nConnection: close\r\n\r\n`);
    acceptor.handleUpgrade(request, socket, head, (accepted) => {
      accepted.on("error", () => accepted.terminate()); // e.g. a frame above the limit: this tab only
      onSocket(accepted);
    });
  });
  const stopHeartbeat = beat(acceptor);
  return {
    close: (): void => {
      stopHeartbeat();
      for (const socket of acceptor.clients) socket.terminate();
      acceptor.close();
    },
  };
}

function whyNoSocket(request: IncomingMessage, scene: ServerScene): string | null {
  if (!isAllowedHost(request)) return "421 Misdirected Request";
  if (!isSameOrigin(request, { required: true })) return "403 Forbidden";
  if (!scene.keys.isSession(cookie(request, scene.cookieName) ?? "")) return "401 Unauthorized";
  return request.url === "/rpc" ? null : "404 Not Found";
}

/** A tab behind a broken tunnel would hold its streams for ever: whoever misses a whole beat is cut off. */
function beat(acceptor: WebSocketServer): () => void {
  const silent = new WeakSet<WebSocket>();
  const timer = setInterval(() => {
    for (const socket of acceptor.clients) {
      if (silent.has(socket)) {
        socket.terminate();
        continue;
      }
      silent.add(socket);
      socket.once("pong", () => silent.delete(socket));
      socket.ping();
    }
  }, heartbeatMs);
  timer.unref();
  return () => clearInterval(timer);
}
