import { AppError } from "#core/lib/app-error.ts";
import type { ImportImageRequest } from "#providers/provider.ts";
import type { CreateImageBody } from "./api.ts";
import { descriptionTag } from "./image-state.ts";

/** "Custom Image Imports": the formats that are taken, by the word of the API. */
const sourceImageTypes: Readonly<Record<string, "QCOW2" | "VMDK">> = { qcow2: "QCOW2", vmdk: "VMDK" };
/** "Resource Tags": a free-form value has at most 256 characters, a display name 255. */
const longestTag = 256;
const longestName = 255;

export function createImageBody(request: ImportImageRequest, compartmentId: string): CreateImageBody {
  const sourceImageType = sourceImageTypes[request.format];
  if (sourceImageType === undefined) {
    throw new AppError("bad-input", `Oracle Cloud takes qcow2 and VMDK, not ${request.format}`, {
      hint: "Convert it to qcow2 first.",
      details: { processed: "no" },
    });
  }
  const details = { sourceImageType, ...systemWords(request.os) };
  const { source } = request;
  return {
    compartmentId,
    displayName: request.name.slice(0, longestName),
    freeformTags: { [descriptionTag]: request.description.slice(0, longestTag) },
    launchMode: "PARAVIRTUALIZED",
    imageSourceDetails:
      source.kind === "object"
        ? {
            sourceType: "objectStorageTuple",
            namespaceName: source.namespace,
            bucketName: source.bucket,
            objectName: source.object,
            ...details,
          }
        : { sourceType: "objectStorageUri", sourceUri: source.url, ...details },
  };
}

/** The names of Oracle's own platform images; what is not among them keeps the system's own name. */
const systemNames: Readonly<Record<string, string>> = {
  ol: "Oracle Linux",
  ubuntu: "Canonical Ubuntu",
  centos: "CentOS",
  rhel: "RHEL",
  rocky: "Rocky Linux",
  almalinux: "AlmaLinux",
  debian: "Debian",
  fedora: "Fedora",
  freebsd: "FreeBSD",
  sles: "SUSE",
  opensuse: "openSUSE",
  "opensuse-leap": "openSUSE",
  "opensuse-tumbleweed": "openSUSE",
  arch: "Arch Linux",
};

/** What the image holds in the words that the console groups images by. Both are free text to the API. */
export function systemWords(os: ImportImageRequest["os"]): {
  operatingSystem: string;
  operatingSystemVersion: string;
} {
  const version = os?.versionId ?? "";
  const operatingSystemVersion = version === "" ? "Unknown" : version;
  if (os?.family === "windows") return { operatingSystem: "Windows", operatingSystemVersion };
  const known = systemNames[os?.id ?? ""];
  const own = os?.id ?? (os?.family === "linux" ? "Linux" : "Custom");
  return { operatingSystem: known ?? own, operatingSystemVersion };
}
