import type { DataKeys } from '@cups/data-keys';
import { newUlid } from '@cups/contracts/node';
import type { Change } from '@cups/store';
import { end } from '../domain/mandate.ts';
import { toEvents } from './events.ts';
import { entryOfErasure } from './journal.ts';
import type { ErasureGround } from './journal.ts';
import type { MandateDocuments, StoredMandate } from './store.ts';

/** Mandates for one application are few. */
const BATCH_SIZE = 50;
/** Length of the time in a ULID. */
const ULID_TIME_LENGTH = 10;

interface ErasureDeps {
  mandates: MandateDocuments;
  dataKeys: Pick<DataKeys, 'destroy'>;
  now: () => Date;
}

/** Erases the people of mandates that ended: first the key, so that nothing can be read any longer, then the hashes. */
export class MandateErasure {
  readonly #deps: ErasureDeps;
  /** The last mandate of the running sweep. */
  #after = '';
  /** No mandate that an earlier release erased has the hash of its text any longer. */
  #isCleared = false;

  constructor(deps: ErasureDeps) {
    this.#deps = deps;
  }

  /** Erases mandates that ended before a time. @returns their number, at most `limit` */
  async expire(before: Date, limit: number): Promise<number> {
    if (!this.#isCleared) this.#isCleared = (await this.#clearHashes(limit)) < limit;
    const _id = { $gt: this.#after, $lt: newUlid(before).slice(0, ULID_TIME_LENGTH) };
    const ended = [
      { state: 'expired', expireTime: { $lt: before } },
      // Nothing changes a revoked mandate any longer.
      { state: 'revoked', updateTime: { $lt: before } },
    ];
    const filter = { _id, eraseTime: { $exists: false }, $or: ended };
    const options = { scope: 'service' as const, sort: { _id: 1 as const }, limit, projection: { _id: 1 } as const };
    const found = await this.#deps.mandates.find(filter, options);
    for (const mandate of found) await this.#erase(mandate._id, 'retention-rule');
    this.#after = found.length < limit ? '' : found.at(-1)!._id;
    return found.length;
  }

  /**
   * Ends and erases the mandates for one application, which is erased.
   * @param application applications/{id}
   */
  async eraseOf(application: string, ground: ErasureGround): Promise<void> {
    const filter = { application, eraseTime: { $exists: false } };
    for (;;) {
      const options = { scope: 'service' as const, limit: BATCH_SIZE, projection: { _id: 1 } as const };
      const found = await this.#deps.mandates.find(filter, options);
      for (const mandate of found) await this.#erase(mandate._id, ground);
      if (found.length < BATCH_SIZE) return;
    }
  }

  /**
   * Ends mandates and erases their people on request of one of them.
   * @param ids at most 50; unknown and erased ones are left out
   * @returns those whose people were not erased before
   */
  async eraseNamed(ids: readonly string[], { validateOnly = false } = {}): Promise<string[]> {
    const filter = { _id: { $in: ids }, eraseTime: { $exists: false } };
    const options = { scope: 'service' as const, limit: ids.length, projection: { _id: 1 } as const };
    const found = ids.length === 0 ? [] : await this.#deps.mandates.find(filter, options);
    if (!validateOnly) for (const { _id } of found) await this.#erase(_id, 'person-request');
    return found.map(({ _id }) => _id);
  }

  /** Removes the hashes of texts that erasures of earlier releases left. @returns their number */
  async #clearHashes(limit: number): Promise<number> {
    const { mandates, now } = this.#deps;
    const filter = { eraseTime: { $exists: true }, 'text.sha256': { $gt: '' } };
    const options = { scope: 'service' as const, limit, projection: { _id: 1 } as const };
    const found = await mandates.find(filter, options);
    for (const { _id } of found) {
      await mandates.update(_id, { scope: 'service', cause: {}, now: now() }, (mandate) => ({
        document: mandate.eraseTime ? { ...mandate, text: withoutHash(mandate) } : mandate,
        events: [],
      }));
    }
    return found.length;
  }

  async #erase(id: string, ground: ErasureGround): Promise<void> {
    const { mandates, dataKeys, now } = this.#deps;
    const time = now();
    await mandates.update(
      id,
      { scope: 'service', cause: {}, now: time },
      { read: () => dataKeys.destroy(id), decide: (mandate) => toErased(mandate, time, ground) },
    );
  }
}

/** The text names people, and nothing but their names and numbers in it is unknown: its hash would confirm a guess. */
const withoutHash = ({ text }: StoredMandate): StoredMandate['text'] => ({ ...text, sha256: '' });

function toErased(mandate: StoredMandate, now: Date, ground: ErasureGround): Change<StoredMandate> {
  if (mandate.eraseTime) return { document: mandate, events: [] };
  const { mandate: ended, eventKind } = end(mandate, now);
  const { supportingCode: _code, ...rest } = ended;
  const document: StoredMandate = {
    ...rest,
    text: withoutHash(mandate),
    person: { kid: '', hash: [] },
    timer: null,
    eraseTime: now,
  };
  const events = eventKind ? toEvents(ended, eventKind) : [];
  return { document, events: [...events, entryOfErasure(mandate, ground)], erase: true };
}
