import type { CreateClient } from "#providers/provider.ts";
import { createAdapter } from "./adapter.ts";
import { platform } from "./manifest.ts";

export const createContabo: CreateClient = (access, options) => createAdapter(platform, access, options);
