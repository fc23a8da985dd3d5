import { existsSync, readFileSync } from "node:fs";
import type { Ajv as AjvType, ValidateFunction } from "ajv";
import { Ajv } from "ajv";
import formats from "ajv-formats";
import { z } from "zod";

/**
 * For tests: the publisher's OpenAPI 3.0 document as a judge of what goes over the wire. It lies beside the
 * checkout (`../shared/specs`), not in it; where it is absent the tests that need it are skipped, loudly.
 */
const path = new URL("../../../../shared/specs/digitalocean.json", import.meta.url);
export const documentIsHere = existsSync(path);

const SchemaSchema = z.record(z.string(), z.unknown());
const MediaSchema = z.object({ "application/json": z.object({ schema: SchemaSchema }) }).partial();
const ParameterSchema = z.object({ name: z.string(), in: z.string(), schema: SchemaSchema.optional() });
const OperationSchema = z.object({
  parameters: z.array(z.union([z.object({ $ref: z.string() }), ParameterSchema])).default([]),
  requestBody: z.object({ content: MediaSchema }).optional(),
  responses: z.record(
    z.string(),
    z.union([z.object({ $ref: z.string() }), z.object({ content: MediaSchema.optional() })]),
  ),
});
const DocumentSchema = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
  components: z.object({
    schemas: z.record(z.string(), SchemaSchema),
    responses: z.record(z.string(), z.unknown()),
    parameters: z.record(z.string(), z.unknown()),
  }),
});

export interface SeenExchange {
  readonly method: string;
  readonly url: URL;
  readonly requestBody: unknown;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly responseBody: unknown;
}

/** Answers what is wrong with an exchange by the document; empty when nothing is. */
export function createJudge(): (exchange: SeenExchange) => string[] {
  const document = DocumentSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  const ajv: AjvType = new Ajv({ strict: false, allErrors: true, coerceTypes: false });
  formats.default(ajv);
  ajv.addSchema({ $id: "doc", components: translateNullable(document.components) as object });
  const compiled = new Map<string, ValidateFunction>();
  const check = (what: string, schema: object, value: unknown): string[] => {
    const text = JSON.stringify(translateNullable(schema)).replaceAll('"#/components', '"doc#/components');
    const validate = compiled.get(text) ?? ajv.compile(JSON.parse(text) as object);
    compiled.set(text, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message }) => `${what}${instancePath}: ${message ?? ""}`,
    );
  };
  const resolve = <S extends z.ZodType>(value: unknown, schema: S): z.output<S> => {
    const reference = z.object({ $ref: z.string() }).safeParse(value).data?.$ref;
    if (reference === undefined) return schema.parse(value);
    const found = reference
      .slice(2)
      .split("/")
      .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], document);
    return schema.parse(found);
  };

  return (exchange) => {
    const { method, url, status } = exchange;
    const template = Object.keys(document.paths).find((candidate) => matches(candidate, url.pathname));
    const raw = template === undefined ? undefined : document.paths[template]?.[method.toLowerCase()];
    if (raw === undefined) return status === 404 ? [] : [`${method} ${url.pathname} is not in the document`];
    const operation = OperationSchema.parse(raw);
    const problems: string[] = [];
    const known = operation.parameters.map((parameter) => resolve(parameter, ParameterSchema));
    for (const [name, value] of url.searchParams) {
      const parameter = known.find((candidate) => candidate.in === "query" && candidate.name === name);
      if (parameter === undefined) problems.push(`query ${name} is not in the document`);
      else problems.push(...check(`query ${name}`, parameter.schema ?? {}, fromQuery(value)));
    }
    const bodySchema = operation.requestBody?.content["application/json"]?.schema;
    // A request that was refused may be wrong; that is what it was refused for.
    if (bodySchema !== undefined && status < 400)
      problems.push(...check("request", bodySchema, exchange.requestBody));
    if (bodySchema === undefined && exchange.requestBody !== undefined)
      problems.push("a body where none is foreseen");
    const response = operation.responses[String(status)] ?? operation.responses["default"];
    const media = resolve(response, z.object({ content: MediaSchema.optional() })).content?.[
      "application/json"
    ];
    if (media === undefined) {
      if (exchange.responseBody !== null) problems.push(`a body with ${status}`);
    } else problems.push(...check(`response ${status}`, media.schema, exchange.responseBody));
    for (const header of ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"]) {
      if (!/^\d+$/.test(exchange.headers[header] ?? "")) problems.push(`header ${header} is no integer`);
    }
    return problems.map((problem) => `${method} ${url.pathname}${url.search}: ${problem}`);
  };
}

/** For one answer of which the document wraps the content in prose only (`{"action": …}`). */
export function createSchemaCheck(name: string): (value: unknown) => boolean {
  const document = DocumentSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  const ajv: AjvType = new Ajv({ strict: false });
  formats.default(ajv);
  ajv.addSchema({ $id: "doc", components: translateNullable(document.components) as object });
  const validate = ajv.compile({ $ref: `doc#/components/schemas/${name}` });
  return (value) => validate(value) === true;
}

function matches(template: string, path: string): boolean {
  const wanted = template.split("/");
  const given = path.split("/");
  return (
    wanted.length === given.length && wanted.every((part, at) => part.startsWith("{") || part === given[at])
  );
}

const fromQuery = (value: string): unknown => {
  if (/^\d+$/.test(value)) return Number(value);
  return value === "true" ? true : value === "false" ? false : value;
};

/** OpenAPI 3.0's `nullable: true` in the words of JSON Schema; an enum must then allow null as well. */
function translateNullable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(translateNullable);
  if (typeof value !== "object" || value === null) return value;
  const { nullable, example: _example, ...rest } = value as Record<string, unknown>;
  const translated = Object.fromEntries(
    Object.entries(rest).map(([key, inner]) => [key, translateNullable(inner)]),
  );
  return nullable === true ? { anyOf: [translated, { type: "null" }] } : translated;
}
