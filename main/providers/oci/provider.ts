import { AppError } from "#core/lib/app-error.ts";
import type { ClientOptions, ProviderAccess, ProviderClient } from "#providers/provider.ts";
import type { Compartments, ExportImage, ImageShapes } from "#providers/special-calls.ts";
import type { OciAccount } from "./account.ts";
import { AnythingSchema, ImageSchema, ImagesSchema, type WireImage } from "./api.ts";
import { changeCompartment, listCompartments } from "./compartments.ts";
import { ocid, readCredentials } from "./credentials.ts";
import { exportImage } from "./export-image.ts";
import { finishImage } from "./finish-image.ts";
import { imagePath } from "./image-path.ts";
import { descriptionTag, followedState, imageState } from "./image-state.ts";
import { createImageBody } from "./import-image.ts";
import { launch, launchOptions } from "./launch.ts";
import { manifest } from "./manifest.ts";
import { createOciHttp, serviceAddress } from "./oci-http.ts";
import { allPages } from "./pages.ts";
import { listShapes, putShape, removeShape } from "./shapes.ts";
import { createSigner, type OciSigner } from "./signer.ts";

/** What only Oracle Cloud has. */
export interface OciClient extends ProviderClient {
  readonly exportImage: ExportImage;
  readonly shapes: ImageShapes;
  readonly compartments: Compartments;
  /** For a staging store in the account's own object storage: address and signatures, no keys. */
  readonly objectStorage: { readonly endpoint: string; readonly signer: OciSigner };
}

/** Throws `bad-input` when keys and fields do not fit together; nothing is sent for that. */
export function createOci({ apiBase, fields }: ProviderAccess, options: ClientOptions): OciClient {
  const credentials = readCredentials(fields);
  const signer = createSigner(credentials, options.clock);
  const { secrets, endsAtMs } = credentials;
  const region = regionOf(fields["region"]);
  const connection = { ...options, apiBase, region, signer, secrets, endsAtMs };
  const tenancyId = ocid((fields["tenancy"] ?? "").trim(), "tenancy");
  const account: OciAccount = {
    compute: createOciHttp("iaas", connection),
    identity: createOciHttp("identity", connection),
    objectStorage: createOciHttp("objectstorage", connection),
    region,
    tenancyId,
    compartmentId: compartmentOf(fields["compartment"], tenancyId),
    secrets,
  };
  const { compute, compartmentId } = account;

  const getWire = async (id: string, signal: AbortSignal): Promise<WireImage> =>
    (await compute({ method: "GET", path: imagePath(id), reply: ImageSchema, signal })).body;

  return {
    manifest,
    // Needs what publishing needs anyway, and proves the compartment too.
    testCredentials: async (signal) => {
      const query = { compartmentId, limit: "1" };
      await compute({ method: "GET", path: "/images", query, reply: ImagesSchema, signal }).catch(hidden);
    },
    importImage: async (request, signal) => {
      if (request.region !== region) {
        throw new AppError("bad-input", `This account works in ${region}, not in ${request.region}`, {
          hint: "Connect the other region as an account of its own: images and buckets do not leave a region.",
          details: { processed: "no" },
        });
      }
      const { body } = await compute({
        method: "POST",
        path: "/images",
        headers: { "opc-retry-token": request.retryToken.slice(0, 64) },
        body: createImageBody(request, compartmentId),
        reply: ImageSchema,
        signal,
      });
      return imageState(body, account);
    },
    getImage: async (id, signal) => followedState(await getWire(id, signal), account, signal),
    listImages: async (signal) => {
      const images = await allPages(compute, {
        path: "/images",
        query: { compartmentId },
        reply: ImagesSchema,
        signal,
      });
      // Platform images are told along; they belong to no compartment.
      const own = images.filter(
        (image) => image.compartmentId === compartmentId && image.lifecycleState !== "DELETED",
      );
      return [...new Map(own.map((image) => [image.id, imageState(image, account)])).values()];
    },
    deleteImage: async (id, signal) => {
      try {
        await compute({ method: "DELETE", path: imagePath(id), reply: AnythingSchema, signal });
      } catch (error) {
        if (AppError.from(error).code !== "not-found") throw error;
      }
    },
    renameImage: async (id, change, signal) => {
      const body: Record<string, unknown> = { displayName: change.name };
      if (change.description !== null) {
        // Tags are replaced as a whole, so those of others are sent along.
        const { freeformTags } = await getWire(id, signal);
        body["freeformTags"] = { ...freeformTags, [descriptionTag]: change.description.slice(0, 256) };
      }
      await compute({ method: "PUT", path: imagePath(id), body, reply: ImageSchema, signal });
    },
    finishImage: (id, request, signal) => finishImage(account, id, request, signal),
    transferImage: null,
    quota: null,
    launchOptions: (id, signal) => launchOptions(account, id, signal),
    launch: (id, request, signal) => launch(account, id, request, signal),
    exportImage: (id, destination, format, signal) => exportImage(account, id, destination, format, signal),
    shapes: {
      list: (id, signal) => listShapes(account, id, signal),
      put: (id, shape, signal) => putShape(account, id, shape, signal),
      remove: (id, shape, signal) => removeShape(account, id, shape, signal),
    },
    compartments: {
      list: (signal) => listCompartments(account, signal),
      move: (id, target, signal) => changeCompartment(account, id, target, signal),
    },
    instances: null,
    objectStorage: { endpoint: serviceAddress(apiBase, "objectstorage", region), signer },
  };
}

/** Oracle answers 404 for what a policy hides; for a list that can only be the policy or the compartment. */
function hidden(error: unknown): never {
  const failure = AppError.from(error);
  if (failure.code !== "not-found") throw failure;
  throw new AppError("unauthorized", "Oracle Cloud does not show this user the images of the compartment", {
    hint: `Check the compartment's OCID, and that this policy exists: ${manifest.scopes[0] ?? ""}`,
    details: failure.details,
  });
}

function regionOf(text: string | undefined): string {
  const region = (text ?? "").trim();
  if (/^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/.test(region)) return region;
  throw new AppError("bad-input", "The region is missing or is not one", {
    hint: "It looks like eu-frankfurt-1; the console shows it at the top.",
  });
}

function compartmentOf(text: string | undefined, tenancyId: string): string {
  const compartment = (text ?? "").trim();
  if (compartment === "" || compartment === tenancyId) return tenancyId;
  return ocid(compartment, "compartment");
}
