interface ConsoleKeys {
  onFind: () => void;
  onCopy: () => void;
  onFont: (change: -1 | 0 | 1) => void;
}

/** Keys that the window keeps for itself while the console has focus. Everything else belongs to the guest. */
export function consoleKeys({ onFind, onCopy, onFont }: ConsoleKeys): (event: KeyboardEvent) => boolean {
  return (event) => {
    // Leaves the console: Tab belongs to the guest, so there must be a way out.
    if (event.key === "F6" && event.ctrlKey) return true;
    const command = event.ctrlKey || event.metaKey;
    if (!command || event.altKey) return false;
    const key = event.key.toLowerCase();
    if (event.shiftKey || event.metaKey) {
      if (key === "v") return true; // The browser's own paste follows, as a paste event.
      if (key === "p" || (key === "k" && event.metaKey)) return true; // The palette listens further out.
      if (key === "f") return take(event, onFind);
      if (key === "c") return take(event, onCopy);
    }
    if (key === "+" || key === "=") return take(event, () => onFont(1));
    if (key === "-") return take(event, () => onFont(-1));
    if (key === "0") return take(event, () => onFont(0));
    return false;
  };
}

function take(event: KeyboardEvent, act: () => void): true {
  event.preventDefault();
  act();
  return true;
}
