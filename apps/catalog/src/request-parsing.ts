import { isCivilDate } from '@cups/application';
import { fromProtoEnum } from '@cups/contracts/proto';
import { Problem, violation } from '@cups/problem';
import type { Violation } from '@cups/problem';
import type { CentreKind } from './domain/public-service.ts';

/** @param text yyyy-MM-dd; empty for today in Chisinau */
export function parseDate(text: string, now: () => Date): string {
  if (text === '') return now().toLocaleDateString('sv-SE', { timeZone: 'Europe/Chisinau' });
  if (!isCivilDate(text)) throw invalidArgument(violation('/atDate', 'DATE'));
  return text;
}

export function parseCentreKind(text: string): CentreKind | undefined {
  const kind = fromProtoEnum('CENTRE_KIND_', text);
  return kind === '' ? undefined : (kind as CentreKind);
}

export function invalidArgument(invalid: Violation): Problem {
  return new Problem({
    reason: 'INVALID_ARGUMENT',
    message: 'The request has an invalid field.',
    violations: [invalid],
  });
}
