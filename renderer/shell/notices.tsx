import { Banner } from "#renderer/components/banner.tsx";
import { IconButton } from "#renderer/components/button.tsx";
import { useCall } from "#renderer/host/use-call.ts";
import { newestFirst, useEntries } from "#renderer/mirror/use-mirror.ts";

/** What the core found and did by itself, for example at its start. */
export function Notices() {
  const notices = useEntries("notices", newestFirst);
  const { run } = useCall("notices.dismiss");
  return notices.slice(0, 3).map((notice) => (
    <Banner
      key={notice.id}
      level={notice.level}
      title={notice.title}
      actions={
        <IconButton icon="close" label="Dismiss notice" onClick={() => void run({ noticeId: notice.id })} />
      }
    >
      {notice.text}
    </Banner>
  ));
}
