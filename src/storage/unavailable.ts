/**
 * The database cannot be used, for a reason the operator can act on. The message is one plain
 * line, free of secrets, that main prints as it is.
 */
export class StorageUnavailable extends Error {
  override readonly name = "StorageUnavailable";
}
