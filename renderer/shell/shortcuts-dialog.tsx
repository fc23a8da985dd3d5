import { Dialog } from "#renderer/components/dialog.tsx";
import { Kbd } from "#renderer/components/kbd.tsx";
import { closeDialog } from "#renderer/view-state/view-state.ts";
import { shortcutGroups } from "./shortcut-list.ts";
import "./shortcuts-dialog.css";

export function ShortcutsDialog() {
  return (
    <Dialog title="Keyboard shortcuts" onClose={closeDialog}>
      {shortcutGroups.map((group) => (
        <section key={group.title} className="shortcuts">
          <h3>{group.title}</h3>
          <ul>
            {group.shortcuts.map((shortcut) => (
              <li key={shortcut.what}>
                <span>{shortcut.what}</span>
                <Kbd keys={shortcut.keys} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </Dialog>
  );
}
