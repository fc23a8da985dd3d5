import { EventEmitter } from "node:events";

/** What the harness tells the test that started it. */
export type Told =
  | { type: "chromium"; endpoint: string; pid: number }
  | { type: "open-external"; url: string }
  | { type: "notification"; title: string; body: string }
  | { type: "message-box"; message: string; buttons: string[] }
  | { type: "error-box"; title: string; content: string };

/** What a test can ask of it: what a person would do outside the page. */
export type Asked =
  | { type: "menu"; label: string }
  | { type: "crash-renderer" }
  | { type: "close-window" }
  | { type: "answer-box"; button: number }
  | { type: "quit" };

export const asked = new EventEmitter<{ [T in Asked["type"]]: [Extract<Asked, { type: T }>] }>();

process.on("message", (message: Asked) => {
  asked.emit(message.type, message as never);
});
// A test that died must not leave its app behind.
process.on("disconnect", () => process.exit(1));

export function tell(message: Told): void {
  if (process.send === undefined) console.log(JSON.stringify(message));
  else process.send(message);
}
