/**
 * The walls of the house. Every rule says why; `e2e/boundaries.test.ts` plants violations and proves that
 * they are seen (with TypeScript 7 alone the tool silently scans nothing, hence @swc/core as its parser).
 */
import { builtinModules } from "node:module";
import swcVisitor from "@swc/core/Visitor.js";

/** swc's visitor throws on `using` declarations, which its own parser understands: visit what they hold. */
const { visitStatement } = swcVisitor.Visitor.prototype;
swcVisitor.Visitor.prototype.visitStatement = function (statement) {
  if (statement.type !== "UsingDeclaration") return visitStatement.call(this, statement);
  statement.decls = this.visitVariableDeclarators(statement.decls);
  return statement;
};

const host = "^main/hosts/";
export default {
  forbidden: [
    {
      name: "contract-imports-zod-only",
      comment: "The contract is read by every side; it may depend on nothing but zod and itself.",
      severity: "error",
      from: { path: "^main/contract/", pathNot: "\\.test\\.ts$" },
      to: { pathNot: ["^main/contract/", "^node_modules/zod/"] },
    },
    {
      name: "lib-is-pure",
      comment: "core/lib holds pure helpers: no Node, no other room.",
      severity: "error",
      from: { path: "^main/core/lib/", pathNot: "\\.test\\.ts$" },
      to: { pathNot: ["^main/core/lib/", "^main/contract/", "^node_modules/zod/"] },
    },
    {
      name: "core-never-reaches-electron",
      comment: "The core runs in three hosts; nothing it can reach may need Electron or a DOM.",
      severity: "error",
      from: { path: "^main/(core|providers|staging|ports|system|rpc)/" },
      to: { path: "^(node_modules/)?(electron|react|react-dom|@xterm/xterm)(/|$)", reachable: true },
    },
    {
      name: "core-never-imports-electron",
      comment: "The direct form of the rule above, also for packages that are not resolved to a folder.",
      severity: "error",
      from: { path: "^main/(core|contract|providers|staging|ports|system|rpc)/" },
      to: { path: "(^|node_modules/)electron(/|$)" },
    },
    {
      name: "nothing-imports-a-host",
      comment: "Hosts are the outermost ring.",
      severity: "error",
      from: { pathNot: [host, "^e2e/", "^bench/"] },
      to: { path: host },
    },
    {
      name: "core-not-to-system",
      comment: "The core asks ports; the Node implementations are handed in by a host.",
      severity: "error",
      from: { path: "^main/(core|ports)/", pathNot: "\\.test\\.ts$" },
      to: { path: "^main/(system|rpc|hosts)/" },
    },
    {
      name: "providers-and-staging-do-not-know-the-core",
      comment: "Adapters are naive: they know ports, contract and pure helpers.",
      severity: "error",
      from: { path: "^main/(providers|staging)/", pathNot: "\\.test\\.ts$" },
      to: { path: "^main/core/(?!lib/)" },
    },
    {
      name: "renderer-knows-the-contract-only",
      comment: "Types and wire code cross to the window; nothing with Node in it.",
      severity: "error",
      from: { path: "^renderer/", pathNot: "\\.test\\.tsx?$" },
      to: {
        path: "^main/",
        pathNot: ["^main/contract/", "^main/core/lib/", "^main/rpc/(api|client|channel|frames|credit)\\.ts$"],
      },
    },
    {
      name: "renderer-without-node",
      severity: "error",
      from: { path: "^renderer/", pathNot: "\\.(test|config)\\.tsx?$" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "renderer-never-reaches-node",
      comment: "Not even through the wire code and the contract that it shares with the core.",
      severity: "error",
      from: { path: "^renderer/", pathNot: "\\.(test|config)\\.tsx?$" },
      to: { path: `^(node:)?(${builtinModules.join("|")})$`, reachable: true },
    },
    {
      name: "xterm-in-terminal-only",
      comment: "One place owns the terminal widget and its flow control.",
      severity: "error",
      from: { path: "^renderer/", pathNot: "^renderer/components/terminal/" },
      to: { path: "^node_modules/@xterm/" },
    },
    {
      name: "novnc-in-display-only",
      comment: "One place owns the screen's widget and its connection.",
      severity: "error",
      from: { path: "^renderer/", pathNot: "^renderer/components/display/" },
      to: { path: "^node_modules/@novnc/" },
    },
    {
      name: "ssh2-in-guest-and-staging-only",
      severity: "error",
      from: { path: "^main/", pathNot: ["^main/core/guest/", "^main/staging/", "\\.test\\.ts$"] },
      to: { path: "^node_modules/ssh2/" },
    },
    {
      name: "node-pty-in-system-only",
      comment: "A native module: the core asks the port for terminals.",
      severity: "error",
      from: { path: "^(main|renderer|preload)/", pathNot: ["^main/system/", "\\.test\\.ts$"] },
      to: { path: "(^|/)node_modules/node-pty/" },
    },
    {
      name: "preload-knows-nothing",
      comment: "No domain words in the preload: electron only.",
      severity: "error",
      from: { path: "^preload/", pathNot: "\\.test\\.ts$" },
      to: { pathNot: ["(^|node_modules/)electron(/|$)", "^preload/"] },
    },
    { name: "no-circular", severity: "error", from: {}, to: { circular: true } },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true, pathNot: "\\.css$" } },
  ],
  options: {
    parser: "swc",
    doNotFollow: { path: "node_modules" },
    exclude: { path: ["(^|/)out/", "\\.cache/"] },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".mts", ".js", ".mjs", ".cjs", ".json", ".css"],
    },
  },
};
