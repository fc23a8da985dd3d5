import { z } from "zod";

/**
 * Every way in which something can go wrong, and the words a user gets when the thrower adds no better hint.
 * The list is closed: a code without words does not compile.
 */
export const errorWords = {
  "bad-input": { title: "That input cannot be used", hint: "Correct the named field and try again." },
  "not-found": { title: "Not found", hint: "Check the name or the path." },
  "already-exists": { title: "That name is taken", hint: "Choose another name." },
  "permission-denied": { title: "No permission", hint: "Check who owns the file and its access rights." },
  "disk-full": { title: "The disk is full", hint: "Free some space, then retry: finished steps are kept." },
  "tool-missing": { title: "A needed program is missing", hint: "Run `goldsmith setup` to install it." },
  "tool-failed": { title: "A program failed", hint: "Its last words are in the details." },
  "accelerator-broken": {
    title: "Hardware acceleration does not work",
    hint: "Use software emulation (TCG).",
  },
  "machine-busy": { title: "The machine is running", hint: "Power it off first." },
  "machine-not-running": { title: "The machine is not running", hint: "Start it first." },
  "machine-died": { title: "The machine stopped by itself", hint: "See the last lines of its log." },
  "image-unreadable": { title: "The file is not a readable image", hint: "It may be truncated or damaged." },
  "image-refused": { title: "The image is not safe to open", hint: "It names other files or is malformed." },
  "image-in-use": { title: "The image is in use", hint: "Power off the machine that uses it." },
  "not-bootable": { title: "The medium cannot be booted", hint: "Choose an installer ISO for this machine." },
  "console-timeout": { title: "The console never showed what was waited for", hint: "See the last screen." },
  "verify-failed": {
    title: "The result is not equal to its source",
    hint: "Nothing was replaced; try again.",
  },
  "publish-held": { title: "The image would not work there", hint: "Fix the findings or override them." },
  unauthorized: { title: "The credentials were refused", hint: "Check the token and its scopes." },
  "untrusted-host": {
    title: "The server's key is not known",
    hint: "Compare its fingerprint with what the server's owner says, then accept it.",
  },
  "quota-exceeded": { title: "The account's quota is used up", hint: "Delete an image or raise the quota." },
  "rate-limited": { title: "Too many requests", hint: "Wait until the limit resets, then retry." },
  "provider-error": { title: "The provider reported an error", hint: "Retry later." },
  "provider-refused": { title: "The provider refused the request", hint: "Read its message." },
  "import-failed": { title: "The provider could not import the image", hint: "Read its message." },
  "staging-failed": { title: "The staging storage failed", hint: "Check endpoint, bucket and keys." },
  network: { title: "No connection", hint: "Check the network, then retry: finished parts are kept." },
  protocol: { title: "An answer was not understood", hint: "The other side may be a different version." },
  "port-in-use": { title: "The port is in use", hint: "Choose another port or stop the other program." },
  timeout: { title: "It took too long", hint: "Try again." },
  cancelled: { title: "Cancelled", hint: "Start it again when you like." },
  "newer-version": {
    title: "Written by a newer Goldsmith",
    hint: "Update this copy; the file is left alone.",
  },
  internal: { title: "A defect in Goldsmith", hint: "Please report it with the details." },
} as const satisfies Record<string, { title: string; hint: string }>;

export type ErrorCode = keyof typeof errorWords;
export const errorCodes = Object.keys(errorWords) as [ErrorCode, ...ErrorCode[]];

/** `now`: the same call may work at once. `later`: after a pause. `never`: something must change first. */
export const RetrySchema = z.enum(["now", "later", "never"]);

/** An error as it crosses a wire or rests in a journal. Never holds a secret. */
export const WireErrorSchema = z.object({
  code: z.enum(errorCodes),
  message: z.string(),
  hint: z.string(),
  retry: RetrySchema,
  details: z.record(z.string(), z.unknown()).default({}),
});
export type WireError = z.infer<typeof WireErrorSchema>;
