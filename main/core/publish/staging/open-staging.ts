import type { StagingPlace } from "#contract/staging.ts";
import { goneFromKeychain } from "#core/publish/accounts/account-access.ts";
import { assertPrivateWay } from "#core/publish/accounts/private-way.ts";
import type { Clock } from "#ports/ports.ts";
import type { ProviderAccess } from "#providers/provider.ts";
import { createS3Store } from "#staging/s3/s3-store.ts";
import type { StagingStore } from "#staging/staging-store.ts";
import type { TransferGate } from "#staging/transfer-gate.ts";

export interface OpenStagingDeps {
  readonly clock: Clock;
  /** Before all uploads of the app. */
  readonly gate: TransferGate;
  /** Of ssh-agent; null: none runs. */
  readonly agentSocket: string | null;
  /** Of a connected account; for a bucket in its own object storage. */
  readonly accessOf: (accountId: string) => Promise<ProviderAccess>;
}

/**
 * The store of a place; what it speaks is loaded with the first of its kind. Throws `unauthorized` when a secret is
 * needed and gone, `bad-input` for a place whose keys would travel in the open.
 */
export async function openStaging(
  place: StagingPlace,
  secret: string | null,
  { clock, gate, agentSocket, accessOf }: OpenStagingDeps,
): Promise<StagingStore> {
  switch (place.kind) {
    case "s3":
      if (secret === null) throw goneFromKeychain(`storage ${place.bucket}`);
      assertPrivateWay(place.endpoint);
      return createS3Store({ ...place, secretAccessKey: secret }, { gate });
    case "oci": {
      const [{ createOci }, { createOciStore }] = await Promise.all([
        import("#providers/oci/provider.ts"),
        import("#staging/oci/oci-store.ts"),
      ]);
      const { objectStorage } = createOci(await accessOf(place.accountId), { clock });
      return createOciStore({ ...objectStorage, bucket: place.bucket, gate });
    }
    case "sftp": {
      if (place.auth === "password" && secret === null) throw goneFromKeychain(`storage on ${place.host}`);
      const { createSftpStore } = await import("#staging/sftp/sftp-store.ts");
      return createSftpStore({ ...place, secret, agentSocket }, { gate });
    }
    case "folder": {
      const { createFolderStore } = await import("#staging/folder/folder-store.ts");
      return createFolderStore(place, { gate });
    }
  }
}
