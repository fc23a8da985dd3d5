import type { z } from "zod";

/** What a value is called in a recipe. */
const kinds: Partial<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "fields",
  record: "fields",
  null: "nothing",
  undefined: "nothing",
};
const kindOf = (name: string): string => kinds[name] ?? name;

/** One of zod's issues for people who write recipes. Our own messages stay as they are. */
export function issueWords(issue: z.core.$ZodIssue): string {
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the others have words of ours or none better
  switch (issue.code) {
    case "invalid_type": {
      const got = /received (\w+)/.exec(issue.message)?.[1] ?? "undefined";
      if (got === "undefined") return `This needs ${fieldOf(issue)}${kindOf(issue.expected)}`;
      const quotes = issue.expected === "string" && got !== "null" ? "; put it in quotes" : "";
      return `This must be ${kindOf(issue.expected)}, and is ${kindOf(got)}${quotes}`;
    }
    case "too_small":
      if (issue.minimum === 1 && issue.origin !== "number" && isZods(issue)) return "This must not be empty";
      return limitWords(issue, issue.inclusive === false ? "more than" : "at least", issue.minimum);
    case "too_big":
      return limitWords(issue, "at most", issue.maximum);
    case "invalid_value":
      return `This must be ${orList(issue.values.map(String))}`;
    default:
      return issue.message;
  }
}

function fieldOf({ path }: z.core.$ZodIssue): string {
  const name = path.at(-1);
  return typeof name === "string" ? `\`${name}\`, ` : "";
}

const units: Partial<Record<string, string>> = { string: "characters", array: "entries" };
/** A message of our own schemas is better than any made here. */
const isZods = ({ message }: z.core.$ZodIssue): boolean => /^(Too|Invalid)/.test(message);

function limitWords(
  issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig,
  bound: string,
  limit: number | bigint,
): string {
  if (!isZods(issue)) return issue.message;
  const unit = units[issue.origin];
  return unit === undefined ? `This must be ${bound} ${limit}` : `This must have ${bound} ${limit} ${unit}`;
}

const orList = (words: readonly string[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
