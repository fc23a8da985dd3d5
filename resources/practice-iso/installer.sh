#!/bin/sh
# The practice installer: init of the medium's initramfs. Talks on the serial console.
# Programs with a full path are not BusyBox's: its shell prefers its own commands.
export PATH=/bin:/sbin:/usr/bin:/usr/sbin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
exec >/dev/ttyS0 2>&1 </dev/ttyS0
stty sane

say() { printf '%s\n' "$*"; }
failed() {
  stty echo
  say ""
  say "The installation failed: $1"
  say "A shell follows; 'poweroff -f' switches off."
  exec sh
}
# Waits up to ten seconds for a block device.
wait_for() {
  tries=0
  until [ -b "$1" ]; do
    tries=$((tries + 1))
    [ $tries -gt 200 ] && return 1
    usleep 50000
  done
}

while read -r module; do insmod "/lib/modules/$module"; done < /lib/modules/load-order

# ---- the medium and the disk
mkdir -p /medium /target
wait_for /dev/sr0 || failed "no drive with the installation medium was found"
mount -t iso9660 -o ro /dev/sr0 /medium || failed "the installation medium cannot be read"
. /medium/practice/sizes
disk=
for name in sda vda nvme0n1; do [ -b /dev/$name ] && disk=/dev/$name && break; done
[ -n "$disk" ] || failed "no disk was found"
case $disk in *[0-9]) part=${disk}p ;; *) part=$disk ;; esac
sectors=$(cat "/sys/block/${disk#/dev/}/size")
tenths=$((sectors * 10 / 2097152))
size="$((tenths / 10)).$((tenths % 10)) GiB"

say ""
say "==============================================================="
say "  Goldsmith practice installer: $PRETTY_NAME"
say "==============================================================="
say ""
[ "$sectors" -ge $((needed_bytes / 512)) ] ||
  failed "the disk $disk has $size; $((needed_bytes / 1073741824)) GiB are needed"

# ---- the questions
while :; do
  printf 'Install to %s (%s)? Everything on it is erased. [y/N] ' "$disk" "$size"
  read -r answer || failed "the console was closed"
  case $answer in
    y | Y | yes) break ;;
    n | N | no | '')
      say "Nothing was changed."
      printf 'Switch off? [Y/n] '
      read -r answer
      case $answer in
        n | N | no) say "Type 'exit' to return to the installer."; sh ;;
        *) poweroff -f; sleep 60 ;;
      esac
      ;;
    *) say "Please answer y or n." ;;
  esac
done
while :; do
  printf 'Host name: '
  read -r hostname
  if printf %s "$hostname" | grep -qE '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'; then break; fi
  say "A host name has small letters, digits and inner hyphens, 63 at most."
done
while :; do
  printf 'User name: '
  read -r user
  if ! printf %s "$user" | grep -qE '^[a-z][a-z0-9_-]{0,31}$'; then
    say "A user name begins with a small letter; then small letters, digits, - or _."
  elif grep -q "^$user:" /etc/system-users; then
    say "The system uses the name $user itself; choose another."
  else
    break
  fi
done
while :; do
  stty -echo
  printf 'Password for %s (not shown): ' "$user"
  read -r password
  printf '\nAgain: '
  read -r again
  stty echo
  say ""
  [ -z "$password" ] && say "The password must not be empty." && continue
  [ "$password" = "$again" ] && break
  say "The two passwords differ; once more."
done
unset again

# ---- partitions: BIOS boot, EFI system partition, root
say "Partitioning $disk ..."
/usr/sbin/sfdisk -q --wipe always "$disk" <<TABLE || failed "the disk could not be partitioned"
label: gpt
start=2048, size=2048, type=21686148-6449-6E6F-744E-656564454649, name=bios
size=131072, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, name=efi
type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709, name=root
TABLE
wait_for "${part}3" || failed "the new partitions did not appear"
say "Making filesystems ..."
/usr/sbin/mkfs.fat -F 32 -n EFI "${part}2" >/dev/null 2>&1 || failed "the EFI system partition could not be formatted"
/usr/sbin/mke2fs -q -F -t ext4 -L root "${part}3" || failed "the root partition could not be formatted"
# Nothing here must survive a power cut: the journal need not wait for the data.
mount -t ext4 -o noatime,data=writeback,nobarrier,commit=300 "${part}3" /target ||
  failed "the root filesystem cannot be mounted"
mkdir -p /target/boot/efi

# ---- the system
mkfifo /unpacked
(
  /usr/bin/zstd -dcq /medium/practice/rootfs.tar.zst |
    /usr/bin/tar -C /target -x --numeric-owner --xattrs --xattrs-include='*' \
      --record-size=65536 --checkpoint=160 --checkpoint-action=echo='checkpoint %u' 2>&1
  echo "tar-ended $?"
) > /unpacked &
result=
while read -r word rest; do
  case $word in
    */tar:)
      rest=${rest##*checkpoint }
      case $rest in *[!0-9]* | '') say "tar: $rest" ;; *)
        printf '\rUnpacking the system: %3d %%' $((rest * 6553 / (rootfs_bytes / 1000)))
        ;;
      esac
      ;;
    tar-ended) result=$rest ;;
  esac
done < /unpacked
[ "$result" = 0 ] || failed "the system could not be unpacked"
printf '\rUnpacking the system: 100 %%\n'

# ---- what is this machine's own
say "Configuring $hostname ..."
root_uuid=$(blkid "${part}3" | sed -n 's/.* UUID="\([^"]*\)".*/\1/p')
efi_uuid=$(blkid "${part}2" | sed -n 's/.* UUID="\([^"]*\)".*/\1/p')
cat > /target/etc/fstab <<TABLE
UUID=$root_uuid / ext4 errors=remount-ro,discard 0 1
UUID=$efi_uuid /boot/efi vfat umask=0077,nofail 0 2
TABLE
echo "$hostname" > /target/etc/hostname
printf '127.0.0.1\tlocalhost\n127.0.1.1\t%s\n' "$hostname" > /target/etc/hosts
cp /medium/practice/90_installer.cfg /target/etc/cloud/cloud.cfg.d/
cp /medium/practice/01-installer.yaml /target/etc/netplan/
chmod 600 /target/etc/netplan/01-installer.yaml
mount -t proc proc /target/proc
mount -t sysfs sysfs /target/sys
mount --bind /dev /target/dev
mount -t vfat "${part}2" /target/boot/efi || failed "the EFI system partition cannot be mounted"
chroot /target useradd -m -s /bin/bash -G sudo "$user" || failed "the user could not be made"
printf '%s:%s\n' "$user" "$password" | chroot /target chpasswd || failed "the password could not be set"
unset password
for kind in ed25519 ecdsa; do # an RSA key takes long to find on a slow machine
  chroot /target ssh-keygen -q -t $kind -N '' -f /etc/ssh/ssh_host_${kind}_key || failed "no SSH host key could be made"
done

# ---- boot loader for both firmwares
say "Installing the boot loader ..."
chroot /target grub-install --target=i386-pc "$disk" 2>/tmp/grub.log || failed "GRUB for BIOS: $(cat /tmp/grub.log)"
chroot /target grub-install --target=x86_64-efi --removable --no-nvram --efi-directory=/boot/efi 2>/tmp/grub.log ||
  failed "GRUB for UEFI: $(cat /tmp/grub.log)"
kernel=$(basename /target/boot/vmlinuz-*)
cat > /target/boot/grub/grub.cfg <<MENU
# Written by the installer; update-grub replaces it.
if [ "\$grub_platform" = pc ]; then
  serial --unit=0 --speed=115200
  terminal_input console serial
  terminal_output console serial
fi
set timeout=1
search --no-floppy --fs-uuid --set=root $root_uuid
menuentry "Debian GNU/Linux" {
  linux /boot/$kernel root=UUID=$root_uuid ro console=tty0 console=ttyS0,115200
  initrd /boot/initrd.img-${kernel#vmlinuz-}
}
MENU

say "Writing everything to the disk ..."
umount /target/boot/efi /target/dev /target/sys /target/proc
umount /target || failed "the root filesystem is still in use"
sync
say "The installation is complete after $(cut -d' ' -f1 /proc/uptime) s."
printf 'Press Enter to restart. '
read -r answer
umount /medium
eject /dev/sr0 2>/dev/null
reboot -f
