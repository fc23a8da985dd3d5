import { ocid } from "./credentials.ts";

/** Path of an image. Throws `bad-input` for what is not the OCID of one. */
export const imagePath = (imageId: string): string => `/images/${encodeURIComponent(ocid(imageId, "image"))}`;
