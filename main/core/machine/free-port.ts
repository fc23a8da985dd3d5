import { createServer } from "node:net";
import { AppError } from "#core/lib/app-error.ts";

/**
 * A port on 127.0.0.1 that was free a moment ago. Another program may take it before it is used: who uses it
 * must be ready to ask again.
 */
export async function freeLoopbackPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port: 0, exclusive: true }, resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") {
    throw new AppError("internal", "The system gave a listening socket no port");
  }
  return address.port;
}
