import { Field } from "#renderer/components/field.tsx";
import "./notes-field.css";

/** Free text about a machine or an image. */
export function NotesField({ value, onValue }: { value: string; onValue: (value: string) => void }) {
  return (
    <Field label="Notes">
      {({ id }) => (
        <textarea
          id={id}
          className="input notes-text"
          rows={4}
          maxLength={10_000}
          value={value}
          placeholder="What it is for, what was done to it"
          onChange={(event) => onValue(event.target.value)}
        />
      )}
    </Field>
  );
}
