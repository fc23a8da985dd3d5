/**
 * A web server of another user must read the files, but nobody shall find them by listing: folders can be passed
 * through by those who know the names in them.
 */
export const fileModes = { file: 0o644, folder: 0o711 } as const;
