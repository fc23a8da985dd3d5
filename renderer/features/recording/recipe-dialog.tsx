import { useState } from "react";
import type { OutputOf } from "#contract/contract.ts";
import { Button } from "#renderer/components/button.tsx";
import { copyText } from "#renderer/components/copy-text.ts";
import { Dialog } from "#renderer/components/dialog.tsx";
import { Field } from "#renderer/components/field.tsx";
import { saveText } from "#renderer/components/save-text.ts";
import { useCall } from "#renderer/host/use-call.ts";
import "./recipe-dialog.css";

type Problems = OutputOf<"recipes.check">["problems"];

/** A recorded recipe: looked at, corrected, checked, kept. */
export function RecipeDialog(props: { name: string; recipe: string; onClose: () => void }) {
  const { name, recipe, onClose } = props;
  const [text, setText] = useState(recipe);
  const [problems, setProblems] = useState<Problems | null>(null);
  const check = useCall("recipes.check");
  const look = async () => {
    const checked = await check.run({ text });
    if (checked !== null) setProblems(checked.problems);
  };
  const fileName = `${name.replace(/[^\p{L}\p{N}._-]+/gu, "-")}.yaml`;
  return (
    <Dialog
      title="Recorded recipe"
      size="large"
      onClose={onClose}
      footer={
        <>
          <span className="dialog-footer-note faint">
            Replay it with <code>goldsmith build {fileName}</code>
          </span>
          <Button icon="copy" onClick={() => void copyText(text, "the recipe")}>
            Copy
          </Button>
          <Button busy={check.pending} onClick={() => void look()}>
            Check
          </Button>
          <Button
            look="primary"
            icon="download"
            onClick={() => saveText([text], fileName, "application/yaml")}
          >
            Save
          </Button>
        </>
      }
    >
      <Field
        label="Recipe"
        hint="Passwords were not written down: a variable stands for each, and is asked for when it is replayed."
      >
        {({ id, describedBy }) => (
          <textarea
            id={id}
            className="input mono recipe-text"
            aria-describedby={describedBy}
            spellCheck={false}
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              setProblems(null);
            }}
          />
        )}
      </Field>
      {problems !== null && (
        <ul className="recipe-problems" role="status">
          {problems.length === 0 && <li>The recipe is in order.</li>}
          {problems.map(({ line, column, message }) => (
            <li key={`${line}:${column}:${message}`} className="field-problem">
              Line {line}, column {column}: {message}
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}
