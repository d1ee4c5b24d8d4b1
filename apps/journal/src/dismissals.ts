import { JOURNAL_DISMISSALS } from '@cups/contracts/journal';
import type { JournalDismissal } from '@cups/contracts/journal';
import { newUlid } from '@cups/contracts/node';
import { Problem, violation } from '@cups/problem';
import type { Appender } from './appender.ts';
import type { EntryIndex } from './entry-index.ts';
import type { Entry } from './log/entry.ts';
import type { MissingEntries } from './missing-entries.ts';
import type { MissingRange } from './store.ts';

/**
 * Dismissals of missing entries, after an administrator has investigated them. Each is an entry of the journal itself,
 * so that every verifier reports the gap as dismissed, with its reason, and nobody can close one silently.
 */
const STREAM = { source: 'journal', subject: 'dismissals' };

export interface DismissalsDeps {
  appender: Pick<Appender, 'append'>;
  index: Pick<EntryIndex, 'listStream'>;
  missing: Pick<MissingEntries, 'get' | 'dismiss'>;
  now: () => Date;
}

type Range = Pick<MissingRange, 'source' | 'subject' | 'first' | 'last'>;

export class Dismissals {
  readonly #deps: DismissalsDeps;
  /** The last dismissal: they are numbered, so one follows another. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(deps: DismissalsDeps) {
    this.#deps = deps;
  }

  /**
   * Appends the entry, then marks the range. A crash between the two leaves the range open, and a repeat dismisses it.
   * @returns the number of the entry
   * @throws Problem NOT_FOUND for a range that is not missing, INVALID_ARGUMENT for an unknown reason
   */
  dismiss(range: Range, reason: string): Promise<number> {
    const done = this.#last.then(() => this.#dismiss(range, reason));
    this.#last = done.catch(() => {});
    return done;
  }

  async #dismiss(range: Range, reason: string): Promise<number> {
    const { appender, index, missing, now } = this.#deps;
    if (!isDismissal(reason))
      throw new Problem({
        reason: 'INVALID_ARGUMENT',
        message: 'The reason is no code of dismissals.',
        violations: [violation('/reason', 'ONE_OF', { choices: Object.keys(JOURNAL_DISMISSALS) })],
      });
    const found = await missing.get(range);
    if (!found) throw new Problem({ reason: 'NOT_FOUND', message: 'Missing entries not found.' });
    const [former] = index.listStream(STREAM, { limit: 1 });
    const sequence = (former?.sequence ?? 0) + 1;
    await appender.append([buildEntry(range, { sequence, reason, time: now() })]);
    await missing.dismiss(found);
    return sequence;
  }
}

const isDismissal = (code: string): code is JournalDismissal => Object.hasOwn(JOURNAL_DISMISSALS, code);

function buildEntry(
  { source, subject, first, last }: Range,
  { sequence, reason, time }: { sequence: number; reason: JournalDismissal; time: Date },
): Entry {
  return {
    ...STREAM,
    sequence,
    id: newUlid(time),
    time,
    cause: '',
    resource: 'journal',
    action: 'dismiss-missing',
    actor: 'services/ops',
    centre: '',
    ground: 'operations',
    reason,
    result: 'done',
    contentHash: '',
    verifier: '',
    dismissed: { name: `${source} ${subject}`, first, last },
  };
}
