import { useEffect, useRef, type RefObject } from "react";

/** After each attempt the first field that is wrong gets the focus. Put the ref on the form. */
export function useFocusInvalid(attempts: number): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (attempts > 0) form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
  }, [attempts]);
  return form;
}
