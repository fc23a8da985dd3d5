import { encodePath, fillUrlTemplate } from "../url-template.ts";

/** Plain URL of an object: the template with `{key}` replaced, else endpoint/bucket/key. */
export function publicUrl(
  config: { endpoint: string; bucket: string; publicUrlTemplate: string | null },
  key: string,
): string {
  if (config.publicUrlTemplate !== null) return fillUrlTemplate(config.publicUrlTemplate, key);
  return `${config.endpoint.replace(/\/+$/, "")}/${encodePath(config.bucket)}/${encodePath(key)}`;
}
