import { isCivilDate } from '@cups/application';
import { fromProtoEnum } from '@cups/contracts/proto';
import { Problem, violation } from '@cups/problem';
import type { Violation } from '@cups/problem';
import type { CentreKind } from './domain/public-service.ts';

/** What requests have in common: a date, a kind of centre, and what is wrong with them. */

/** @param text yyyy-MM-dd; today in Chisinau when empty */
export function parseDate(text: string, now: () => Date): string {
  if (text === '') return now().toLocaleDateString('sv-SE', { timeZone: 'Europe/Chisinau' });
  if (!isCivilDate(text)) throw invalidArgument(violation('/atDate', 'DATE'));
  return text;
}

export function parseCentreKind(word: string): CentreKind | undefined {
  const kind = fromProtoEnum('CENTRE_KIND_', word);
  return kind === '' ? undefined : (kind as CentreKind);
}

export function invalidArgument(wrong: Violation): Problem {
  return new Problem({
    reason: 'INVALID_ARGUMENT',
    message: 'The request is not well formed.',
    violations: [wrong],
  });
}
