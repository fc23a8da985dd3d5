import { useEffect, useState } from "react";
import { Banner } from "#renderer/components/banner.tsx";
import { Button } from "#renderer/components/button.tsx";
import { useCore } from "#renderer/host/core-context.tsx";
import type { Link } from "#renderer/mirror/mirror.ts";
import { useKnown, useLink } from "#renderer/mirror/use-mirror.ts";

const patienceMs = 600;

/** Says that the core is gone. */
export function LinkBanner() {
  const link = useLink();
  return link.status === "live" ? null : <AwayBanner link={link} />;
}

/** Waits a little: a blink of the connection is not worth a banner. */
function AwayBanner({ link }: { link: Link }) {
  const known = useKnown();
  const { retryConnection } = useCore();
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), patienceMs);
    return () => clearTimeout(timer);
  }, []);

  if (!shown) return null;
  return (
    <Banner
      level="warning"
      title={link.error?.message ?? "The connection to Goldsmith is lost"}
      actions={
        <Button icon="refresh" onClick={retryConnection}>
          Retry now
        </Button>
      }
    >
      {link.error?.hint ?? "Trying again."}
      {known && " Machines and jobs go on; what you see is the last known state."}
    </Banner>
  );
}
