import type { Log } from '@cups/contracts';
import { Problem } from '@cups/problem';
import type { StoredDocument } from '../documents/document.ts';
import type { Projection } from '../documents/options.ts';
import { checkValue, type Shape } from '../documents/schema.ts';
import type { SealingKey, SealingKeys } from './keys.ts';
import {
  compilePaths,
  findSealed,
  hasValue,
  openValues,
  replaceValues,
  sealValues,
  type Seal,
  type SealedPaths,
  type SealedPlace,
} from './sealed-paths.ts';
import { splitProjection, type SealedProjection } from './sealed-projection.ts';
import { assertNoSealedField, shapeAt, withoutSealedShapes } from './sealed-schema.ts';
import { isOfOtherKey, openValue, sealValue } from './sealed-value.ts';

/** Seals documents of one collection before they are written, and opens them after they are read. */
export interface Sealer {
  /** The shape of documents as stored. */
  readonly shape: Shape;
  /**
   * Opens complete documents, and remembers how each is stored.
   * @throws DamagedFieldError; Error for a lost key; Problem STORE_UNAVAILABLE without the keys
   */
  open<D extends StoredDocument>(stored: D): Promise<D>;
  /**
   * Opens documents of a list. A damaged field is logged and left out, and so are all fields of a document whose key was
   * lost, so that it blocks no other document. Such a document is not marked as erased.
   */
  openMany<D extends StoredDocument>(stored: readonly D[]): Promise<D[]>;
  /** Splits a projection into what the store and what the caller needs. */
  project(projection: Projection): SealedProjection;
  /** Returns a new document as stored. Creates its key, if it has anything to seal. */
  sealNew<D extends StoredDocument>(document: D): Promise<D>;
  /**
   * Returns a changed document as stored. Sealed values that have not changed keep their bytes.
   * @param before the opened or written document
   * @throws Problem PERSONAL_DATA_ERASED for a new value under a destroyed key
   */
  sealNext<D extends StoredDocument>(next: D, before: StoredDocument): Promise<D>;
  /** Returns a changed document as stored, with its sealed fields erased. */
  eraseNext<D extends StoredDocument>(next: D): D;
  /** Returns how an opened or written document is stored; undefined for a copy of one. */
  storedOf(document: StoredDocument): StoredDocument | undefined;
  /** Whether a document in memory may be used: its key still exists. */
  isUsable(document: StoredDocument): Promise<boolean>;
  /**
   * A filter of `schemaVersion` may name sealed fields, for documents of earlier releases, which are stored in clear.
   * @throws Error if another filter or an order names a sealed field, which would never match
   */
  assertQuery(filter: object): void;
}

/** How a collection seals fields. */
export interface SealedFields {
  /**
   * Dotted paths; `[]` is each element of an array: `content`, `decision.reason`, `history[].reason`. A value below an
   * array element is sealed with its own nonce and position, so that a new element at the end leaves the bytes of the
   * others as they are, and two of them cannot be exchanged.
   */
  fields: readonly string[];
  keys: SealingKeys;
  /** Values of erased fields, by path. By default they are absent. */
  erased?: Readonly<Record<string, unknown>>;
  /**
   * `plain` reads sealed values and stores each written document in clear, while replicas of a release run that cannot
   * read sealed ones.
   * @default sealed
   */
  write?: 'sealed' | 'plain';
}

/** Stored in place of an erased value. No key opens it. */
const ERASED_BYTES = Buffer.of(0);
const isErasedMark = (bytes: Uint8Array): boolean => bytes.length === 1 && bytes[0] === 0;

/** A sealed value that its key cannot open. Names collection, document and field, never the value. */
class DamagedFieldError extends Error {
  override readonly name = 'DamagedFieldError';
}

/** The key of a document was lost, which is no erasure. Names collection and document. */
class LostKeyError extends Error {
  override readonly name = 'LostKeyError';
}

/** The sealer of a collection without sealed fields. */
export const createPlainSealer = (shape: Shape): Sealer => ({
  shape,
  open: (stored) => Promise.resolve(stored),
  openMany: (stored) => Promise.resolve([...stored]),
  project: (projection) => ({ stored: projection, pick: (document) => document }),
  sealNew: (document) => Promise.resolve(document),
  sealNext: (next) => Promise.resolve(next),
  eraseNext: (next) => next,
  storedOf: (document) => document,
  isUsable: () => Promise.resolve(true),
  assertQuery: () => {},
});

export const createSealer = (sealed: SealedFields, about: { collection: string; shape: Shape; log: Log }): Sealer =>
  new FieldSealer(sealed, about);

class FieldSealer implements Sealer {
  readonly shape: Shape;
  readonly #collection: string;
  readonly #log: Log;
  readonly #keys: SealingKeys;
  readonly #writesPlain: boolean;
  readonly #erased: Readonly<Record<string, unknown>>;
  readonly #paths: SealedPaths;
  /** The sealed fields as queries name them. */
  readonly #names: readonly string[];
  readonly #shapes: ReadonlyMap<string, Shape>;
  /** How the documents of this process are stored. */
  readonly #storedForms = new WeakMap<StoredDocument, StoredDocument>();
  /** Sealed values without their position, which the next write of their document seals again. */
  readonly #unpositioned = new WeakSet<Uint8Array>();

  /** @param about `shape` is that of documents as the service uses them */
  constructor(
    { fields, keys, erased = {}, write = 'sealed' }: SealedFields,
    { collection, shape, log }: { collection: string; shape: Shape; log: Log },
  ) {
    this.#collection = collection;
    this.#log = log;
    this.#keys = keys;
    this.#writesPlain = write === 'plain';
    this.#erased = erased;
    this.#paths = compilePaths(fields);
    this.#names = fields.map((field) => field.replaceAll('[]', ''));
    this.#shapes = new Map(fields.map((field) => [field, shapeAt(shape, field)]));
    this.shape = withoutSealedShapes(shape, fields);
  }

  async open<D extends StoredDocument>(stored: D): Promise<D> {
    const sealed = findSealed(this.#paths, stored);
    const key = sealed && (await this.#findKey(stored, sealed));
    const opened = this.#openWith(key, stored, (path) => {
      throw new DamagedFieldError(`store: the sealed field ${path} of ${this.#resourceOf(stored)} is damaged`);
    });
    return this.#remember(opened, stored);
  }

  async openMany<D extends StoredDocument>(stored: readonly D[]): Promise<D[]> {
    const keys = await this.#findKeys(stored);
    return stored.map((one) => {
      const key = keys.get(one._id);
      const opened =
        key === 'unreadable'
          ? this.#withoutSealed(one)
          : this.#openWith(key, one, (path) => {
              this.#log.error({ event: 'sealed-field-damaged', resource: this.#resourceOf(one), field: path });
              return undefined;
            });
      return this.#remember(opened, one);
    });
  }

  project(projection: Projection): SealedProjection {
    return splitProjection(projection, this.#names);
  }

  async sealNew<D extends StoredDocument>(document: D): Promise<D> {
    const key = this.#writesPlain ? undefined : await this.#findOrCreateKey(document, undefined);
    const none = { plain: undefined, stored: undefined };
    const stored = sealValues(this.#paths, document, none, this.#sealWith(key, document)) as D;
    this.#remember(document, stored);
    return stored;
  }

  async sealNext<D extends StoredDocument>(next: D, before: StoredDocument): Promise<D> {
    const storesPlain = this.#writesPlain && !before.erased;
    const known = { plain: before, stored: storesPlain ? undefined : this.#storedForms.get(before) };
    const key = this.#writesPlain ? undefined : await this.#findOrCreateKey(next, known.stored);
    const stored = { ...(sealValues(this.#paths, next, known, this.#sealWith(key, next)) as D) };
    delete stored.erased;
    this.#remember(next, stored);
    return stored;
  }

  eraseNext<D extends StoredDocument>(next: D): D {
    const erased = replaceValues(this.#paths, next, ({ path }) => (path in this.#erased ? ERASED_BYTES : undefined));
    const stored = { ...(erased as D) };
    delete stored.erased;
    this.#remember(next, stored);
    return stored;
  }

  storedOf(document: StoredDocument): StoredDocument | undefined {
    return this.#storedForms.get(document);
  }

  async isUsable(document: StoredDocument): Promise<boolean> {
    const stored = this.#storedForms.get(document);
    if (!stored) return false;
    const sealed = findSealed(this.#paths, stored);
    return !sealed || (await this.#findKey(document, sealed)) !== undefined;
  }

  assertQuery(filter: object): void {
    if (!('schemaVersion' in filter)) assertNoSealedField(filter, this.#names);
  }

  /** Returns the key of a document; undefined if it was destroyed, or nothing was and is to be sealed. */
  async #findOrCreateKey(document: StoredDocument, stored: unknown): Promise<SealingKey | undefined> {
    const sealed = findSealed(this.#paths, stored);
    if (sealed) return this.#findKey(document, sealed);
    return hasValue(this.#paths, document) ? this.#keys.create(document._id) : undefined;
  }

  /** Returns the key of a sealed value; undefined if it was destroyed. @throws Error if it was lost or is damaged */
  async #findKey(document: StoredDocument, sealed: Uint8Array): Promise<SealingKey | undefined> {
    if (isErasedMark(sealed)) return undefined;
    const key = await this.#keys.find(document._id);
    if (!key || !isOfOtherKey(key, sealed)) return key;
    // The document has a new key: the former one was destroyed or lost.
    if (await this.#keys.isDestroyed(document._id)) return undefined;
    throw new LostKeyError(`store: the key of ${this.#resourceOf(document)} was lost`);
  }

  /** Returns the keys of documents with sealed values. Destroyed ones are absent. */
  async #findKeys(stored: readonly StoredDocument[]): Promise<Map<string, SealingKey | 'unreadable'>> {
    const found = new Map<string, SealingKey | 'unreadable'>();
    const sealed = stored.flatMap((one) => {
      const value = findSealed(this.#paths, one);
      return value && !isErasedMark(value) ? [{ one, value }] : [];
    });
    if (sealed.length === 0) return found;
    const { keys, unreadable } = await this.#keys.findMany(sealed.map(({ one }) => one._id));
    for (const { one, value } of sealed) {
      const key = keys.get(one._id);
      if (key && !isOfOtherKey(key, value)) found.set(one._id, key);
      else if (unreadable.has(one._id) || (key && !(await this.#keys.isDestroyed(one._id)))) {
        this.#log.error({ event: 'sealed-document-unreadable', resource: this.#resourceOf(one) });
        found.set(one._id, 'unreadable');
      }
    }
    return found;
  }

  #sealWith(key: SealingKey | undefined, document: StoredDocument): Seal {
    return {
      seal: ({ path, indexes }, value, isUnchanged) => {
        if (!isUnchanged) checkValue(this.#shapes.get(path)!, value, [path]);
        if (this.#writesPlain) return value;
        if (!key) throw erasedProblem();
        return sealValue(key, this.#placeOf(document, path), value, indexes);
      },
      // An erased document has no key, and its bytes are of no use.
      mayStay: (bytes) => !key || !this.#unpositioned.has(bytes),
    };
  }

  /** @param onDamage returns the value of a damaged field, or throws */
  #openWith<D extends StoredDocument>(
    key: SealingKey | undefined,
    stored: D,
    onDamage: (path: string) => undefined,
  ): D {
    let isErased = false;
    const opened = openValues(this.#paths, stored, (place, bytes) => {
      if (!key || isErasedMark(bytes)) {
        isErased = true;
        return this.#erased[place.path];
      }
      try {
        return this.#openValue(key, stored, place, bytes);
      } catch {
        return onDamage(place.path);
      }
    }) as D;
    return isErased ? { ...opened, erased: true } : opened;
  }

  #openValue(key: SealingKey, stored: StoredDocument, { path, indexes }: SealedPlace, bytes: Uint8Array): unknown {
    const { value, isPositioned } = openValue(key, this.#placeOf(stored, path), bytes, indexes);
    if (!isPositioned) this.#unpositioned.add(bytes);
    return value;
  }

  /** Returns a document with the values of an erased one, but without its mark. */
  #withoutSealed<D extends StoredDocument>(stored: D): D {
    return openValues(this.#paths, stored, ({ path }) => this.#erased[path]) as D;
  }

  #remember<D extends StoredDocument>(document: D, stored: StoredDocument): D {
    this.#storedForms.set(document, stored);
    return document;
  }

  /** A sealed value opens at its place only. */
  #placeOf({ _id: id }: StoredDocument, path: string): string {
    return `${this.#collection}|${id}|${path}`;
  }

  #resourceOf({ _id: id }: StoredDocument): string {
    return `${this.#collection}/${id}`;
  }
}

const erasedProblem = (): Problem =>
  new Problem({ reason: 'PERSONAL_DATA_ERASED', message: 'The personal data of this resource were erased.' });
