/**
 * A value inside one of QEMU's `key=value,key=value` options. A comma ends a value unless it is doubled
 * (QEMU manual, "-drive": "use two commas"); nothing else is special, for there is no shell.
 */
export const optionValue = (value: string): string => value.replaceAll(",", ",,");
