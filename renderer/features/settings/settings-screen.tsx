import { Icon } from "#renderer/components/icon.tsx";
import { ScreenHeader } from "#renderer/components/screen-header.tsx";
import { PauseUploads } from "./pause-uploads.tsx";
import { PriceTable } from "./price-table.tsx";
import { UploadLimit } from "./upload-limit.tsx";
import { useSettings } from "./use-settings.ts";
import "./settings-screen.css";

/** What a person sets for the whole app. */
export function SettingsScreen() {
  const { uploadsPaused } = useSettings();
  return (
    <>
      <ScreenHeader mark={<Icon name="sliders" />} title="Settings" />
      <div className="screen-body settings">
        <section>
          <h3 className="section-title">Uploads</h3>
          <UploadLimit />
          <div className="settings-line">
            <PauseUploads />
            <span className="soft">
              {uploadsPaused
                ? "Paused: publishes wait, and go on where they stopped."
                : "Publishes that upload wait while paused, and go on where they stopped."}
            </span>
          </div>
        </section>
        <section>
          <h3 className="section-title">Prices</h3>
          <p className="soft">
            What storing an image costs, for the plan of a publish. Prices change: put yours here where the
            published one is not what you pay.
          </p>
          <PriceTable />
        </section>
      </div>
    </>
  );
}
