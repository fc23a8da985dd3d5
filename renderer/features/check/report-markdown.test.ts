import { describe, expect, it } from "vitest";
import type { CheckReport } from "#contract/report.ts";
import { reportMarkdown } from "./report-markdown.ts";

const report: CheckReport = {
  key: "file:/x/disk.qcow2",
  subject: { kind: "file", path: "/x/disk.qcow2" },
  path: "/x/disk.qcow2",
  checkedAt: "2025-01-01T00:00:00Z",
  facts: null,
  verdicts: {
    contabo: {
      level: "error",
      findings: [
        {
          id: "cloud-init.datasource-order",
          level: "error",
          title: "NoCloud comes first",
          where: "/etc/cloud/cloud.cfg.d/90_dpkg.cfg:2",
          source: { document: "Using Custom Images", url: "https://example.org/a b" },
          consequence: "No key\nis installed.",
          fix: { text: "Put ConfigDrive first", repairId: null },
        },
        {
          id: "format.accepted",
          level: "pass",
          title: "qcow2 is accepted",
          where: "",
          source: { document: "Using Custom Images", url: null },
          consequence: "",
          fix: null,
        },
      ],
    },
    kvm: { level: "pass", findings: [] },
  },
  error: null,
};

describe("reportMarkdown", () => {
  it("prints table and findings, without passes", () => {
    expect(reportMarkdown(report)).toBe(
      [
        "# Check of disk.qcow2",
        "",
        "| Provider | Verdict | Errors | Warnings | Notes | Passed |",
        "| --- | --- | --: | --: | --: | --: |",
        "| Contabo | Would not work | 1 | 0 | 0 | 1 |",
        "| Any KVM cloud | Works | 0 | 0 | 0 | 0 |",
        "",
        "## Contabo",
        "",
        "### Errors",
        "",
        "- **NoCloud comes first** — `/etc/cloud/cloud.cfg.d/90_dpkg.cfg:2`",
        "  No key is installed.",
        "  Fix: Put ConfigDrive first",
        "  Source: [Using Custom Images](https://example.org/a%20b)",
        "",
      ].join("\n"),
    );
  });

  it("does not let text of the image become markup", () => {
    const hostile = structuredClone(report);
    const finding = hostile.verdicts.contabo?.findings[0];
    if (finding === undefined) throw new Error("fixture");
    finding.title = "<img src=x> | [a](b)\n# head";
    finding.where = "a`b\n```";
    const text = reportMarkdown(hostile);
    expect(text).toContain(String.raw`**\<img src=x\> \| \[a\](b) \# head**`);
    expect(text).toContain("`a'b '''`");
  });

  it("tells the error where there are no facts", () => {
    const failed: CheckReport = {
      ...report,
      verdicts: {},
      error: {
        code: "image-unreadable",
        message: "The file ends early",
        hint: "Copy it again.",
        retry: "never",
        details: {},
      },
    };
    expect(reportMarkdown(failed)).toBe("# Check of disk.qcow2\n\n**The file ends early** Copy it again.\n");
  });
});
