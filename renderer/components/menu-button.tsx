import { useId, useRef, type KeyboardEvent } from "react";
import { Button } from "./button.tsx";
import type { IconName } from "./icon.tsx";
import "./menu-button.css";

interface MenuButtonProps<T extends string> {
  label: string;
  icon: IconName;
  items: readonly { value: T; title: string; detail: string; disabled?: boolean }[];
  onChoose: (value: T) => void;
}

/** A button with a short list of things to do. Arrows walk it, Escape and a click elsewhere close it. */
export function MenuButton<T extends string>({ label, icon, items, onChoose }: MenuButtonProps<T>) {
  const id = useId();
  const menu = useRef<HTMLDivElement>(null);
  const focusAt = (index: number) => {
    const entries = [...(menu.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
    entries[(index + entries.length) % entries.length]?.focus();
  };
  const move = (event: KeyboardEvent) => {
    const entries = [...(menu.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
    const at = entries.findIndex((entry) => entry === document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: entries.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    focusAt(to);
  };
  return (
    <div className="menu-button">
      <Button icon={icon} popoverTarget={id} aria-haspopup="menu">
        {label}
      </Button>
      <div
        ref={menu}
        id={id}
        popover="auto"
        role="menu"
        aria-label={label}
        className="menu"
        onKeyDown={move}
        onToggle={(event) => {
          if (event.newState === "open") focusAt(0);
        }}
      >
        {items.map(({ value, title, detail, disabled = false }) => (
          <button
            key={value}
            type="button"
            role="menuitem"
            className="menu-item"
            aria-disabled={disabled || undefined}
            onClick={() => {
              // It stays reachable, so that its reason can be read.
              if (disabled) return;
              menu.current?.hidePopover();
              onChoose(value);
            }}
          >
            <span>{title}</span>
            <span className="faint">{detail}</span>
          </button>
        ))}
      </div>
    </div>
  );
}
