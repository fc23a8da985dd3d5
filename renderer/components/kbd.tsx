import "./kbd.css";

const onMac = /Mac/i.test(globalThis.navigator?.platform ?? "");

/** Keys as the platform writes them; `mod` is Cmd on a Mac and Ctrl elsewhere. */
export function Kbd({ keys }: { keys: readonly string[] }) {
  return (
    <span className="kbd-group">
      {keys.map((key) => (
        <kbd key={key} className="kbd">
          {key === "mod" ? (onMac ? "⌘" : "Ctrl") : key}
        </kbd>
      ))}
    </span>
  );
}
