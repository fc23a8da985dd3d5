import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import type { ImageFacts } from "#contract/facts.ts";
import type { FactGroup, FactTable } from "#core/lib/fact-groups/fact-group.ts";
import { factGroups } from "#core/lib/fact-groups/fact-groups.ts";
import "./image-facts.css";

/** What a person has unfolded stays so in every report of this window. */
const unfoldedStore = createStore<{ groups: Readonly<Record<string, boolean>> }>(() => ({
  groups: { image: true, installer: true, system: true, disk: true, "cloud-init": true, notes: true },
}));

/** What the image is, read from its bytes. Everything in here came out of the image and is shown as text only. */
export function ImageFactsPanel({ facts }: { facts: ImageFacts }) {
  return (
    <div className="image-facts">
      {factGroups(facts).map((group) => (
        <FactGroupView key={group.id} group={group} />
      ))}
    </div>
  );
}

function FactGroupView({ group }: { group: FactGroup }) {
  const open = useStore(unfoldedStore, ({ groups }) => groups[group.id] === true);
  return (
    <details
      className="fact-group"
      open={open}
      onToggle={(event) => {
        const unfolded = event.currentTarget.open;
        unfoldedStore.setState(({ groups }) => ({ groups: { ...groups, [group.id]: unfolded } }));
      }}
    >
      <summary>
        <h3>{group.title}</h3>
        <span className="fact-gist truncate" title={group.gist}>
          {group.gist}
        </span>
      </summary>
      {group.rows.length > 0 && (
        <dl>
          {group.rows.map((row, index) => (
            // Notes have no names, and nothing in here ever changes places.
            <div key={`${index} ${row.name}`} className={row.name === "" ? "fact fact-wide" : "fact"}>
              {row.name !== "" && <dt>{row.name}</dt>}
              <dd>
                {row.code === true ? <code>{row.value}</code> : row.value}
                {row.where !== undefined && <small className="mono">{row.where}</small>}
              </dd>
            </div>
          ))}
        </dl>
      )}
      {group.tables.map((table) => (
        <FactTableView key={table.label} table={table} />
      ))}
    </details>
  );
}

function FactTableView({ table: { label, head, rows } }: { table: FactTable }) {
  return (
    <table className="facts-table" aria-label={label}>
      <thead>
        <tr>
          {head.map((title) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ cells, hint }, row) => (
          <tr key={`${row} ${cells[0] ?? ""}`} title={hint === "" ? undefined : hint}>
            {cells.map((cell, column) => (
              <td key={head[column]}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
