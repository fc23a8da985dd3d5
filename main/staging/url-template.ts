/**
 * The address of an object: `{key}` of the template replaced by the key's path. Every segment is percent-encoded,
 * but a colon stays: Ceph's `tenant:bucket` is only understood with it (and RFC 3986 3.3 allows it in a path).
 */
export function fillUrlTemplate(template: string, key: string): string {
  return template.replaceAll("{key}", () => encodePath(key));
}

export const encodePath = (path: string): string => path.split("/").map(encodeSegment).join("/");

const encodeSegment = (segment: string): string =>
  encodeURIComponent(segment)
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%3A", ":");
