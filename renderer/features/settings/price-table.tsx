import { useState } from "react";
import type { ProviderInfo } from "#contract/provider-info.ts";
import { providerIds } from "#contract/provider-names.ts";
import { IconButton } from "#renderer/components/button.tsx";
import { useCall } from "#renderer/host/use-call.ts";
import { useEntries } from "#renderer/mirror/use-mirror.ts";
import { useSettings } from "./use-settings.ts";

/** Per GB and month; the published price where no own one is set. */
export function PriceTable() {
  const providers = useEntries(
    "providers",
    (a, b) => providerIds.indexOf(a.id) - providerIds.indexOf(b.id),
    ({ capabilities }) => capabilities.ingest.length > 0,
  );
  return (
    <table className="prices" aria-label="Prices">
      <thead>
        <tr>
          <th scope="col">Provider</th>
          <th scope="col">Per GB and month</th>
          <th scope="col">Currency</th>
          <th scope="col">Source</th>
          <th scope="col">
            <span className="visually-hidden">Reset</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {providers.map((provider) => (
          <PriceRow key={provider.id} provider={provider} />
        ))}
      </tbody>
    </table>
  );
}

function PriceRow({ provider }: { provider: ProviderInfo }) {
  const { prices } = useSettings();
  const change = useCall("settings.change");
  const own = prices[provider.id];
  const known = own ?? provider.price;
  const [amount, setAmount] = useState<string | null>(null);
  const [currency, setCurrency] = useState<string | null>(null);
  const shownAmount = amount ?? (known === null ? "" : String(known.perGbMonth));
  const shownCurrency = currency ?? known?.currency ?? "USD";
  const perGbMonth = Number(shownAmount.replace(",", "."));
  const wrong = shownAmount.trim() === "" || !Number.isFinite(perGbMonth) || perGbMonth < 0;

  const keep = async () => {
    if (amount === null && currency === null) return;
    const word = shownCurrency.trim().toUpperCase();
    if (wrong || word === "" || word.length > 8) return;
    const done = await change.run({
      prices: { ...prices, [provider.id]: { currency: word, perGbMonth } },
    });
    if (done === null) return;
    setAmount(null);
    setCurrency(null);
  };
  const reset = () => {
    const { [provider.id]: _own, ...rest } = prices;
    void change.run({ prices: rest });
  };
  const field = {
    spellCheck: false,
    onBlur: () => void keep(),
    onKeyDown: (event: React.KeyboardEvent) => {
      if (event.key === "Enter") void keep();
    },
  };
  return (
    <tr>
      <th scope="row">{provider.name}</th>
      <td>
        <input
          {...field}
          className="input"
          inputMode="decimal"
          aria-label={`Price of ${provider.name}`}
          aria-invalid={(amount !== null && wrong) || undefined}
          placeholder="not known"
          value={shownAmount}
          onChange={(event) => setAmount(event.target.value)}
        />
      </td>
      <td>
        <input
          {...field}
          className="input"
          aria-label={`Currency of ${provider.name}`}
          value={shownCurrency}
          onChange={(event) => setCurrency(event.target.value)}
        />
      </td>
      <td className="soft">
        {own === undefined ? (provider.price?.source ?? "none published") : "your own"}
      </td>
      <td>
        {own !== undefined && (
          <IconButton
            icon="reset"
            label={`Back to the published price of ${provider.name}`}
            busy={change.pending}
            onClick={reset}
          />
        )}
      </td>
    </tr>
  );
}
