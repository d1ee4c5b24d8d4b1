import type { DataVersions } from '@cups/contracts';
import { staleReplica } from '@cups/problem';
import type { Problem } from '@cups/problem';
import type { Centre } from './domain/centres.ts';

export interface CentreLookupParts {
  centres: () => ReadonlyMap<string, Centre>;
  /** Takes in what other replicas have told the store. */
  refreshFromStore: () => Promise<void>;
  versions: Pick<DataVersions, 'isBehind' | 'mayCome'>;
}

/** Centres that are asked for by somebody who may have read newer files than this replica. */
export class CentreLookup {
  readonly #parts: CentreLookupParts;

  constructor(parts: CentreLookupParts) {
    this.#parts = parts;
  }

  /**
   * A centre where somebody works: who wrote that knew it. A replica that has no file of it, or has it as planned, looks in the
   * store; what is not there either may come yet, for two minutes.
   * @returns the centre as this replica knows it by then; undefined when there is none
   * @throws Problem UNKNOWN_HERE while it may come yet, or others have newer files; what the store throws
   */
  async findForSignIn(code: string): Promise<Centre | undefined> {
    await this.refreshIfMissing([code]);
    this.assertFinal([code]);
    return this.#parts.centres().get(code);
  }

  /** Looks in the store when one of these is not here, or is planned. @throws Problem of the store */
  async refreshIfMissing(codes: string[]): Promise<void> {
    const { centres, refreshFromStore } = this.#parts;
    if (!codes.every((code) => isOpened(centres().get(code)))) await refreshFromStore();
  }

  /** @throws Problem UNKNOWN_HERE when one of these centres, where somebody works, may come or open yet */
  assertFinal(codes: string[]): void {
    const { centres, versions } = this.#parts;
    for (const code of codes) {
      const centre = centres().get(code);
      const mayCome = !centre && versions.mayCome('centres', code);
      if (mayCome || (!isOpened(centre) && versions.isBehind('centres'))) throw unknownCentre();
    }
  }

  /**
   * The centre of a session: whoever signed the operator in knew that it is there and has opened.
   * @returns the centre as this replica knows it by then; undefined when there is none
   * @throws Problem UNKNOWN_HERE while it may come, or open, yet: for two minutes; what the store throws
   */
  async findForSession(code: string): Promise<Centre | undefined> {
    await this.refreshIfMissing([code]);
    const centre = this.#parts.centres().get(code);
    if (isOpened(centre)) return centre;
    if (this.#parts.versions.mayCome('centres', `${code} ${centre?.status ?? ''}`)) throw unknownCentre();
    return centre;
  }

  /**
   * A centre that anybody may ask for.
   * @returns undefined when there is none
   * @throws Problem UNKNOWN_HERE when others have newer files than this replica
   */
  async findRequested(code: string): Promise<Centre | undefined> {
    const { centres, refreshFromStore, versions } = this.#parts;
    if (!centres().has(code) && versions.isBehind('centres')) await refreshFromStore();
    const centre = centres().get(code);
    if (!centre && versions.isBehind('centres')) throw unknownCentre();
    return centre;
  }

  /** @throws Problem UNKNOWN_HERE when others have newer files than this replica */
  assertNewest(): void {
    if (this.#parts.versions.isBehind('centres')) throw unknownCentre();
  }
}

const unknownCentre = (): Problem => staleReplica('This replica does not know yet that the centre is there, or open.');

const isOpened = (centre: Centre | undefined): boolean => centre !== undefined && centre.status !== 'planned';
