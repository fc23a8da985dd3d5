import { useState } from "react";

export interface KeysForm {
  attempts: number;
  /** Complaints about fields stand from the first try on, and are gone when what was sent has an answer. */
  tried: boolean;
  submit: () => void;
}

/** `send`: null while something is missing. Afterwards what was typed in secret is to be forgotten, also when refused. */
export function useKeysForm(send: (() => Promise<unknown>) | null): KeysForm {
  const [tried, setTried] = useState(false);
  const [attempts, setAttempts] = useState(0);
  const submit = () => {
    setTried(true);
    setAttempts((before) => before + 1);
    if (send !== null) void send().then(() => setTried(false));
  };
  return { attempts, tried, submit };
}
