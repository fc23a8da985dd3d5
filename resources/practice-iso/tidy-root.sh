#!/bin/sh
# mmdebstrap customize hook, $1 is the new root: what must differ on every machine is left to the installer,
# and nothing of the build host stays.
set -eu
root=$1
rm -f "$root"/etc/ssh/ssh_host_* "$root"/var/lib/dbus/machine-id "$root"/etc/apt/apt.conf.d/99mmdebstrap
sed -i '/^force-unsafe-io$/d' "$root"/etc/dpkg/dpkg.cfg.d/99mmdebstrap
: > "$root/etc/machine-id"
echo debian > "$root/etc/hostname"
chmod 644 "$root/etc/hostname"
chroot "$root" systemctl enable systemd-networkd systemd-resolved ssh >/dev/null 2>&1
cat > "$root/etc/default/grub" <<'GRUB'
GRUB_DEFAULT=0
GRUB_TIMEOUT=1
GRUB_DISTRIBUTOR=Debian
GRUB_CMDLINE_LINUX_DEFAULT=""
GRUB_CMDLINE_LINUX="console=tty0 console=ttyS0,115200"
GRUB_TERMINAL="console serial"
GRUB_SERIAL_COMMAND="serial --unit=0 --speed=115200"
GRUB
