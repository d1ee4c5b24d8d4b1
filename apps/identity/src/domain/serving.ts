import { generationAfter } from './centres.ts';
import type { Centre, Known } from './centres.ts';
import { mayFollow } from './life.ts';
import type { CentreStatus } from './life.ts';

/** What is known of centres, each by its code. */
export interface Knowledge {
  /** As the files say, as far as they are good. */
  files: ReadonlyMap<string, Centre>;
  /** As the store says. */
  stored: ReadonlyMap<string, Centre & Known>;
  /** Hash that this process saw in a file before its present content; kept until the store has been told. */
  before: ReadonlyMap<string, string>;
}

/** The centres in service, in the order of codes: of each the newest that is known, so that a mount that lags shows no old one. */
export function servingFrom({ files, stored, before }: Knowledge): Map<string, Centre> {
  const serving = new Map<string, Centre>();
  for (const code of [...new Set([...files.keys(), ...stored.keys()])].sort()) {
    const file = files.get(code);
    const known = stored.get(code);
    const isNewest = file && (known?.hash === file.hash || isNews(file, known, before.get(code)));
    serving.set(code, (isNewest ? file : known) as Centre);
  }
  return serving;
}

/** The files that the store must be told of, by code. */
export function untold({ files, stored, before }: Knowledge): Map<string, Centre> {
  return new Map([...files].filter(([code, file]) => isNews(file, stored.get(code), before.get(code))));
}

function isNews(file: Centre, known: (Centre & Known) | undefined, before: string | undefined): boolean {
  if (known && !mayFollow(known.status, file.status)) return false;
  return generationAfter(known, file.hash, before) !== undefined;
}

/** Files that would undo what a centre has behind it, such as one of a centre that is closed; the centre stays as it was. */
export function forbidden(knowledge: Knowledge): { code: string; from: CentreStatus; to: CentreStatus }[] {
  return [...knowledge.files.values()].flatMap(({ code, hash, status: to }) => {
    const known = knowledge.stored.get(code);
    if (!known || mayFollow(known.status, to)) return [];
    // A mount that lags is no mistake of whoever wrote the file.
    const lags = generationAfter(known, hash, knowledge.before.get(code)) === undefined;
    return lags ? [] : [{ code, from: known.status, to }];
  });
}

/** Centres that the store knows and no file names, not even a bad one. They stay in service. */
export function withoutFile({ files, stored }: Knowledge, named: ReadonlySet<string>): string[] {
  return [...stored.keys()].filter((code) => !files.has(code) && !named.has(code));
}

/** What was seen before, now that the files say something else: the earliest that the store has not been told of stays. */
export function beforeAfter(
  before: ReadonlyMap<string, string>,
  files: ReadonlyMap<string, Centre>,
  next: ReadonlyMap<string, Centre>,
): Map<string, string> {
  const after = new Map(before);
  for (const [code, { hash }] of next) {
    const earlier = files.get(code)?.hash;
    if (earlier !== undefined && earlier !== hash && !after.has(code)) after.set(code, earlier);
  }
  return after;
}

/** What was seen before, now that the store has been told of `told`: only of files that changed meanwhile it still counts. */
export function beforeWhenTold(
  before: ReadonlyMap<string, string>,
  files: ReadonlyMap<string, Centre>,
  told: ReadonlyMap<string, Centre>,
): Map<string, string> {
  return new Map([...before].filter(([code]) => files.get(code) !== told.get(code)));
}
