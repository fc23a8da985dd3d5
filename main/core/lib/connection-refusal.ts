/** Why a connection was turned down on its way: by us, who do not trust the other side, or by a proxy. */
export interface ConnectionRefusal {
  readonly by: "certificate" | "proxy";
  /** Node's or undici's name for it. */
  readonly code: string;
  /** Goes on a sentence that begins with the other side's name. */
  readonly words: string;
  readonly hint: string;
}

const namesOfCertificates =
  "If your network inspects TLS, put its certificate into the system's store or name its file in NODE_EXTRA_CA_CERTS.";

/** OpenSSL's names ("X509_verify_cert_error_string") and Node's. */
const certificateWords: Readonly<Record<string, readonly [words: string, hint: string]>> = {
  CERT_HAS_EXPIRED: [
    "shows a certificate that has expired",
    "Check this computer's clock; else it is theirs to renew.",
  ],
  CERT_NOT_YET_VALID: ["shows a certificate that is not valid yet", "Check this computer's clock."],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    "shows a certificate of another name",
    "Check the address. A captive portal or a proxy may have answered instead.",
  ],
};
const unknownAuthority = [
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_UNTRUSTED",
  "CERT_REJECTED",
  "INVALID_CA",
  "CERT_SIGNATURE_FAILURE",
];

/** Looks through an error and its causes; null when the connection failed for another reason. */
export function connectionRefusal(error: unknown): ConnectionRefusal | null {
  for (let inner = error, depth = 0; inner instanceof Error && depth < 5; inner = inner.cause, depth++) {
    const code = "code" in inner && typeof inner.code === "string" ? inner.code : "";
    const known = certificateWords[code];
    if (known !== undefined) return { by: "certificate", code, words: known[0], hint: known[1] };
    if (unknownAuthority.includes(code)) {
      const words = "shows a certificate whose issuer is not trusted here";
      return { by: "certificate", code, words, hint: namesOfCertificates };
    }
    const proxy = proxyRefusal(inner.message, code);
    if (proxy !== null) return proxy;
  }
  return null;
}

/** Node's agents say ERR_PROXY_TUNNEL, fetch says it in its message; both with the proxy's status. */
function proxyRefusal(message: string, code: string): ConnectionRefusal | null {
  const ofFetch = /^Proxy response \((\d{3})\)/.exec(message)?.[1];
  if (code !== "ERR_PROXY_TUNNEL" && ofFetch === undefined) return null;
  const status = ofFetch ?? /HTTP\/1\.\d (\d{3})/.exec(message)?.[1] ?? "";
  return {
    by: "proxy",
    code: code === "" ? "ERR_PROXY_TUNNEL" : code,
    words: `cannot be reached: the proxy refuses to connect${status === "" ? "" : ` (${status})`}`,
    hint:
      status === "407"
        ? "Give name and password of the proxy in HTTPS_PROXY: http://name:password@host:port."
        : "Ask who runs the proxy to allow this address, or name it in NO_PROXY.",
  };
}
