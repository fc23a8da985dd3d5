/** An import that fails; the message is what the account shows, empty when it says nothing. */
export class ImportFailure extends Error {}
