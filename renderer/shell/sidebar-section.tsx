import { useId, type ReactNode } from "react";
import { classNames } from "#renderer/lib/class-names.ts";
import { routeToHash, type Route } from "#renderer/view-state/route.ts";
import { go, useView } from "#renderer/view-state/view-state.ts";

interface SidebarSectionProps {
  title: string;
  shown: boolean;
  children: ReactNode;
}

export function SidebarSection({ title, shown, children }: SidebarSectionProps) {
  const titleId = useId();
  if (!shown) return null;
  return (
    <section className="sidebar-section">
      <h2 id={titleId}>{title}</h2>
      <ul aria-labelledby={titleId}>{children}</ul>
    </section>
  );
}

interface SidebarItemProps {
  route: Route;
  mark: ReactNode;
  title: string;
  detail?: string;
  /** Something went wrong there. */
  alert?: boolean;
}

export function SidebarItem({ route, mark, title, detail = "", alert = false }: SidebarItemProps) {
  const current = useView((view) => sameThing(view.route, route));
  return (
    <li>
      <button
        type="button"
        className={classNames("sidebar-item", current && "sidebar-current")}
        data-stop
        aria-current={current ? "page" : undefined}
        onClick={() => go(route)}
      >
        <span className="sidebar-mark">{mark}</span>
        <span className="truncate">{title}</span>
        {alert && <span className="sidebar-alert" role="img" aria-label="needs attention" />}
        {detail !== "" && <span className="sidebar-detail">{detail}</span>}
      </button>
    </li>
  );
}

/** A machine stays marked on all its tabs, a list on the screens of its entries. */
function sameThing(shown: Route, own: Route): boolean {
  if ((shown.screen === "job" || shown.screen === "batch") && own.screen === "activity") return true;
  if (shown.screen === "remote-image" && own.screen === "remote") return true;
  if (shown.screen === "machine" && own.screen === "machine") return shown.id === own.id;
  return routeToHash(shown) === routeToHash(own);
}
