import type { DoctorReport } from "#contract/doctor.ts";
import { Button } from "#renderer/components/button.tsx";
import { Copyable } from "#renderer/components/copyable.tsx";
import { FactsList } from "#renderer/components/facts-list.tsx";
import { Icon } from "#renderer/components/icon.tsx";
import { LevelMark } from "#renderer/components/level-mark.tsx";
import { ScreenHeader } from "#renderer/components/screen-header.tsx";
import { useCall } from "#renderer/host/use-call.ts";
import { formatBytes } from "#renderer/lib/format-bytes.ts";
import { formatDuration } from "#renderer/lib/format-duration.ts";
import { formatAgo } from "#renderer/lib/format-time.ts";
import { useAppInfo, useDoctorReport } from "#renderer/mirror/use-mirror.ts";
import { useNow } from "#renderer/view-state/use-now.ts";
import { acceleratorNames, outcomeWords } from "./accelerator-words.ts";
import "./doctor-screen.css";

/** What this computer offers and lacks, each with its fix. */
export function DoctorScreen() {
  const report = useDoctorReport();
  const examine = useCall("doctor.run");
  const nowMs = useNow(30_000);
  return (
    <>
      <ScreenHeader
        mark={<Icon name="doctor" />}
        title="Doctor"
        meta={
          report !== undefined && (
            <span>
              Examined {formatAgo(report.checkedAt, nowMs)}
              {report.cached && "; the accelerator's verdict is from an earlier examination"}
            </span>
          )
        }
        actions={
          <Button icon="refresh" busy={examine.pending} onClick={() => void examine.run({ fresh: true })}>
            Examine again
          </Button>
        }
      />
      <div className="screen-body doctor">
        {report === undefined ? (
          <p className="soft">
            {examine.pending ? "Booting a tiny guest on each accelerator…" : "Not examined yet."}
          </p>
        ) : (
          <DoctorBody report={report} />
        )}
      </div>
    </>
  );
}

function DoctorBody({ report }: { report: DoctorReport }) {
  return (
    <>
      <Problems problems={report.problems} />
      <Accelerators accelerator={report.accelerator} />
      <Computer report={report} />
      <Tools tools={report.tools} />
    </>
  );
}

function Problems({ problems }: Pick<DoctorReport, "problems">) {
  if (problems.length === 0) {
    return (
      <p className="doctor-well">
        <LevelMark level="pass" /> Everything that Goldsmith needs is here.
      </p>
    );
  }
  return (
    <ul className="doctor-problems" aria-label="Problems">
      {problems.map((problem) => (
        <li key={problem.title} className="selectable">
          <LevelMark level={problem.level} label={problem.level} />
          <div>
            <strong>{problem.title}</strong>
            <p className="soft">{problem.fix}</p>
          </div>
        </li>
      ))}
    </ul>
  );
}

function Accelerators({ accelerator }: Pick<DoctorReport, "accelerator">) {
  return (
    <section>
      <h2>Accelerator</h2>
      <p className="soft">Each candidate had to boot a tiny guest that answers over its serial port.</p>
      <ul className="doctor-candidates" aria-label="Accelerators">
        {accelerator.candidates.map((candidate) => (
          <li key={candidate.name} className="selectable">
            <LevelMark level={candidate.ok ? "pass" : candidate.outcome === "absent" ? "info" : "error"} />
            <div className="doctor-candidate">
              <p>
                <strong>{acceleratorNames[candidate.name]}</strong>
                {candidate.name === accelerator.chosen && <span className="doctor-chosen">used</span>}
                <span className="faint">
                  {outcomeWords[candidate.outcome]}
                  {candidate.elapsedMs !== null && ` · ${formatDuration(candidate.elapsedMs)}`}
                </span>
              </p>
              <p className="soft">{candidate.reason}</p>
              {candidate.fix !== null && (
                <p>
                  <span className="finding-fix">Fix</span> {candidate.fix}
                </p>
              )}
              {candidate.stderr.trim() !== "" && (
                <details>
                  <summary className="faint">QEMU's last words</summary>
                  <pre>{candidate.stderr}</pre>
                </details>
              )}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Computer({ report }: { report: DoctorReport }) {
  const app = useAppInfo();
  return (
    <section>
      <h2>This computer</h2>
      <FactsList
        facts={[
          {
            name: "QEMU",
            value:
              report.qemu.version === null
                ? "not found"
                : `${report.qemu.version} (${report.qemu.path ?? ""})`,
          },
          { name: "BIOS firmware", value: report.firmware.biosBundled ? "comes with QEMU" : "not found" },
          { name: "UEFI firmware", value: report.firmware.uefiCode ?? "not found" },
          {
            name: "Disk",
            value: `${formatBytes(report.disk.freeBytes)} free of ${formatBytes(report.disk.totalBytes)}`,
          },
          { name: "Files", value: <Copyable text={report.disk.path} what="the path" /> },
          {
            name: "Secrets",
            value: (
              <>
                {report.keychain.kind === "os-keychain"
                  ? "in the system's keychain"
                  : "in a file that only you can read"}
                <small>{report.keychain.detail}</small>
              </>
            ),
          },
          app === undefined ? null : { name: "Goldsmith", value: `${app.version} on ${app.platform}` },
        ]}
      />
    </section>
  );
}

function Tools({ tools }: Pick<DoctorReport, "tools">) {
  return (
    <section>
      <h2>Programs</h2>
      <table className="doctor-tools">
        <thead>
          <tr>
            <th scope="col">Program</th>
            <th scope="col">Version</th>
            <th scope="col">For</th>
          </tr>
        </thead>
        <tbody>
          {tools.map((tool) => (
            <tr key={tool.name} title={tool.path ?? undefined}>
              <td>
                <span className="matrix-verdict">
                  <LevelMark
                    level={tool.path !== null ? "pass" : tool.needed === "required" ? "error" : "info"}
                    label={tool.path === null ? "missing" : "found"}
                  />
                  {tool.name}
                </span>
              </td>
              <td className="soft">{tool.version ?? (tool.path === null ? "missing" : "–")}</td>
              <td className="soft">
                {tool.purpose}
                {tool.needed !== "required" && <span className="faint"> ({tool.needed})</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
