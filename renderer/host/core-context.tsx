import { createContext, useContext } from "react";
import type { Client } from "#rpc/api.ts";
import type { Host } from "./host.ts";

export interface CoreAccess {
  client: Client;
  host: Host;
  retryConnection: () => void;
}

const CoreContext = createContext<CoreAccess | null>(null);

export const CoreProvider = CoreContext.Provider;

export function useCore(): CoreAccess {
  const access = useContext(CoreContext);
  if (access === null) throw new Error("useCore needs a CoreProvider above it");
  return access;
}
