import { TextField } from "#renderer/components/field.tsx";
import { formatWholeBytes } from "#renderer/lib/format-bytes.ts";
import { parseSize } from "#renderer/lib/parse-size.ts";
import "./size-field.css";

interface SizeFieldProps {
  label: string;
  text: string;
  onText: (text: string) => void;
  presetsBytes: readonly number[];
  problem: string | null;
}

/** A size as people write it, with the usual ones at hand. */
export function SizeField({ label, text, onText, presetsBytes, problem }: SizeFieldProps) {
  const sizeBytes = parseSize(text);
  return (
    <div className="size-field">
      <TextField label={label} value={text} onValue={onText} problem={problem} />
      <div className="size-presets" role="group" aria-label={`${label} presets`}>
        {presetsBytes.map((preset) => (
          <button
            key={preset}
            type="button"
            className="size-preset"
            aria-pressed={preset === sizeBytes}
            onClick={() => onText(formatWholeBytes(preset))}
          >
            {formatWholeBytes(preset)}
          </button>
        ))}
      </div>
    </div>
  );
}
