import { createAdapter } from "#providers/contabo/adapter.ts";
import type { CreateClient } from "#providers/provider.ts";
import { platform } from "./manifest.ts";

export const createFybe: CreateClient = (access, options) => createAdapter(platform, access, options);
