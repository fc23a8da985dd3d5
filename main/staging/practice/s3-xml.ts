import { S3Fault } from "./s3-fault.ts";

/** An element with text, or with children; `[]` as content makes an empty element. */
export type XmlNode = readonly [name: string, content: string | number | boolean | readonly XmlNode[]];

const namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

export const escapeXml = (text: string): string =>
  text.replace(/[&<>"']|[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, (c) => {
    const named = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" }[c];
    return named ?? `&#x${(c.codePointAt(0) ?? 0).toString(16)};`;
  });

const render = ([name, content]: XmlNode): string =>
  `<${name}>${Array.isArray(content) ? content.map(render).join("") : escapeXml(String(content))}</${name}>`;

/** A document as S3 answers it; errors have no namespace. */
export function xmlDocument([name, content]: XmlNode): string {
  const [open, close] = name === "Error" ? [name, name] : [`${name} xmlns="${namespace}"`, name];
  const inner = Array.isArray(content) ? content.map(render).join("") : escapeXml(String(content));
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${open}>${inner}</${close}>`;
}

export interface ListedPart {
  partNumber: number;
  etag: string;
}

/** The body of CompleteMultipartUpload: `<CompleteMultipartUpload><Part><PartNumber/><ETag/></Part>…`. */
export function parseCompleteBody(xml: string): ListedPart[] {
  const malformed = new S3Fault(
    400,
    "MalformedXML",
    "The XML you provided was not well-formed or did not validate against our published schema",
  );
  if (!/<CompleteMultipartUpload[\s>]/.test(xml)) throw malformed;
  const parts = [...xml.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, inner = ""]) => ({
    partNumber: Number(/<PartNumber>\s*(\d{1,5})\s*<\/PartNumber>/.exec(inner)?.[1] ?? "0"),
    etag: (/<ETag>\s*([^<]{1,200}?)\s*<\/ETag>/.exec(inner)?.[1] ?? "").replace(/&quot;|&#34;|"/g, ""),
  }));
  if (parts.length === 0 || parts.some((part) => part.partNumber === 0 || part.etag === "")) throw malformed;
  return parts;
}
