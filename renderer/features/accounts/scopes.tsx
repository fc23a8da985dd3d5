import "./connect-dialog.css";

/** The smallest rights a token needs. Words stand in a line; whole sentences of a policy, to be copied, in a list that opens. */
export function Scopes({ scopes }: { scopes: readonly string[] }) {
  if (scopes.length === 0) return null;
  const short = scopes.every((scope) => scope.length <= 40);
  if (short) {
    return (
      <p className="connect-scopes">
        Smallest rights it needs:
        {scopes.map((scope) => (
          <code key={scope}>{scope}</code>
        ))}
      </p>
    );
  }
  return (
    <details className="connect-more">
      <summary>Smallest rights it needs</summary>
      <ul className="connect-policies">
        {scopes.map((scope) => (
          <li key={scope}>
            <code>{scope}</code>
          </li>
        ))}
      </ul>
    </details>
  );
}
