import type { Capabilities, ConnectField } from "#contract/provider-info.ts";
import type { ProviderManifest } from "#providers/provider.ts";

/**
 * Contabo and Fybe sell the same product: paths, headers and bodies of their image calls are identical
 * (contabo/cntb openapi.yaml and fybecom/fybe openapi.yaml compared). What differs is here.
 */
export interface Platform {
  readonly manifest: ProviderManifest;
  /** Keycloak's token endpoint, as the publisher's command line tool has it. */
  readonly tokenUrl: string;
  /** What new instances can be; the table in the document's text on creating one. The first is its default. */
  readonly products: readonly { readonly id: string; readonly text: string }[];
  /** Ordering an instance for a custom image adds the paid add-on `customImage`. */
  readonly customImageAddOn: boolean;
}

/** What both can. No document says whether the importer sends HEAD: the careful answer is that it does. */
export const capabilities: Capabilities = {
  ingest: ["url"],
  formats: ["qcow2", "iso9660"],
  archives: [],
  fetchSendsHead: true,
  takesSignedLink: false,
  deleteImage: true,
  renameImage: true,
  transferImage: false,
  launch: true,
  quota: true,
  exportImage: false,
  shapes: false,
  compartments: false,
  captureImage: false,
  importProgress: true,
};

/** The credentials of the API, as the panel names them. */
export const credentialFields = (panel: string, tokenUrl: string): ConnectField[] => [
  field("clientId", "ClientId", "text", `Shown in ${panel}.`),
  field("clientSecret", "ClientSecret", "secret", `Shown in ${panel}.`),
  field("username", "API user", "text", `The e-mail address with which you log in to ${panel}.`),
  field(
    "password",
    "API password",
    "secret",
    `Set in ${panel}; it is not the password with which you log in there.`,
  ),
  {
    ...field("tokenUrl", "Token address", "url", "Where tokens are asked for."),
    required: false,
    initial: tokenUrl,
  },
];

const field = (name: string, label: string, kind: ConnectField["kind"], hint: string): ConnectField => ({
  name,
  label,
  hint,
  kind,
  required: true,
  choices: [],
  initial: "",
});

/** In the words of the document's user management: a role of type `apiPermission` names endpoints and methods. */
export const scopes: string[] = [
  "/v1/compute/images: READ, CREATE, UPDATE, DELETE",
  "/v1/compute/instances: READ, CREATE, UPDATE (to start instances)",
  "/v1/secrets: READ (to choose keys)",
];
