import type { ImageFacts } from "#contract/facts.ts";
import { LevelMark } from "#renderer/components/level-mark.tsx";

type Kernel = ImageFacts["kernels"][number];
type Driver = Kernel["drivers"][string];

/** Where each driver is: in the kernel itself, as a module, and in the initramfs that has to find the root. */
export function DriverTable({ kernel }: { kernel: Kernel }) {
  return (
    <table className="facts-table" aria-label="Drivers">
      <thead>
        <tr>
          <th scope="col">Driver</th>
          <th scope="col">Kernel</th>
          <th scope="col">initramfs</th>
        </tr>
      </thead>
      <tbody>
        {Object.entries(kernel.drivers).map(([name, driver]) => (
          <tr key={name}>
            <td>
              <code>{name}</code>
            </td>
            <td>{driver.builtIn ? "built in" : driver.module ? "module" : "missing"}</td>
            <td title={kernel.initramfsUnreadable ?? undefined}>
              <span className="matrix-verdict">{initramfs(driver)}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function initramfs(driver: Driver) {
  if (driver.builtIn) return "not needed";
  if (driver.inInitramfs === null) return <LevelMark level="unknown" label="could not be read" />;
  if (driver.inInitramfs) return <LevelMark level="pass" label="there" />;
  // Whether that matters is the judge's to say: a network driver need not be there.
  return <span className="faint">not there</span>;
}
