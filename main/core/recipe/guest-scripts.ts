import { keyComment } from "#core/guest/guest-keys.ts";
import { removeKeyScript } from "#core/guest/key-scripts.ts";
import { shellWord } from "#core/guest/run-script.ts";

/** The script as root: at once, or by sudo where that asks for no password. */
export const asRoot = (script: string): string =>
  `if [ "$(id -u)" = 0 ]; then sh -c ${shellWord(script)}; else sudo -n sh -c ${shellWord(script)}; fi`;

/** Installs packages with whatever package manager the guest has. */
export function packagesScript(names: readonly string[], update: boolean): string {
  const words = names.map(shellWord).join(" ");
  const steps: [program: string, update: string, install: string][] = [
    ["apt-get", "apt-get -q update", "DEBIAN_FRONTEND=noninteractive apt-get -qy install"],
    ["dnf", "dnf -q makecache", "dnf -qy install"],
    ["zypper", "zypper -nq refresh", "zypper -nq install"],
    ["apk", "apk -q update", "apk -q add"],
    ["pacman", "pacman -Syq --noconfirm", "pacman -Sq --noconfirm --needed"],
    ["pkg", "pkg update -q", "pkg install -qy"],
  ];
  const branches = steps.map(
    ([program, refresh, install], index) =>
      `${index === 0 ? "if" : "elif"} command -v ${program} > /dev/null; then ${update ? `${refresh} && ` : ""}${install} ${words}`,
  );
  return `${branches.join("\n")}\nelse echo 'no package manager that is known here' >&2; exit 1; fi`;
}

/**
 * What two instances must not share, and what is nobody else's business. What a guest does not have is passed over;
 * the machine's own key must be gone at the end.
 */
export const sealScript = (machineId: string): string => `has() { command -v "$1" > /dev/null 2>&1; }
has cloud-init && cloud-init clean --logs --seed
rm -f /etc/ssh/ssh_host_* /etc/dropbear/dropbear_*_host_key /var/lib/dbus/machine-id /var/lib/systemd/random-seed
[ -e /etc/machine-id ] && : > /etc/machine-id
has apt-get && apt-get clean
has dnf && dnf -q clean all
rm -f /var/lib/dhcp/*.leases /var/lib/NetworkManager/*.lease
has journalctl && journalctl -q --rotate && journalctl -q --vacuum-time=1s
for log in $(find /var/log -type f 2> /dev/null); do : > "$log"; done
for home in /root /home/*; do rm -f "$home"/.*_history "$home/.sudo_as_admin_successful" "$home/.viminfo"; done
find /tmp /var/tmp -mindepth 1 -maxdepth 1 ! -name '.goldsmith-script' -exec rm -rf {} + 2> /dev/null
has fstrim && fstrim -a 2> /dev/null
sync
${removeKeyScript(keyComment(machineId))}`;
