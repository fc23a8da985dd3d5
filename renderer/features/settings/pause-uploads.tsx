import { Button } from "#renderer/components/button.tsx";
import { useCall } from "#renderer/host/use-call.ts";
import { useSettings } from "./use-settings.ts";

/** Holds all uploads, or lets them go on; nothing that was sent is sent again. */
export function PauseUploads() {
  const { uploadsPaused } = useSettings();
  const change = useCall("settings.change");
  return (
    <Button
      icon={uploadsPaused ? "play" : "pause"}
      busy={change.pending}
      onClick={() => void change.run({ uploadsPaused: !uploadsPaused })}
    >
      {uploadsPaused ? "Resume uploads" : "Pause uploads"}
    </Button>
  );
}
