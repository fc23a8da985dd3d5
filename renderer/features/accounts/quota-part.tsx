import { useEffect, useState } from "react";
import type { Quota } from "#contract/account.ts";
import { useCall } from "#renderer/host/use-call.ts";
import { QuotaBar } from "./quota-bar.tsx";

/** Asks what is used and what is left. */
export function QuotaPart({ accountId }: { accountId: string }) {
  const ask = useCall("accounts.quota", "inline");
  const [quota, setQuota] = useState<Quota | null>(null);
  const [asked, setAsked] = useState(false);
  const { run } = ask;
  useEffect(() => {
    void run({ accountId }).then((answer) => {
      setQuota(answer);
      setAsked(true);
    });
  }, [run, accountId]);
  return (
    <section>
      <h3 className="section-title">Storage</h3>
      {quota !== null ? (
        <QuotaBar quota={quota} />
      ) : (
        <p className="soft">
          {ask.error?.message ?? (asked ? "The provider tells no quota." : "Asking what is used…")}
        </p>
      )}
    </section>
  );
}
