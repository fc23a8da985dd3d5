import { useId, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import "./tabs.css";

export interface Tab<T extends string> {
  value: T;
  label: string;
  /** A count or a mark after the label. */
  badge?: ReactNode;
}

interface TabsProps<T extends string> {
  label: string;
  tabs: readonly Tab<T>[];
  value: T;
  onValue: (value: T) => void;
  /** Stands at the right end of the row of tabs. */
  trailing?: ReactNode;
  /**
   * Made when it is first shown (a terminal measures itself then), and kept in the page from then on, hidden with
   * `hidden`: a terminal must not lose its place.
   */
  panel: (value: T, shown: boolean) => ReactNode;
}

export function Tabs<T extends string>({ label, tabs, value, onValue, trailing, panel }: TabsProps<T>) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState<readonly T[]>([value]);
  if (!seen.includes(value)) setSeen([...seen, value]);
  const move = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const at = tabs.findIndex((tab) => tab.value === value);
    const next = tabs[(at + step + tabs.length) % tabs.length];
    if (next === undefined) return;
    event.preventDefault();
    onValue(next.value);
    list.current?.querySelector<HTMLElement>(`[data-tab="${next.value}"]`)?.focus();
  };
  return (
    <div className="tabs">
      <div className="tab-row">
        <div ref={list} className="tab-list" role="tablist" aria-label={label} onKeyDown={move}>
          {tabs.map((tab) => (
            <button
              key={tab.value}
              type="button"
              role="tab"
              className="tab"
              id={`${id}-${tab.value}`}
              data-tab={tab.value}
              aria-selected={tab.value === value}
              aria-controls={`${id}-${tab.value}-panel`}
              tabIndex={tab.value === value ? 0 : -1}
              onClick={() => onValue(tab.value)}
            >
              {tab.label}
              {tab.badge}
            </button>
          ))}
        </div>
        {trailing}
      </div>
      {tabs.map((tab) => (
        <div
          key={tab.value}
          role="tabpanel"
          className="tab-panel"
          id={`${id}-${tab.value}-panel`}
          aria-labelledby={`${id}-${tab.value}`}
          hidden={tab.value !== value}
        >
          {seen.includes(tab.value) && panel(tab.value, tab.value === value)}
        </div>
      ))}
    </div>
  );
}
