import { useEffect, useId, useLayoutEffect, useRef, type ReactNode } from "react";
import { classNames } from "#renderer/lib/class-names.ts";
import { IconButton } from "./button.tsx";
import "./dialog.css";

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
  /** Buttons, in reading order; the main one last. */
  footer?: ReactNode;
  size?: "small" | "medium" | "large" | "wide";
  /** No title bar; the title is only read out. */
  bare?: boolean;
}

/** The platform's own modal dialog: it keeps focus inside, takes Esc and gives focus back when it closes. */
export function Dialog({ title, onClose, children, footer, size = "medium", bare = false }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const titleId = useId();

  useLayoutEffect(() => {
    const element = dialog.current;
    if (element === null) return;
    if (!element.open) element.showModal();
    // A body that scrolls would take the focus itself (Chromium), where nothing can be typed.
    if (document.activeElement === body.current)
      element.querySelector<HTMLElement>("input, select, textarea, button")?.focus({ preventScroll: true });
    // Closing before the element leaves the page is what returns focus to the opener.
    return () => element.close();
  }, []);

  useEffect(() => {
    const element = dialog.current;
    if (element === null) return;
    const cancel = (event: Event) => {
      // The owner of the state closes it; and a <select> inside must not close the dialog by its own Esc.
      event.preventDefault();
      if (event.target === element) onClose();
    };
    const pressOutside = (event: MouseEvent) => {
      if (event.target === element) onClose();
    };
    element.addEventListener("cancel", cancel);
    element.addEventListener("mousedown", pressOutside);
    return () => {
      element.removeEventListener("cancel", cancel);
      element.removeEventListener("mousedown", pressOutside);
    };
  }, [onClose]);

  return (
    <dialog ref={dialog} className={classNames("dialog", `dialog-${size}`)} aria-labelledby={titleId}>
      <div className="dialog-frame">
        <header className={bare ? "visually-hidden" : "dialog-header"}>
          <h2 id={titleId}>{title}</h2>
        </header>
        <div ref={body} className={bare ? "dialog-bare" : "dialog-body"}>
          {children}
        </div>
        {footer !== undefined && <footer className="dialog-footer">{footer}</footer>}
        {/* Last in order, so that focus begins with the content. */}
        {!bare && (
          <div className="dialog-close">
            <IconButton icon="close" label="Close" onClick={onClose} />
          </div>
        )}
      </div>
    </dialog>
  );
}
