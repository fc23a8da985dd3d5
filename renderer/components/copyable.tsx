import { IconButton } from "./button.tsx";
import { copyText } from "./copy-text.ts";
import "./copyable.css";

/** A value in code type with a button that copies it. `shown` may be shorter than what is copied. */
export function Copyable({ text, shown = text, what }: { text: string; shown?: string; what: string }) {
  return (
    <span className="copyable">
      <code className="truncate" title={text}>
        {shown}
      </code>
      <IconButton icon="copy" label={`Copy ${what}`} onClick={() => void copyText(text, what)} />
    </span>
  );
}
