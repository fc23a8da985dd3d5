import type { AccountView } from "#contract/account.ts";
import { Button } from "#renderer/components/button.tsx";
import { Icon } from "#renderer/components/icon.tsx";
import { providerNames } from "#renderer/features/check/providers.ts";
import "./account-choice.css";

interface AccountChoiceProps {
  accounts: readonly AccountView[];
  value: string | null;
  onValue: (accountId: string) => void;
  onAddPractice: () => void;
  addingPractice: boolean;
  onConnect: () => void;
}

export function AccountChoice(props: AccountChoiceProps) {
  const { accounts, value, onValue } = props;
  const hasPractice = accounts.some((account) => account.practice);
  return (
    <fieldset className="account-choice">
      <legend className="field-label">Account</legend>
      {accounts.map((account) => (
        <label key={account.id} className="account-option">
          <input
            type="radio"
            name="account"
            checked={account.id === value}
            onChange={() => onValue(account.id)}
          />
          <Icon name={account.practice ? "flask" : "cloud"} />
          <span className="truncate">{account.name}</span>
          <span className="faint">
            {account.practice
              ? "built in, no cost"
              : `${providerNames[account.provider]}, ${account.defaultRegion}`}
          </span>
        </label>
      ))}
      <div className="account-more">
        {!hasPractice && (
          <Button icon="flask" busy={props.addingPractice} onClick={props.onAddPractice}>
            Use the practice account
          </Button>
        )}
        <Button icon="plus" onClick={props.onConnect}>
          Connect DigitalOcean…
        </Button>
      </div>
      {!hasPractice && (
        <p className="field-line">
          The practice account is built in: it behaves like DigitalOcean, needs no network and costs nothing.
        </p>
      )}
    </fieldset>
  );
}
