import { Icon } from "./icon.tsx";
import "./keychain-note.css";

/** Where what is typed into the form above goes. */
export function KeychainNote() {
  return (
    <span className="dialog-footer-note keychain-note faint">
      <Icon name="lock" /> Keys rest in your system's keychain
    </span>
  );
}
