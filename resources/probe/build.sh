#!/bin/sh
# Builds probe.bin (exactly 4096 bytes) from probe.S with GNU binutils. Usage: build.sh [OUTPUT]
# The doctor puts it at the end of a 64 KiB ROM, the smallest that QEMU's -bios takes.
set -eu
here=$(dirname "$0")
output=${1:-"$here/probe.bin"}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
as --64 -o "$work/probe.o" "$here/probe.S"
ld -m elf_x86_64 -nostdlib -e 0xff000 --no-warn-rwx-segments -T "$here/probe.ld" -o "$work/probe.elf" "$work/probe.o"
objcopy -O binary --gap-fill 0 "$work/probe.elf" "$output"
