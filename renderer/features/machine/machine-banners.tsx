import type { MachineView } from "#contract/machine.ts";
import { Banner } from "#renderer/components/banner.tsx";
import { Button } from "#renderer/components/button.tsx";
import { ErrorNotice } from "#renderer/components/error-notice.tsx";
import { acceleratorNames } from "#renderer/features/doctor/accelerator-words.ts";
import { useCall } from "#renderer/host/use-call.ts";
import { formatDuration } from "#renderer/lib/format-duration.ts";
import { go } from "#renderer/view-state/view-state.ts";

/** What a person must know about this machine before anything else. */
export function MachineBanners({ machine }: { machine: MachineView }) {
  const examine = useCall("doctor.run");
  const { silentSinceMs, accelerator, lastError } = machine;
  const inDoubt =
    silentSinceMs !== null && accelerator !== null && accelerator !== "tcg" && machine.power !== "off";
  return (
    <>
      {inDoubt && (
        <Banner
          level="warning"
          title={`Nothing came from this guest in its first ${formatDuration(silentSinceMs)}.`}
          actions={
            <Button
              busy={examine.pending}
              onClick={() => {
                go({ screen: "doctor" });
                void examine.run({ fresh: true });
              }}
            >
              Test {acceleratorNames[accelerator]}
            </Button>
          }
        >
          {acceleratorNames[accelerator]} may hang this guest. The doctor tests it; software emulation (TCG)
          is slower and always works.
        </Banner>
      )}
      {machine.reattached && machine.power !== "off" && (
        <Banner level="info" title="Still running from before.">
          Goldsmith found this machine and attached to it again; the transcript is complete.
        </Banner>
      )}
      {lastError !== null && (machine.power === "off" || machine.power === "paused") && (
        <div className="machine-error">
          <ErrorNotice error={lastError} />
        </div>
      )}
    </>
  );
}
