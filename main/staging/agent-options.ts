import type { AgentOptions } from "node:https";

/** For a store that keeps connections of its own: as many as it uses, through the proxy that the host has set up. */
export const agentOptions = (socketCount: number): AgentOptions => ({
  keepAlive: true,
  maxSockets: socketCount,
  proxyEnv: process.env,
});
