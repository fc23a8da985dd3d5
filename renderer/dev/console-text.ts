const esc = "\u001b[";
const lines = (...text: string[]) => text.map((line) => `${line}\r\n`).join("");

const boot = lines(
  "SeaBIOS (version 1.16.2-debian-1.16.2-1)",
  "Booting from DVD/CD...",
  "",
  `${esc}0;32mWelcome to GRUB!${esc}0m`,
  "",
  "[    0.000000] Linux version 6.1.0-37-amd64 (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0) #1 SMP PREEMPT_DYNAMIC",
  "[    0.000000] Command line: BOOT_IMAGE=/vmlinuz console=ttyS0,115200n8 ---",
  "[    0.004000] tsc: Detected 2994.374 MHz processor",
  "[    0.982114] virtio_scsi virtio2: 2/0/0 default/read/poll queues",
  "[    0.994820] scsi host2: Virtio SCSI HBA",
  "[    1.027745] sd 2:0:0:0: [sda] 16777216 512-byte logical blocks: (8.59 GB/8.00 GiB)",
  "[    1.120043] virtio_net virtio1 enp0s2: renamed from eth0",
);
const services = lines(
  ...[
    "Started systemd-journald.service - Journal Service.",
    "Finished systemd-udevd.service - Rule-based Manager for Device Events and Files.",
    "Reached target network.target - Network.",
    "Started ssh.service - OpenBSD Secure Shell server.",
    "Finished cloud-init.service - Initial cloud-init job (metadata service crawler).",
    "Reached target multi-user.target - Multi-User System.",
  ].map((text) => `[${esc}0;32m  OK  ${esc}0m] ${text}`),
);

/** A console worth looking at; the installer's machine gets a dialog. */
export function consoleText(machineId: string): string {
  if (machineId === "m-install") return boot + installerDialog();
  return `${boot}${services}${lines("", "Debian GNU/Linux 12 debian ttyS0", "")}debian login: root\r\nPassword: \r\n${lines(
    "Linux debian 6.1.0-37-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.140-1 (2025-05-22) x86_64",
    "",
  )}${esc}01;31mroot@debian${esc}00m:${esc}01;34m~${esc}00m# apt-get install -y nginx\r\n${lines(
    "Reading package lists... Done",
    "Building dependency tree... Done",
    "The following NEW packages will be installed:",
    "  libnginx-mod-http-geoip nginx nginx-common",
    "0 upgraded, 3 newly installed, 0 to remove and 0 not upgraded.",
    "Setting up nginx-common (1.22.1-9+deb12u2) ...",
    "Setting up nginx (1.22.1-9+deb12u2) ...",
  )}${esc}01;31mroot@debian${esc}00m:${esc}01;34m~${esc}00m# `;
}

function installerDialog(): string {
  const width = 64;
  const place = (row: number, text: string) => `${esc}${row};8H${text}`;
  const title = " Select your location ";
  const rule = "─".repeat(width - 2);
  const body = [
    "The selected location will be used to set your time zone and",
    "also for example to help select the system locale. Normally",
    "this should be the country where you live.",
    "",
    "Country, territory or area:",
    "",
    "              Ireland",
    "              Israel",
    "              New Zealand",
    `              ${esc}30;43mUnited Kingdom          ${esc}0;30;47m`,
    "              United States",
    "",
    "    <Go Back>",
  ];
  const frame = `${esc}44m${esc}2J${esc}0;30;47m`;
  const rows = body.map((text, index) => {
    const plain = text.replaceAll(new RegExp(`${esc.replace("[", "\\[")}[0-9;]*m`, "g"), "");
    return place(5 + index, `│ ${text}${" ".repeat(Math.max(0, width - 4 - plain.length))} │`);
  });
  const dash = "─".repeat((width - 2 - title.length) / 2);
  return `${frame}${place(4, `┌${dash}${title}${dash}┐`)}${rows.join("")}${place(5 + body.length, `└${rule}┘`)}${esc}0m${esc}44;37m${esc}24;2H<Tab> moves; <Space> selects; <Enter> activates buttons${esc}0m${esc}14;22H`;
}
