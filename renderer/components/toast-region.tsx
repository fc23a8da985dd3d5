import { useLayoutEffect, useRef } from "react";
import { dismissToast, useToasts } from "#renderer/view-state/toasts.ts";
import { IconButton } from "./button.tsx";
import { LevelMark } from "./level-mark.tsx";
import "./toast-region.css";

/** The corner where passing messages appear; a popover, so that it lies above dialogs as well. */
export function ToastRegion() {
  const toasts = useToasts();
  const region = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const element = region.current;
    if (element === null) return;
    // Shown anew for every message: the newest thing in the top layer is the topmost.
    if (element.matches(":popover-open")) element.hidePopover();
    if (toasts.length > 0) element.showPopover();
  }, [toasts]);

  return (
    <div ref={region} className="toast-region" popover="manual" role="region" aria-label="Messages">
      {toasts.map((toast) => (
        <div key={toast.id} className="toast" role={toast.level === "error" ? "alert" : "status"}>
          <LevelMark level={toast.level === "error" ? "error" : "pass"} />
          <div className="toast-words selectable">
            <strong>{toast.title}</strong>
            {toast.text !== "" && <p>{toast.text}</p>}
            {toast.hint !== "" && <p className="soft">{toast.hint}</p>}
          </div>
          <IconButton icon="close" label="Dismiss" onClick={() => dismissToast(toast.id)} />
        </div>
      ))}
    </div>
  );
}
