import { useId, useState, type KeyboardEvent } from "react";
import { Field } from "./field.tsx";
import { Icon } from "./icon.tsx";
import "./chips-field.css";

interface ChipsFieldProps {
  label: string;
  hint?: string;
  placeholder?: string;
  values: readonly string[];
  suggestions: readonly string[];
  onValues: (values: string[]) => void;
}

/** Several words: each becomes a chip with Enter, a comma or by leaving the field; Backspace takes the last back. */
export function ChipsField({ label, hint, placeholder, values, suggestions, onValues }: ChipsFieldProps) {
  const [typed, setTyped] = useState("");
  const listId = useId();
  const take = (text: string) => {
    const added = text.split(/[\s,]+/).filter((word) => word !== "" && !values.includes(word));
    setTyped("");
    if (added.length > 0) onValues([...values, ...new Set(added)]);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if ((event.key === "Enter" || event.key === ",") && typed.trim() !== "") {
      event.preventDefault();
      take(typed);
    } else if (event.key === "Backspace" && typed === "") onValues(values.slice(0, -1));
  };
  return (
    <Field label={label} hint={hint}>
      {({ id, describedBy }) => (
        <div className="chips">
          {values.map((value) => (
            <button
              key={value}
              type="button"
              className="chip"
              aria-label={`Remove ${value}`}
              onClick={() => onValues(values.filter((other) => other !== value))}
            >
              {value}
              <Icon name="close" />
            </button>
          ))}
          <input
            id={id}
            list={listId}
            className="chips-input"
            spellCheck={false}
            autoComplete="off"
            placeholder={values.length === 0 ? placeholder : undefined}
            aria-describedby={describedBy}
            value={typed}
            onChange={(event) => {
              const text = event.target.value;
              // A suggestion that was picked from the list is whole at once.
              if (suggestions.includes(text) && text.length - typed.length > 1) take(text);
              else setTyped(text);
            }}
            onKeyDown={onKeyDown}
            onBlur={() => take(typed)}
          />
          <datalist id={listId}>
            {suggestions
              .filter((word) => !values.includes(word))
              .map((word) => (
                <option key={word} value={word} />
              ))}
          </datalist>
        </div>
      )}
    </Field>
  );
}
