/** A stored object, as a listing shows it. */
export interface StoredObject {
  key: string;
  /** Time of the last write. */
  time: Date;
}

/**
 * Stores sealed chunks as objects. A key is `<document ID>/<role>/<name>`; an object is written once and never changed.
 * Every method throws Problem STORAGE_FULL when no space or quota is left, and STORE_UNAVAILABLE for other failures.
 */
export interface Storage {
  /** Returns once the object is durable. */
  put(key: string, bytes: Buffer): Promise<void>;
  /** Returns undefined if the object does not exist. */
  get(key: string): Promise<Buffer | undefined>;
  /** Succeeds also if the object does not exist. */
  remove(key: string): Promise<void>;
  /** Removes all objects of a document. */
  removeDocument(document: string): Promise<void>;
  /** Lists all objects, those of one document without others between them. */
  list(): AsyncIterable<StoredObject>;
  close(): Promise<void>;
}
