import { nextGeneration } from './centres.ts';
import type { Centre, FileVersion } from './centres.ts';
import { canTransition } from './centre-lifecycle.ts';
import type { CentreStatus } from './centre-lifecycle.ts';

/** What is known of centres, each by its code. */
export interface CentreSources {
  /** As the files say, as far as they are good. */
  files: ReadonlyMap<string, Centre>;
  /** As the store says. */
  stored: ReadonlyMap<string, Centre & FileVersion>;
  /** Hash that this process saw in a file before its present content; kept until the store has been told. */
  previousHashes: ReadonlyMap<string, string>;
}

/** The centres in service, in the order of codes: of each the newest that is known, so that a mount that lags shows no old one. */
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

/** The files that the store must be told of, by code. */
export function pendingWrites({ files, stored, previousHashes: before }: CentreSources): Map<string, Centre> {
  return new Map([...files].filter(([code, file]) => isNewer(file, stored.get(code), before.get(code))));
}

function isNewer(file: Centre, known: (Centre & FileVersion) | undefined, previousHash: string | undefined): boolean {
  if (known && !canTransition(known.status, file.status)) return false;
  return nextGeneration(known, file.hash, previousHash) !== undefined;
}

/** Files that would undo what a centre has behind it, such as one of a centre that is closed; the centre stays as it was. */
export function invalidTransitions(sources: CentreSources): { code: string; from: CentreStatus; to: CentreStatus }[] {
  return [...sources.files.values()].flatMap(({ code, hash, status: to }) => {
    const known = sources.stored.get(code);
    if (!known || canTransition(known.status, to)) return [];
    // A mount that lags is no mistake of whoever wrote the file.
    const lags = nextGeneration(known, hash, sources.previousHashes.get(code)) === undefined;
    return lags ? [] : [{ code, from: known.status, to }];
  });
}

/** Centres that the store knows and no file names, not even a bad one. They stay in service. */
export function orphanedCentres({ files, stored }: CentreSources, named: ReadonlySet<string>): string[] {
  return [...stored.keys()].filter((code) => !files.has(code) && !named.has(code));
}

/** What was seen before, now that the files say something else: the earliest that the store has not been told of stays. */
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

/** What was seen before, now that the store has been told of `told`: only of files that changed meanwhile it still counts. */
export function dropWrittenHashes(
  previousHashes: ReadonlyMap<string, string>,
  files: ReadonlyMap<string, Centre>,
  written: ReadonlyMap<string, Centre>,
): Map<string, string> {
  return new Map([...previousHashes].filter(([code]) => files.get(code) !== written.get(code)));
}
