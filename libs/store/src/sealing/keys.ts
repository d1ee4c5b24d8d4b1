/** The keys that seal documents, one for each document ID. The data keys of a service are such keys. */
export interface SealingKeys {
  /** Returns the key of a document, and creates it first if it is absent. */
  create(id: string): Promise<SealingKey>;
  /** Returns undefined for a destroyed key. @throws Error for one that was lost or is damaged */
  find(id: string): Promise<SealingKey | undefined>;
  /** Finds the keys of many documents. Destroyed ones are in neither part. */
  findMany(ids: readonly string[]): Promise<FoundKeys>;
  /** Whether a key of this document was destroyed. The document may have a new one. */
  isDestroyed(id: string): Promise<boolean>;
}

export interface FoundKeys {
  keys: ReadonlyMap<string, SealingKey>;
  /** Documents whose key was lost or is damaged. */
  unreadable: ReadonlySet<string>;
}

/** Encrypts with authentication. */
export interface SealingKey {
  /** Eight bytes that tell the key from all others, and reveal nothing about it. */
  readonly id: Uint8Array;
  /** @param place where the bytes belong: they open at this place only */
  seal(place: string, plain: Uint8Array): Uint8Array;
  /** @throws Error if the bytes were changed, belong elsewhere or were sealed by another key */
  open(place: string, sealed: Uint8Array): Uint8Array;
}
