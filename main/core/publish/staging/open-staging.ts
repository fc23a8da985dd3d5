import type { StagingPlace } from "#contract/staging.ts";
import { AppError } from "#core/lib/app-error.ts";
import { createFolderStore } from "#staging/folder/folder-store.ts";
import { createS3Store } from "#staging/s3/s3-store.ts";
import { agentSocketOf } from "#staging/sftp/sftp-access.ts";
import { createSftpStore } from "#staging/sftp/sftp-store.ts";
import type { StagingStore } from "#staging/staging-store.ts";
import type { TransferGate } from "#staging/transfer-gate.ts";
import { goneFromKeychain } from "#core/publish/accounts/account-access.ts";
import { assertPrivateWay } from "#core/publish/accounts/private-way.ts";

/** The store of a place. Throws `bad-input` for a place whose keys would travel in the open. */
export function openStaging(place: StagingPlace, secret: string | null, gate: TransferGate): StagingStore {
  switch (place.kind) {
    case "s3":
      if (secret === null) throw goneFromKeychain(`storage ${place.bucket}`);
      assertPrivateWay(place.endpoint);
      return createS3Store({ ...place, secretAccessKey: secret }, { gate });
    case "sftp":
      return createSftpStore({ ...place, secret, agentSocket: agentSocketOf(process.env) }, { gate });
    case "folder":
      return createFolderStore(place, { gate });
    case "oci":
      throw new AppError("bad-input", `Goldsmith cannot stage on ${place.kind} storages`);
  }
}
