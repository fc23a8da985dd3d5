/** Name of a staging storage's secret in the keychain: an S3 key, an SFTP password or a key's passphrase. */
export const stagingSecretName = (stagingId: string): string => `staging/${stagingId}/secret`;
