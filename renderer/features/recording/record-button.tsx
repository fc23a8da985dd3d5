import { useState } from "react";
import type { MachineView } from "#contract/machine.ts";
import { Button } from "#renderer/components/button.tsx";
import { useCall } from "#renderer/host/use-call.ts";
import { RecipeDialog } from "./recipe-dialog.tsx";

/** Records what is typed at the console into a recipe. */
export function RecordButton({ machine }: { machine: MachineView }) {
  const [recipe, setRecipe] = useState<string | null>(null);
  const start = useCall("recording.start");
  const stop = useCall("recording.stop");
  const ref = { machineId: machine.id };
  const finish = async () => {
    const made = await stop.run(ref);
    if (made !== null) setRecipe(made.recipe);
  };
  return (
    <>
      {machine.recording ? (
        <Button
          look="quiet"
          icon="stop"
          busy={stop.pending}
          title="What you typed becomes a recipe that can be replayed"
          onClick={() => void finish()}
        >
          Stop recording
        </Button>
      ) : (
        <Button
          look="quiet"
          icon="record"
          busy={start.pending}
          unavailable={machine.power === "off" ? "The machine is off" : null}
          title="Writes down what you type, and what was on the screen before, as a recipe"
          onClick={() => void start.run(ref)}
        >
          Record
        </Button>
      )}
      {recipe !== null && (
        <RecipeDialog name={machine.name} recipe={recipe} onClose={() => setRecipe(null)} />
      )}
    </>
  );
}
