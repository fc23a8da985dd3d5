import "./strict-csp.ts";
import { createClient } from "#rpc/client.ts";
import { openConnection } from "./host/connection.ts";
import { detectHost } from "./host/detect-host.ts";
import { createMirrorWriter } from "./mirror/mirror.ts";
import { mount } from "./mount.tsx";

const host = detectHost();
const connection = openConnection(host, createClient, createMirrorWriter());
mount({ client: connection.client, host, retryConnection: () => connection.retryNow() });
