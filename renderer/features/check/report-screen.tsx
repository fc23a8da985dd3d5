import type { Subject } from "#contract/report.ts";
import { Button } from "#renderer/components/button.tsx";
import { Copyable } from "#renderer/components/copyable.tsx";
import { Icon } from "#renderer/components/icon.tsx";
import { ScreenHeader } from "#renderer/components/screen-header.tsx";
import { useCall } from "#renderer/host/use-call.ts";
import { fileName } from "#renderer/lib/file-name.ts";
import { go, openDialog } from "#renderer/view-state/view-state.ts";
import { CheckPanel } from "./check-panel.tsx";
import { subjectOfKey } from "./subject.ts";
import { useCheckState } from "./use-check.ts";

/** The check of a file that is not in the library. */
export function ReportScreen({ reportKey }: { reportKey: string }) {
  const { report } = useCheckState(reportKey);
  const compact = useCall("images.compact");
  const dismiss = useCall("check.dismiss");
  const subject = report?.subject ?? subjectOfKey(reportKey);
  if (subject === null) return <p className="screen-empty">There is no such report.</p>;
  const isIso = (report?.facts?.iso ?? null) !== null;
  const takeIn = (source: Subject, asItIs: boolean) => {
    void compact.run({ subject: source, asItIs }).then((started) => {
      if (started !== null) go({ screen: "job", id: started.jobId });
    });
  };
  const path = report?.path ?? (subject.kind === "file" ? subject.path : "");
  return (
    <>
      <ScreenHeader
        mark={<Icon name="file" />}
        title={fileName(path)}
        meta={path === "" ? null : <Copyable text={path} what="the path" />}
        actions={
          <>
            {report !== undefined && report.error === null && (
              <Button
                icon="plus"
                onClick={() =>
                  openDialog(
                    isIso
                      ? { kind: "create-machine", isoPath: report.path }
                      : { kind: "import-disk", path: report.path },
                  )
                }
              >
                Make a machine from it
              </Button>
            )}
            {report !== undefined && report.error === null && !isIso && (
              <Button
                icon="compress"
                busy={compact.pending}
                title="A compressed copy, compared with this file byte by byte; from there it can be published"
                onClick={() => takeIn(report.subject, false)}
              >
                Take into the library
              </Button>
            )}
            {(report?.facts?.archive ?? null) !== null && report !== undefined && subject.kind === "file" && (
              <Button
                busy={compact.pending}
                title="A copy of the file, still packed; it is published so where a provider takes it so"
                onClick={() => takeIn(report.subject, true)}
              >
                Take in as it is
              </Button>
            )}
            {report !== undefined && (
              <Button
                look="quiet"
                icon="close"
                onClick={() => {
                  void dismiss.run({ key: report.key });
                  go({ screen: "home" });
                }}
              >
                Close report
              </Button>
            )}
          </>
        }
      />
      <CheckPanel subject={subject} empty="This file was not checked yet." />
    </>
  );
}
