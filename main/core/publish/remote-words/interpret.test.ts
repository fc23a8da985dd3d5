import { describe, expect, it } from "vitest";
import type { ProviderId } from "#contract/finding.ts";
import { AppError } from "#core/lib/app-error.ts";
import { explained, interpret } from "./interpret.ts";

const told = (
  provider: ProviderId,
  message: string | null,
  rest: { httpStatus?: number; imageStatus?: string } = {},
) =>
  interpret({
    provider,
    message,
    httpStatus: rest.httpStatus ?? null,
    imageStatus: rest.imageStatus ?? null,
  });

/** Messages as they were reported by users or stand in the publishers' documents. */
const seen: readonly [
  ProviderId,
  string | null,
  { httpStatus?: number; imageStatus?: string },
  RegExp,
  string,
][] = [
  ["digitalocean", "We don't support the compression format of your image.", {}, /archive/, "prepare"],
  ["digitalocean", "Import failed: unexpected EOF", {}, /last byte/, "register"],
  ["digitalocean", null, { imageStatus: "deleted" }, /deletes an image/, "judge"],
  ["digitalocean", "Too many requests", { httpStatus: 429 }, /more requests/, "register"],
  ["digitalocean", "Server Error", { httpStatus: 500 }, /own side/, "register"],
  ["digitalocean", "Unable to authenticate you", { httpStatus: 401 }, /keys/, "register"],
  [
    "digitalocean",
    "You are not authorized to perform this operation",
    { httpStatus: 403 },
    /allow/,
    "register",
  ],
  ["contabo", "Payment Required", { httpStatus: 402 }, /paid option/, "register"],
  [
    "contabo",
    "Unsupported Media Type: only .iso and .qcow2 are supported",
    { httpStatus: 415 },
    /\.qcow2/,
    "link",
  ],
  [
    "contabo",
    "Download will be rejected if you have exceeded your limits",
    { httpStatus: 400 },
    /25 GB/,
    "quota",
  ],
  ["fybe", "Conflict: image with this name already exists", { httpStatus: 409 }, /name/, "register"],
  ["fybe", "Conflict", { httpStatus: 409 }, /state/, "register"],
  ["contabo", "Download failed: HTTP status 403", {}, /could not fetch/, "link"],
  ["contabo", "Unsupported image format", {}, /format/, "prepare"],
  [
    "oci",
    "Either the bucket named 'images' does not exist in the namespace 'ns' or you are not authorized to access it",
    { httpStatus: 404 },
    /may not see it/,
    "link",
  ],
  [
    "oci",
    "NotAuthorizedOrNotFound: Authorization failed or requested resource not found.",
    {},
    /may not see/,
    "link",
  ],
  ["oci", "InvalidParameter: sourceUri is not valid", { httpStatus: 400 }, /does not take a value/, "judge"],
  [
    "oci",
    "LimitExceeded: The following service limits were exceeded: custom-image-count",
    {},
    /limit/,
    "register",
  ],
  [
    "oci",
    "NotAuthenticated: The required information to complete authentication was not provided",
    {},
    /clock/,
    "register",
  ],
  ["oci", "The work request failed", {}, /gave it up/, "register"],
  ["oci", null, { imageStatus: "DELETED" }, /work request/, "judge"],
  ["hypervisor-io", "Image feature is not enabled", {}, /operator/, "register"],
  ["hypervisor-io", "Maximum image limit reached", {}, /as many images/, "quota"],
  ["kvm", "413 Request Entity Too Large", { httpStatus: 413 }, /larger/, "stage"],
];

describe("a provider's words", () => {
  it.each(seen)("of %s: %s", (provider, message, rest, cause, resume) => {
    const meaning = told(provider, message, rest);
    expect(meaning?.cause).toMatch(cause);
    expect(meaning?.resume).toBe(resume);
    expect(meaning?.fix).toMatch(/\w{3}/);
  });

  it("are passed on unchanged when nobody knows them", () => {
    expect(told("digitalocean", "The flux capacitor is empty")).toBeNull();
    const error = new AppError("import-failed", "DigitalOcean could not import the image: The flux is off", {
      details: { providerStatus: "available", providerMessage: "The flux is off" },
    });
    expect(explained(error, "digitalocean")).toBe(error);
  });

  it("go into the error with cause, fix and the step to go on from", () => {
    const failed = new AppError("import-failed", "DigitalOcean could not import the image", {
      retry: "never",
      details: { providerStatus: "deleted", providerMessage: null },
    });
    const error = explained(failed, "digitalocean");
    expect(error).toMatchObject({ code: "import-failed", message: failed.message, retry: "never" });
    expect(error.details).toMatchObject({ resumeStep: "judge", providerStatus: "deleted" });
    expect(error.hint).toBe(error.details["fix"]);
  });

  it("leave a pause that the provider asked for in the hint", () => {
    const limited = new AppError("rate-limited", "Too many requests", {
      hint: "Wait until noon, then retry.",
      details: { status: 429, resetAt: "2026-01-01T12:00:00.000Z" },
    });
    expect(explained(limited, "digitalocean").hint).toBe("Wait until noon, then retry.");
  });
});
