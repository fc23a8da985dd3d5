import { useState } from "react";
import { Button } from "#renderer/components/button.tsx";
import { TextField } from "#renderer/components/field.tsx";
import { useCall } from "#renderer/host/use-call.ts";
import { formatRate } from "#renderer/lib/format-bytes.ts";
import { parseRate } from "./parse-rate.ts";
import { useSettings } from "./use-settings.ts";

/** One limit over all uploads together; empty is none. */
export function UploadLimit() {
  const { uploadLimitBytesPerSecond: limit } = useSettings();
  const [typed, setTyped] = useState<string | null>(null);
  const change = useCall("settings.change");
  const shown = typed ?? (limit === null ? "" : formatRate(limit));
  const wanted = shown.trim() === "" ? null : parseRate(shown);
  const wrong = shown.trim() !== "" && wanted === null;
  const keep = async () => {
    if (typed === null || wrong) return;
    const done = wanted === limit || (await change.run({ uploadLimitBytesPerSecond: wanted })) !== null;
    if (done) setTyped(null);
  };
  return (
    <form
      className="settings-limit"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void keep();
      }}
    >
      <TextField
        label="Limit of all uploads together"
        placeholder="no limit"
        hint="Such as 5 MB/s or 500 kB/s. Empty: no limit. It counts at once, for what is under way too."
        problem={wrong ? "That is no rate; write 5 MB/s" : null}
        value={shown}
        onValue={setTyped}
        onBlur={() => void keep()}
      />
      <Button
        type="submit"
        busy={change.pending}
        unavailable={typed === null ? "Nothing is changed" : wrong ? "That is no rate" : null}
      >
        Set
      </Button>
    </form>
  );
}
