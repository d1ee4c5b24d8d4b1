import type { DataVersions } from '@cups/contracts';
import { staleReplica } from '@cups/problem';
import type { Problem } from '@cups/problem';
import type { Centre } from './domain/centres.ts';

export interface CentreLookupParts {
  centres: () => ReadonlyMap<string, Centre>;
  /** Loads the centres that other replicas have written to the store. */
  refreshFromStore: () => Promise<void>;
  versions: Pick<DataVersions, 'isBehind' | 'mayCome'>;
}

/** Looks up centres for callers that may have read newer files than this replica. */
export class CentreLookup {
  readonly #parts: CentreLookupParts;

  constructor(parts: CentreLookupParts) {
    this.#parts = parts;
  }

  /**
   * Returns a centre where an operator works, or undefined if it does not exist.
   * Reads the store if the file is missing here or still says `planned`.
   * @throws Problem STALE_REPLICA for two minutes while the centre may arrive, or while this replica lags; store errors
   */
  async findForSignIn(code: string): Promise<Centre | undefined> {
    await this.refreshIfMissing([code]);
    this.assertFinal([code]);
    return this.#parts.centres().get(code);
  }

  /** Reads the store if one of the centres is missing here or still planned. @throws Problem of the store */
  async refreshIfMissing(codes: string[]): Promise<void> {
    const { centres, refreshFromStore } = this.#parts;
    if (!codes.every((code) => isOpened(centres().get(code)))) await refreshFromStore();
  }

  /** @throws Problem STALE_REPLICA if one of the centres may still arrive or open */
  assertFinal(codes: string[]): void {
    const { centres, versions } = this.#parts;
    for (const code of codes) {
      const centre = centres().get(code);
      const mayCome = !centre && versions.mayCome('centres', code);
      if (mayCome || (!isOpened(centre) && versions.isBehind('centres'))) throw unknownCentre();
    }
  }

  /**
   * Returns the centre of a session, or undefined if it does not exist.
   * The centre was open on the replica that signed the operator in.
   * @throws Problem STALE_REPLICA for two minutes while the centre may still arrive or open; store errors
   */
  async findForSession(code: string): Promise<Centre | undefined> {
    await this.refreshIfMissing([code]);
    const centre = this.#parts.centres().get(code);
    if (isOpened(centre)) return centre;
    if (this.#parts.versions.mayCome('centres', `${code} ${centre?.status ?? ''}`)) throw unknownCentre();
    return centre;
  }

  /**
   * Returns any centre, or undefined if it does not exist.
   * @throws Problem STALE_REPLICA if the centre is missing and other replicas have newer files
   */
  async findRequested(code: string): Promise<Centre | undefined> {
    const { centres, refreshFromStore, versions } = this.#parts;
    if (!centres().has(code) && versions.isBehind('centres')) await refreshFromStore();
    const centre = centres().get(code);
    if (!centre && versions.isBehind('centres')) throw unknownCentre();
    return centre;
  }

  /** @throws Problem STALE_REPLICA if other replicas have newer files */
  assertNewest(): void {
    if (this.#parts.versions.isBehind('centres')) throw unknownCentre();
  }
}

const unknownCentre = (): Problem => staleReplica('This replica has not loaded the newest state of the centre yet.');

const isOpened = (centre: Centre | undefined): boolean => centre !== undefined && centre.status !== 'planned';
