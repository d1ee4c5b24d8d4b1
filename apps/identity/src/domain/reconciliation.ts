import { nextGeneration } from './centres.ts';
import type { Centre, FileVersion } from './centres.ts';
import { canTransition } from './centre-lifecycle.ts';
import type { CentreStatus } from './centre-lifecycle.ts';

/** The sources of centres, by code. */
export interface CentreSources {
  /** From valid files. */
  files: ReadonlyMap<string, Centre>;
  /** From the store. */
  stored: ReadonlyMap<string, Centre & FileVersion>;
  /** Hash of a file before its current content. Kept until the store has the current content. */
  previousHashes: ReadonlyMap<string, string>;
}

/** Returns the newest version of each centre, in code order. A lagging mount does not bring back an old version. */
export function resolveServedCentres({ files, stored, previousHashes: before }: CentreSources): Map<string, Centre> {
  const serving = new Map<string, Centre>();
  for (const code of [...new Set([...files.keys(), ...stored.keys()])].sort()) {
    const file = files.get(code);
    const known = stored.get(code);
    const isNewest = file && (known?.hash === file.hash || isNewer(file, known, before.get(code)));
    serving.set(code, (isNewest ? file : known) as Centre);
  }
  return serving;
}

/** Whether both serve the same centres, which are in code order. */
export function areSameCentres(served: ReadonlyMap<string, Centre>, before: ReadonlyMap<string, Centre>): boolean {
  const known = [...before.values()];
  return served.size === before.size && [...served.values()].every((centre, at) => centre === known[at]);
}

/** Returns the files that must be written to the store, by code. */
export function pendingWrites({ files, stored, previousHashes: before }: CentreSources): Map<string, Centre> {
  return new Map([...files].filter(([code, file]) => isNewer(file, stored.get(code), before.get(code))));
}

function isNewer(file: Centre, known: (Centre & FileVersion) | undefined, previousHash: string | undefined): boolean {
  if (known && !canTransition(known.status, file.status)) return false;
  return nextGeneration(known, file.hash, previousHash) !== undefined;
}

/** Returns the files with an invalid status change, such as a reopened centre. The centre stays unchanged. */
export function invalidTransitions(sources: CentreSources): { code: string; from: CentreStatus; to: CentreStatus }[] {
  return [...sources.files.values()].flatMap(({ code, hash, status: to }) => {
    const known = sources.stored.get(code);
    if (!known || canTransition(known.status, to)) return [];
    // A lagging mount is not an error in the file.
    const lags = nextGeneration(known, hash, sources.previousHashes.get(code)) === undefined;
    return lags ? [] : [{ code, from: known.status, to }];
  });
}

/** Returns the codes of stored centres without any file, not even an invalid one. They stay in service. */
export function orphanedCentres({ files, stored }: CentreSources, named: ReadonlySet<string>): string[] {
  return [...stored.keys()].filter((code) => !files.has(code) && !named.has(code));
}

/** Returns the previous hashes after a file change. The earliest hash that the store has not yet replaced is kept. */
export function trackPreviousHashes(
  previousHashes: ReadonlyMap<string, string>,
  files: ReadonlyMap<string, Centre>,
  next: ReadonlyMap<string, Centre>,
): Map<string, string> {
  const after = new Map(previousHashes);
  for (const [code, { hash }] of next) {
    const earlier = files.get(code)?.hash;
    if (earlier !== undefined && earlier !== hash && !after.has(code)) after.set(code, earlier);
  }
  return after;
}

/** Returns the previous hashes after a write. Only files that changed during the write keep theirs. */
export function dropWrittenHashes(
  previousHashes: ReadonlyMap<string, string>,
  files: ReadonlyMap<string, Centre>,
  written: ReadonlyMap<string, Centre>,
): Map<string, string> {
  return new Map([...previousHashes].filter(([code]) => files.get(code) !== written.get(code)));
}
