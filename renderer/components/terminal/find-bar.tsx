import { useState } from "react";
import { IconButton } from "../button.tsx";

interface FindBarProps {
  found: { index: number; count: number };
  onFind: (text: string, direction: "next" | "previous", incremental: boolean) => void;
  onClose: () => void;
}

export function FindBar({ found, onFind, onClose }: FindBarProps) {
  const [text, setText] = useState("");
  const tally =
    text === "" ? "" : found.count === 0 ? "Nothing found" : `${found.index + 1} of ${found.count}`;
  return (
    <form
      className="terminal-find"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        onFind(text, "previous", false);
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onClose();
      }}
    >
      <input
        className="input"
        aria-label="Find in console"
        placeholder="Find"
        autoFocus
        spellCheck={false}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          onFind(event.target.value, "next", true);
        }}
      />
      <output className="terminal-find-tally">{tally}</output>
      <IconButton icon="chevron-right" label="Next match" onClick={() => onFind(text, "next", false)} />
      <IconButton icon="close" label="Close find" onClick={onClose} />
    </form>
  );
}
