import type { Volume } from "#core/image/facts/volume.ts";

/** A volume as the disk layout tells it, for facts that only look at names and places. */
export function volumeOf(options: {
  number: number;
  type?: string;
  uuid?: string;
  label?: string;
  typeId?: string;
  startByte?: number;
  sizeBytes?: number;
  bootable?: boolean;
  logicalVolume?: { group: string; name: string };
}): Volume {
  const { number, type, uuid = null, label = null, logicalVolume } = options;
  const startByte = options.startByte ?? number * 1024 ** 3;
  const mapped = (name: string): string => name.replaceAll("-", "--");
  return {
    partition: {
      number,
      startByte,
      sizeBytes: options.sizeBytes ?? 1024 ** 3,
      typeId: options.typeId ?? "0x83",
      typeName: "Linux filesystem",
      name: null,
      bootable: options.bootable ?? false,
      partUuid: null,
    },
    logicalVolume:
      logicalVolume === undefined
        ? null
        : {
            ...logicalVolume,
            devicePath: `/dev/mapper/${mapped(logicalVolume.group)}-${mapped(logicalVolume.name)}`,
          },
    found: type === undefined ? null : { type, uuid, label, unreadable: null, open: null },
  };
}
