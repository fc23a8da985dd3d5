import type { Http } from "#providers/http/create-http.ts";

/** What the functions of this folder share: one account, opened. */
export interface OciAccount {
  /** Compute, networking and work requests. */
  readonly compute: Http;
  readonly identity: Http;
  readonly objectStorage: Http;
  readonly region: string;
  readonly tenancyId: string;
  /** Where images are made and looked for. */
  readonly compartmentId: string;
  readonly secrets: readonly string[];
}
