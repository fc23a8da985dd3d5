/** Beginnings of programs and kernels, enough to be told apart. */

/** The setup header of an x86 bzImage with its version text (Documentation/arch/x86/boot.rst). */
export function bzImage(version: string, is64Bit = true): Buffer {
  const image = Buffer.alloc(0x600);
  image.write("HdrS", 0x202);
  image.writeUInt16LE(0x300, 0x20e);
  image.writeUInt16LE(is64Bit ? 1 : 0, 0x236);
  image.write(`${version} (builder@host) #1 SMP\0`, 0x500);
  return image;
}

/** arch/arm64/booting.rst: the magic at 56. */
export function arm64Image(): Buffer {
  const image = Buffer.alloc(4096);
  image.write("ARM\x64", 56, "latin1");
  return image;
}

/** An ELF header; 62 is x86-64, 183 AArch64, 3 i386. */
export function elfHeader(machine: number): Buffer {
  const head = Buffer.alloc(64);
  head.writeUInt32BE(0x7f45_4c46, 0);
  head.writeUInt8(2, 4);
  head.writeUInt8(1, 5);
  head.writeUInt16LE(machine, 18);
  return head;
}

/** An EFI program: 0x8664 is x86-64, 0xaa64 AArch64. */
export function peHeader(machine: number): Buffer {
  const head = Buffer.alloc(512);
  head.write("MZ");
  head.writeUInt32LE(0x80, 0x3c);
  head.write("PE\0\0", 0x80);
  head.writeUInt16LE(machine, 0x84);
  return head;
}

/** A PE program of nothing but sections, as a unified kernel image is one. */
export function peSections(sections: Readonly<Record<string, Buffer>>): Buffer {
  const optionalHeaderBytes = 112;
  const head = Buffer.alloc(1024);
  peHeader(0x8664).copy(head);
  const names = Object.keys(sections);
  head.writeUInt16LE(names.length, 0x80 + 6);
  head.writeUInt16LE(optionalHeaderBytes, 0x80 + 20);
  const parts = [head];
  let at = head.length;
  for (const [index, [name, content]] of Object.entries(sections).entries()) {
    const header = 0x80 + 24 + optionalHeaderBytes + index * 40;
    const padded = Buffer.concat([content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
    head.write(name, header, 8, "latin1");
    head.writeUInt32LE(content.length, header + 8);
    head.writeUInt32LE(padded.length, header + 16);
    head.writeUInt32LE(at, header + 20);
    parts.push(padded);
    at += padded.length;
  }
  return Buffer.concat(parts);
}
