import type { ConnectField } from "#contract/provider-info.ts";
import { ConnectFieldInput } from "./connect-field-input.tsx";

interface ConnectFieldsProps {
  fields: readonly ConnectField[];
  /** By the names of the fields. */
  values: Readonly<Record<string, string>>;
  problem: (name: string) => string | null;
  onValues: (values: Readonly<Record<string, string>>) => void;
  /** A secret that is left empty stays as it is. */
  kept?: boolean;
}

/** What a provider asks for, as its manifest describes it. */
export function ConnectFields({ fields, values, problem, onValues, kept = false }: ConnectFieldsProps) {
  return fields.map((field) => (
    <ConnectFieldInput
      key={field.name}
      field={field}
      kept={kept}
      value={values[field.name] ?? ""}
      problem={problem(field.name)}
      onValue={(value) => onValues({ ...values, [field.name]: value })}
    />
  ));
}
