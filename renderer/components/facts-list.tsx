import type { ReactNode } from "react";
import "./facts-list.css";

export interface Fact {
  name: string;
  value: ReactNode;
}

/** Names and values under a heading. Values that are null are left out. */
export function FactsList({ title, facts }: { title?: string; facts: readonly (Fact | null)[] }) {
  const shown = facts.filter((fact) => fact !== null);
  if (shown.length === 0) return null;
  return (
    <section className="facts-list">
      {title !== undefined && <h3>{title}</h3>}
      <dl>
        {shown.map((fact) => (
          <div key={fact.name} className="fact">
            <dt>{fact.name}</dt>
            <dd>{fact.value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
