import { Icon } from "#renderer/components/icon.tsx";
import { acceleratorNames, acceleratorReason } from "#renderer/features/doctor/accelerator-words.ts";
import { currentStep, isActive, progressText } from "#renderer/features/jobs/job-progress.ts";
import { useSettings } from "#renderer/features/settings/use-settings.ts";
import { useCall } from "#renderer/host/use-call.ts";
import { formatBytes, formatRate } from "#renderer/lib/format-bytes.ts";
import { newestFirst, useDoctorReport, useEntries, useLink } from "#renderer/mirror/use-mirror.ts";
import { toggleTheme, useShownTheme } from "#renderer/view-state/theme.ts";
import { go, openDialog } from "#renderer/view-state/view-state.ts";
import { MachineBudget } from "./machine-budget.tsx";
import "./status-bar.css";

/** One line about the whole: where machines run, what is under way. */
export function StatusBar() {
  const report = useDoctorReport();
  const theme = useShownTheme();
  const link = useLink();
  const chosen = report?.accelerator.chosen ?? null;
  const serious = report?.problems.some(({ level }) => level === "error") ?? false;
  const reason = chosen === null ? "" : acceleratorReason(chosen, report);

  return (
    <footer className="status-bar" tabIndex={-1} data-pane>
      <button
        type="button"
        className={serious ? "status-item status-bad" : "status-item"}
        title={reason === "" ? "Open the doctor" : `Because ${reason}`}
        onClick={() => go({ screen: "doctor" })}
      >
        <Icon name={serious ? "warning" : "bolt"} />
        {report === undefined
          ? "Examining this computer…"
          : chosen === null
            ? "No accelerator works"
            : acceleratorNames[chosen]}
      </button>
      {report !== undefined && (
        <span className="status-item status-text" title={`Free at ${report.disk.path}`}>
          {formatBytes(report.disk.freeBytes)} free
        </span>
      )}
      <MachineBudget />
      {link.status !== "live" && <span className="status-item status-text status-bad">Not connected</span>}
      <span className="status-gap" />
      <StatusUploads />
      <StatusJobs />
      <button
        type="button"
        className="status-item"
        aria-label="Keyboard shortcuts"
        title="Keyboard shortcuts (?)"
        onClick={() => openDialog({ kind: "shortcuts" })}
      >
        <Icon name="keyboard" />
      </button>
      <button
        type="button"
        className="status-item"
        aria-label={theme === "dark" ? "Light theme" : "Dark theme"}
        title={theme === "dark" ? "Light theme" : "Dark theme"}
        onClick={toggleTheme}
      >
        <Icon name={theme === "dark" ? "sun" : "moon"} />
      </button>
    </footer>
  );
}

/** Only what is out of the ordinary: held uploads, which a click lets go on, and a limit. */
function StatusUploads() {
  const { uploadsPaused, uploadLimitBytesPerSecond: limit } = useSettings();
  const { run } = useCall("settings.change");
  if (uploadsPaused) {
    return (
      <button
        type="button"
        className="status-item"
        title="Let them go on where they stopped"
        onClick={() => void run({ uploadsPaused: false })}
      >
        <Icon name="pause" /> Uploads paused
      </button>
    );
  }
  if (limit === null) return null;
  return (
    <button
      type="button"
      className="status-item"
      title="Limit of all uploads together; change it in the settings"
      onClick={() => go({ screen: "settings" })}
    >
      <Icon name="upload" /> at most {formatRate(limit)}
    </button>
  );
}

function StatusJobs() {
  const jobs = useEntries("jobs", newestFirst, ({ status }) => isActive(status));
  const first = jobs[0];
  if (first === undefined) return null;
  const step = currentStep(first);
  const more = jobs.length > 1 ? `${jobs.length} jobs · ` : "";
  return (
    <button
      type="button"
      className="status-item"
      onClick={() => go(jobs.length > 1 ? { screen: "activity" } : { screen: "job", id: first.id })}
    >
      <span className="ring job-ring" aria-hidden="true" />
      <span className="truncate">
        {more}
        {first.title}
        {step !== null && `: ${step.title.toLowerCase()}`}
        {step !== null && step.progress !== null && ` · ${progressText(step)}`}
      </span>
    </button>
  );
}
