import type { z } from "zod";
import type { EmulatorReply } from "#providers/emulation/json-server.ts";
import type { EmulatorState, StoredImage, StoredInstance, StoredSecret } from "./emulator-state.ts";

/** Whose account it is; in nearly every answer. */
export interface Tenant {
  readonly tenantId: string;
  readonly customerId: string;
}

/** MB with two places, so that small images do not vanish. */
const megabytes = (bytes: number): number => Math.round((bytes / 2 ** 20) * 100) / 100;

export const wireImage = (image: StoredImage, tenant: Tenant): object => ({
  ...tenant,
  imageId: image.imageId,
  name: image.name,
  description: image.description,
  url: image.url,
  sizeMb: megabytes(image.sizeBytes),
  uploadedSizeMb: megabytes(image.uploadedBytes),
  osType: image.osType,
  version: image.version,
  format: image.format,
  status: image.status,
  errorMessage: image.errorMessage,
  standardImage: false,
  creationDate: image.createdAt,
  lastModifiedDate: image.changedAt,
});

/** One of the provider's own, so that a list without the filter shows what a real one shows. */
export const standardImage = (tenant: Tenant): object => ({
  ...tenant,
  imageId: "afecbb85-e2fc-46f0-9684-b46b1faf00bb",
  name: "ubuntu-22.04",
  description: "Ubuntu 22.04 (LTS)",
  url: "",
  sizeMb: 1_204,
  uploadedSizeMb: 1_204,
  osType: "Linux",
  version: "22.04",
  format: "qcow2",
  status: "Downloaded",
  errorMessage: "",
  standardImage: true,
  creationDate: "2022-04-21T00:00:00.000Z",
  lastModifiedDate: "2022-04-21T00:00:00.000Z",
  tags: [],
});

export function wireStats(state: EmulatorState, tenant: Tenant): object {
  const { quotaBytes, usedBytes, images } = state;
  return {
    ...tenant,
    currentImagesCount: images.length,
    totalSizeMb: megabytes(quotaBytes),
    usedSizeMb: megabytes(usedBytes),
    freeSizeMb: Math.max(0, megabytes(quotaBytes - usedBytes)),
  };
}

/** The list of the real service tells values as well. */
export const wireSecret = (secret: StoredSecret, tenant: Tenant): object => ({
  ...tenant,
  secretId: secret.secretId,
  name: secret.name,
  type: secret.type,
  value: secret.value,
  createdAt: secret.createdAt,
  updatedAt: secret.createdAt,
});

export function wireInstance(instance: StoredInstance, tenant: Tenant): object {
  const { instanceId, displayName, region, productId, imageId, sshKeys, status, createdAt } = instance;
  const host = instanceId % 250;
  return {
    ...tenant,
    instanceId,
    name: `vmi${instanceId}`,
    displayName,
    region,
    regionName: region,
    dataCenter: `${region} 1`,
    productId,
    productName: productId,
    productType: "ssd",
    imageId,
    sshKeys,
    status,
    errorMessage: "",
    createdDate: createdAt,
    /** Not cancelled. */
    cancelDate: "",
    osType: "Linux",
    defaultUser: "admin",
    ipConfig: {
      v4: { ip: `203.0.113.${host + 1}`, netmaskCidr: 24, gateway: "203.0.113.254" },
      v6: { ip: `2001:db8::${host + 1}`, netmaskCidr: 64, gateway: "fe80::1" },
    },
    additionalIps: [],
    macAddress: `00:50:56:00:00:${host.toString(16).padStart(2, "0")}`,
    ramMb: 8_192,
    cpuCores: 3,
    diskMb: 153_600,
    vHostId: 1_001,
    vHostNumber: 1_001,
    vHostName: "m1001",
    addOns: [],
  };
}

export const errorReply = (status: number, message: string): EmulatorReply => ({
  status,
  body: { statusCode: status, message },
});

export const notFound = (what: string): EmulatorReply => errorReply(404, `${what} not found`);

/** A body that is not as the document says. */
export const refused = (error: z.ZodError): EmulatorReply => {
  const issue = error.issues[0];
  return errorReply(400, `${issue?.path.join(".") ?? ""} ${issue?.message ?? "is wrong"}`.trim());
};

export const one = (status: number, data: object, self: string): EmulatorReply => ({
  status,
  body: { data: [data], _links: { self } },
});

/** One page of a list, with links below the address of the API as the documents show them. */
export function page(all: readonly object[], url: URL): EmulatorReply {
  const number = wholeNumber(url.searchParams.get("page"), 1);
  const size = wholeNumber(url.searchParams.get("size"), 10);
  if (number === null || size === null) return errorReply(400, "page and size must be 1 or more");
  const last = Math.max(1, Math.ceil(all.length / size));
  const link = (target: number): string => `${url.pathname}?page=${target}&size=${size}`;
  return {
    status: 200,
    body: {
      data: all.slice((number - 1) * size, number * size),
      _pagination: { size, totalElements: all.length, totalPages: last, page: number },
      _links: {
        first: link(1),
        self: link(number),
        last: link(last),
        ...(number > 1 ? { previous: link(number - 1) } : {}),
        ...(number < last ? { next: link(number + 1) } : {}),
      },
    },
  };
}

function wholeNumber(text: string | null, fallback: number): number | null {
  if (text === null) return fallback;
  return /^[1-9]\d{0,5}$/.test(text) ? Number(text) : null;
}
