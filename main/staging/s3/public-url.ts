/**
 * Plain URL of an object: the template with `{key}` replaced, else endpoint/bucket/key. Every segment of the
 * path is percent-encoded, but a colon stays: Ceph's `tenant:bucket` is only understood with it (and RFC 3986
 * 3.3 allows it in a path).
 */
export function publicUrl(
  config: { endpoint: string; bucket: string; publicUrlTemplate: string | null },
  key: string,
): string {
  const path = key.split("/").map(encodeSegment).join("/");
  if (config.publicUrlTemplate !== null) return config.publicUrlTemplate.replaceAll("{key}", () => path);
  return `${config.endpoint.replace(/\/+$/, "")}/${encodeSegment(config.bucket)}/${path}`;
}

const encodeSegment = (segment: string): string =>
  encodeURIComponent(segment)
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%3A", ":");
