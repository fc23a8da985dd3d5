import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import { errorWords } from "#contract/errors.ts";
import type { AppError } from "#core/lib/app-error.ts";

export interface Toast {
  id: number;
  level: "info" | "error";
  title: string;
  text: string;
  hint: string;
}

const toastStore = createStore<{ toasts: readonly Toast[] }>(() => ({ toasts: [] }));
let lastId = 0;

export const useToasts = (): readonly Toast[] => useStore(toastStore, ({ toasts }) => toasts);

export function showToast(toast: Omit<Toast, "id">): void {
  lastId += 1;
  const id = lastId;
  // The oldest give way: a wall of messages helps nobody.
  toastStore.setState(({ toasts }) => ({ toasts: [...toasts.slice(-3), { ...toast, id }] }));
  // Errors stay until they are read.
  if (toast.level === "info") setTimeout(() => dismissToast(id), 4000);
}

export const showDone = (title: string, text = ""): void =>
  showToast({ level: "info", title, text, hint: "" });

export function showError(error: AppError): void {
  if (error.code === "cancelled") return;
  showToast({
    level: "error",
    title: errorWords[error.code].title,
    text: error.message,
    hint: error.hint,
  });
}

export function dismissToast(id: number): void {
  toastStore.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }));
}
