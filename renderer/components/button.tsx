import type { ComponentPropsWithRef } from "react";
import { classNames } from "#renderer/lib/class-names.ts";
import { Icon, type IconName } from "./icon.tsx";
import "./button.css";

interface ButtonProps extends Omit<ComponentPropsWithRef<"button">, "className"> {
  look?: "plain" | "primary" | "danger" | "quiet";
  icon?: IconName;
  /** Work is under way: shows a ring and takes no click, but keeps focus and size. */
  busy?: boolean;
  /** Why it cannot be used now: shown on hover and read out. Sets `aria-disabled`, so it stays reachable. */
  unavailable?: string | null;
}

export function Button({
  look = "plain",
  icon,
  busy = false,
  unavailable = null,
  children,
  onClick,
  title,
  type = "button",
  ...rest
}: ButtonProps) {
  const blocked = busy || unavailable !== null;
  return (
    <button
      {...rest}
      type={type}
      className={classNames("button", `button-${look}`)}
      aria-disabled={blocked || undefined}
      aria-busy={busy || undefined}
      title={unavailable ?? title}
      onClick={blocked ? (event) => event.preventDefault() : onClick}
    >
      {busy ? <span className="ring" aria-hidden="true" /> : icon !== undefined && <Icon name={icon} />}
      {children !== undefined && <span>{children}</span>}
    </button>
  );
}

interface IconButtonProps extends Omit<ButtonProps, "children" | "icon"> {
  icon: IconName;
  /** Its accessible name, and the tooltip unless a title is given. */
  label: string;
}

export function IconButton({ icon, label, title, look = "quiet", ...rest }: IconButtonProps) {
  return <Button {...rest} look={look} icon={icon} aria-label={label} title={title ?? label} />;
}
