import { existsSync, readFileSync } from "node:fs";
import type { Ajv as AjvType, ValidateFunction } from "ajv";
import { Ajv } from "ajv";
import formats from "ajv-formats";
import { z } from "zod";
import type { Exchange } from "../emulator.ts";

/** For tests: the publishers' OpenAPI 3.0 documents as judges of what goes over the wire. */
export type DocumentName = "digitalocean" | "contabo" | "fybe";

/** They lie beside the checkout, not in it; where they are absent the tests that need them are skipped, loudly. */
const pathOf = (name: DocumentName): URL =>
  new URL(`../../../../../shared/specs/${name}.json`, import.meta.url);
export const documentIsHere = (name: DocumentName): boolean => existsSync(pathOf(name));

const SchemaSchema = z.record(z.string(), z.unknown());
const MediaSchema = z.object({ "application/json": z.object({ schema: SchemaSchema }) }).partial();
const ParameterSchema = z.object({
  name: z.string(),
  in: z.string(),
  required: z.boolean().default(false),
  schema: SchemaSchema.default({}),
});
const ReferenceSchema = z.object({ $ref: z.string() });
const HeaderSchema = z.object({ schema: SchemaSchema.default({}) });
const ResponseSchema = z.object({
  content: MediaSchema.optional(),
  headers: z.record(z.string(), z.union([ReferenceSchema, HeaderSchema])).default({}),
});
const OperationSchema = z.object({
  parameters: z.array(z.union([ReferenceSchema, ParameterSchema])).default([]),
  requestBody: z.object({ content: MediaSchema }).optional(),
  responses: z.record(z.string(), z.union([ReferenceSchema, z.unknown()])),
});
const DocumentSchema = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
  components: z.object({ schemas: z.record(z.string(), SchemaSchema) }).loose(),
});

type Judge = (exchange: Exchange) => string[];
type Document = z.infer<typeof DocumentSchema>;
type Parameter = z.infer<typeof ParameterSchema>;

/** Headers that come with some answers of a kind only. */
const sometimes = new Set(["retry-after", "content-type", "x-request-id"]);

/** Reading a document and compiling its schemas takes a good part of a second: once is enough. */
const checks = new Map<DocumentName, { document: Document; check: Check }>();

function open(name: DocumentName): { document: Document; check: Check } {
  const known = checks.get(name);
  if (known !== undefined) return known;
  const document = DocumentSchema.parse(JSON.parse(readFileSync(pathOf(name), "utf8")));
  const opened = { document, check: createCheck(document) };
  checks.set(name, opened);
  return opened;
}

/** Answers what is wrong with an exchange by the document; empty when nothing is. */
export function createJudge(name: DocumentName): Judge {
  const { document, check } = open(name);
  return (exchange) => {
    const { method, url, status } = exchange;
    const template = bestTemplate(Object.keys(document.paths), url.pathname);
    const raw = template === undefined ? undefined : document.paths[template]?.[method.toLowerCase()];
    if (raw === undefined) return status === 404 ? [] : [`${method} ${url.pathname} is not in the document`];
    const operation = OperationSchema.parse(raw);
    const parameters = operation.parameters.map((each) => resolve(document, each, ParameterSchema));
    // A request that was refused may be wrong; that is what it was refused for.
    const problems = status < 400 ? requestProblems(exchange, template ?? "", parameters, check) : [];
    const bodySchema = operation.requestBody?.content["application/json"]?.schema;
    if (bodySchema !== undefined && status < 400)
      problems.push(...check("request", bodySchema, exchange.requestBody));
    if (bodySchema === undefined && exchange.requestBody !== undefined)
      problems.push("a body where none is foreseen");
    problems.push(...answerProblems(exchange, operation, document, check));
    return problems.map((problem) => `${method} ${url.pathname}${url.search}: ${problem}`);
  };
}

/** For a part of an answer whose wrapping the document tells in prose only (`{"action": …}`). */
export function createSchemaCheck(name: DocumentName, schema: string): (value: unknown) => boolean {
  const { check } = open(name);
  return (value) => check("", { $ref: `#/components/schemas/${schema}` }, value).length === 0;
}

type Check = (what: string, schema: object, value: unknown) => string[];

function createCheck(document: Document): Check {
  const ajv: AjvType = new Ajv({ strict: false, allErrors: true, coerceTypes: false });
  formats.default(ajv);
  ajv.addSchema({ $id: "doc", components: translateNullable(document.components) as object });
  const compiled = new Map<string, ValidateFunction>();
  return (what, schema, value) => {
    const text = JSON.stringify(translateNullable(schema)).replaceAll('"#/components', '"doc#/components');
    const validate = compiled.get(text) ?? ajv.compile(JSON.parse(text) as object);
    compiled.set(text, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message }) => `${what}${instancePath}: ${message ?? ""}`,
    );
  };
}

function resolve<S extends z.ZodType>(document: Document, value: unknown, schema: S): z.output<S> {
  const reference = ReferenceSchema.safeParse(value).data?.$ref;
  if (reference === undefined) return schema.parse(value);
  const found = reference
    .slice(2)
    .split("/")
    .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], document);
  return schema.parse(found);
}

function requestProblems(
  exchange: Exchange,
  template: string,
  parameters: readonly Parameter[],
  check: Check,
): string[] {
  const { url, requestHeaders } = exchange;
  const problems: string[] = [];
  for (const [name, value] of url.searchParams) {
    const parameter = parameters.find((candidate) => candidate.in === "query" && candidate.name === name);
    if (parameter === undefined) problems.push(`query ${name} is not in the document`);
    else problems.push(...checkText(`query ${name}`, parameter.schema, value, check));
  }
  for (const { name, in: place, required, schema } of parameters) {
    const value =
      place === "header" ? requestHeaders[name.toLowerCase()] : inPath(template, url.pathname, name);
    if (place === "query" ? required && !url.searchParams.has(name) : required && value === undefined)
      problems.push(`${place} ${name} is missing`);
    if (place !== "query" && value !== undefined)
      problems.push(...checkText(`${place} ${name}`, schema, value, check));
  }
  return problems;
}

function answerProblems(
  exchange: Exchange,
  operation: z.infer<typeof OperationSchema>,
  document: Document,
  check: Check,
): string[] {
  const { status, responseBody } = exchange;
  const raw = operation.responses[String(status)] ?? operation.responses["default"];
  // Some documents tell of no error at all.
  if (raw === undefined) return status >= 400 ? [] : [`status ${status} is not in the document`];
  const response = resolve(document, raw, ResponseSchema);
  const problems: string[] = [];
  const media = response.content?.["application/json"];
  if (media !== undefined) problems.push(...check(`response ${status}`, media.schema, responseBody));
  else if (responseBody !== null) problems.push(`a body with ${status}`);
  for (const [name, header] of Object.entries(response.headers)) {
    if (sometimes.has(name)) continue;
    const value = exchange.headers[name];
    if (value === undefined) problems.push(`header ${name} is missing`);
    else {
      const { schema } = resolve(document, header, HeaderSchema);
      problems.push(...checkText(`header ${name}`, schema, value, check));
    }
  }
  return problems;
}

/** Text out of an address or a header, which the schema may mean as a number, a truth value or a list. */
function checkText(what: string, schema: object, text: string, check: Check): string[] {
  const readings: unknown[] = [text];
  if (/^-?\d+$/.test(text)) readings.push(Number(text));
  if (text === "true" || text === "false") readings.push(text === "true");
  readings.push(text.split(","));
  const found = readings.map((value) => check(what, schema, value));
  return found.some((problems) => problems.length === 0) ? [] : (found[0] ?? []);
}

/** Of the templates that fit, the one with the fewest blanks: `/images/stats` is no `/images/{imageId}`. */
function bestTemplate(templates: readonly string[], path: string): string | undefined {
  const blanks = (template: string): number => template.split("{").length;
  return templates
    .filter((template) => matches(template, path))
    .toSorted((one, other) => blanks(one) - blanks(other))[0];
}

function matches(template: string, path: string): boolean {
  const wanted = template.split("/");
  const given = path.split("/");
  return (
    wanted.length === given.length && wanted.every((part, at) => part.startsWith("{") || part === given[at])
  );
}

function inPath(template: string, path: string, name: string): string | undefined {
  const at = template.split("/").indexOf(`{${name}}`);
  return at === -1 ? undefined : path.split("/")[at];
}

/**
 * OpenAPI 3.0's `nullable: true` in the words of JSON Schema; an enum must then allow null as well. A `pattern` that
 * is the picture of a date instead of an expression fits no date at all: it is left out with its format.
 */
function translateNullable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(translateNullable);
  if (typeof value !== "object" || value === null) return value;
  const { nullable, example: _example, ...rest } = value as Record<string, unknown>;
  if (rest["pattern"] === "yyyy-mm-dd") return { type: rest["type"] };
  const translated = Object.fromEntries(
    Object.entries(rest).map(([key, inner]) => [key, translateNullable(inner)]),
  );
  return nullable === true ? { anyOf: [translated, { type: "null" }] } : translated;
}
