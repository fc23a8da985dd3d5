import { useId, useState, type KeyboardEvent } from "react";
import { Dialog } from "#renderer/components/dialog.tsx";
import { Icon } from "#renderer/components/icon.tsx";
import { Kbd } from "#renderer/components/kbd.tsx";
import { classNames } from "#renderer/lib/class-names.ts";
import { closeDialog } from "#renderer/view-state/view-state.ts";
import { findActions, isAvailable, type Action } from "./actions.ts";
import { useActions } from "./use-actions.ts";
import "./command-palette.css";

/** Every action by typing a part of its name. */
export function CommandPalette() {
  const listId = useId();
  const [search, setSearch] = useState("");
  const [at, setAt] = useState(0);
  const found = findActions(useActions(), search).slice(0, 60);
  const current = Math.min(at, found.length - 1);

  const run = (action: Action | undefined) => {
    if (action === undefined || !isAvailable(action)) return;
    closeDialog();
    action.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setAt((current + step + found.length) % Math.max(1, found.length));
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(found[current]);
    }
  };

  return (
    <Dialog title="Commands" bare onClose={closeDialog}>
      <div className="palette-search">
        <Icon name="search" />
        <input
          role="combobox"
          aria-label="Search commands"
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={found[current] === undefined ? undefined : `${listId}-${current}`}
          placeholder="What do you want to do?"
          spellCheck={false}
          autoFocus
          value={search}
          onChange={(event) => {
            setSearch(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <ul id={listId} className="palette-list" role="listbox" aria-label="Commands">
        {found.map((action, index) => (
          <li
            key={action.id}
            id={`${listId}-${index}`}
            ref={index === current ? scrollIntoPlace : undefined}
            role="option"
            aria-selected={index === current}
            aria-disabled={!isAvailable(action) || undefined}
            className={classNames("palette-item", index === current && "palette-current")}
            onPointerMove={() => setAt(index)}
            onClick={() => run(action)}
          >
            <Icon name={action.icon} />
            <span className="truncate">{action.title}</span>
            <span className="palette-group truncate">{action.unavailable ?? action.group}</span>
            {action.keys !== undefined && <Kbd keys={action.keys} />}
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="palette-none soft">Nothing is called that.</p>}
    </Dialog>
  );
}

const scrollIntoPlace = (item: HTMLElement | null) => item?.scrollIntoView({ block: "nearest" });
