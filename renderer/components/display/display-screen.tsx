import { useCallback, useEffect, useRef, useState } from "react";
import RFB from "@novnc/novnc";
import type { MachineView } from "#contract/machine.ts";
import { AppError } from "#core/lib/app-error.ts";
import { useCore } from "#renderer/host/core-context.tsx";
import { useCall } from "#renderer/host/use-call.ts";
import { showError } from "#renderer/view-state/toasts.ts";
import { Button } from "../button.tsx";
import { saveText } from "../save-text.ts";
import { RfbChannel } from "./rfb-channel.ts";
import { typeText } from "./type-text.ts";
import "./display-screen.css";

type Link = "connecting" | "live" | "ended";

/** The guest's screen, keyboard and pointer, for installers that do not talk on the serial port. */
export function DisplayScreen({ machine, shown }: { machine: MachineView; shown: boolean }) {
  const { client } = useCore();
  const stage = useRef<HTMLDivElement>(null);
  const [rfb, setRfb] = useState<RFB | null>(null);
  const [link, setLink] = useState<Link>("connecting");
  const [attempt, setAttempt] = useState(0);
  const [typing, setTyping] = useState<AbortController | null>(null);
  const screenshot = useCall("machines.screenshot");
  const on = machine.power === "running" || machine.power === "paused" || machine.power === "stopping";
  const machineId = machine.id;

  // Connected only while it is looked at: a screen that nobody sees costs the guest and us nothing.
  const wanted = on && shown;
  useEffect(() => {
    const target = stage.current;
    if (!wanted || target === null) return;
    const channel = new RfbChannel(client, machineId);
    setLink("connecting");
    const opened = new RFB(target, channel, { shared: true });
    opened.scaleViewport = true;
    opened.focusOnClick = true;
    opened.background = "transparent";
    opened.addEventListener("connect", () => setLink("live"));
    opened.addEventListener("disconnect", () => setLink("ended"));
    setRfb(opened);
    channel.start();
    return () => {
      setRfb(null);
      opened.disconnect();
      target.replaceChildren();
    };
  }, [client, machineId, wanted, attempt]);

  const stopTyping = useCallback(() => typing?.abort(), [typing]);
  useEffect(() => stopTyping, [stopTyping]);

  const typeClipboard = async () => {
    if (rfb === null) return;
    const stop = new AbortController();
    setTyping(stop);
    try {
      const text = await navigator.clipboard.readText();
      if (text === "") throw new AppError("bad-input", "There is no text in the clipboard");
      const missing = await typeText(text, (keysym, down) => rfb.sendKey(keysym, null, down), stop.signal);
      if (missing > 0) {
        throw new AppError("bad-input", `${missing} characters of the clipboard were left out`, {
          hint: "The guest has a US keyboard, which has no key for them.",
        });
      }
    } catch (cause) {
      showError(AppError.from(cause));
    } finally {
      setTyping(null);
      rfb.focus();
    }
  };
  const savePicture = async () => {
    const picture = await screenshot.run({ machineId });
    if (picture === null) return;
    const bytes = Uint8Array.from(atob(picture.pngBase64), (character) => character.charCodeAt(0));
    saveText([bytes], `${machine.name}.png`, "image/png");
  };
  const unavailable = !on ? "The machine is off" : link === "live" ? null : "Not connected yet";

  return (
    <section className="display" aria-label="Display">
      <div className="display-bar" role="toolbar" aria-label="Display tools">
        <Button look="quiet" unavailable={unavailable} onClick={() => rfb?.sendCtrlAltDel()}>
          Ctrl-Alt-Del
        </Button>
        {typing === null ? (
          <Button
            look="quiet"
            unavailable={unavailable}
            title="Types the clipboard at the guest, key by key; for guests that share no clipboard"
            onClick={() => void typeClipboard()}
          >
            Type clipboard
          </Button>
        ) : (
          <Button look="quiet" onClick={stopTyping}>
            Stop typing
          </Button>
        )}
        <span className="display-bar-space" />
        <Button
          look="quiet"
          icon="download"
          busy={screenshot.pending}
          unavailable={on ? null : "The machine is off"}
          onClick={() => void savePicture()}
        >
          Screenshot
        </Button>
      </div>
      <div className="display-stage">
        <div ref={stage} className="display-canvas" hidden={!on} />
        {!on && (
          <p className="display-note">
            The machine is off. Its screen appears here when it runs; installers that talk on the serial port
            are easier in the console.
          </p>
        )}
        {on && link === "connecting" && (
          <p className="display-note" role="status">
            Connecting to the guest’s screen…
          </p>
        )}
        {on && link === "ended" && (
          <div className="display-note">
            <p>The connection to the guest’s screen ended.</p>
            <Button onClick={() => setAttempt((before) => before + 1)}>Connect again</Button>
          </div>
        )}
      </div>
    </section>
  );
}
