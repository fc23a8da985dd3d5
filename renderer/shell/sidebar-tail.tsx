import { Icon } from "#renderer/components/icon.tsx";
import { isActive } from "#renderer/features/jobs/job-progress.ts";
import { useDerived } from "#renderer/mirror/use-mirror.ts";
import { SidebarItem } from "./sidebar-section.tsx";

/** What is not a thing of the library but always there, at the foot. */
export function SidebarTail() {
  const counts = useDerived(({ jobs, doctor, remoteImages }) => ({
    remote: Object.keys(remoteImages).length,
    remoteBad: Object.values(remoteImages).some(({ state }) => state === "error"),
    active: Object.values(jobs).filter(({ status }) => isActive(status)).length,
    failed: Object.values(jobs).filter(({ status }) => status === "failed" || status === "interrupted")
      .length,
    problems: doctor["report"]?.problems.length ?? 0,
  }));
  return (
    <ul className="sidebar-tail">
      <SidebarItem
        route={{ screen: "remote" }}
        mark={<Icon name="cloud" />}
        title="Remote images"
        detail={counts.remote > 0 ? String(counts.remote) : ""}
        alert={counts.remoteBad}
      />
      <SidebarItem
        route={{ screen: "activity" }}
        mark={
          counts.active > 0 ? <span className="ring job-ring" aria-hidden="true" /> : <Icon name="activity" />
        }
        title="Activity"
        detail={counts.active > 0 ? String(counts.active) : ""}
        alert={counts.failed > 0}
      />
      <SidebarItem route={{ screen: "isos" }} mark={<Icon name="disc" />} title="Installers" />
      <SidebarItem
        route={{ screen: "doctor" }}
        mark={<Icon name="doctor" />}
        title="Doctor"
        detail={counts.problems > 0 ? String(counts.problems) : ""}
      />
      <SidebarItem route={{ screen: "settings" }} mark={<Icon name="sliders" />} title="Settings" />
    </ul>
  );
}
