import type { JournalAction } from '@cups/contracts/journal';
import type { PublishedAct } from '../cli/backup/entries.ts';

/** Builds an act of intake by an operator, at as many seconds as its number says. */
export const buildAct = (
  subject: string,
  sequence: number,
  action: JournalAction,
  more: Partial<PublishedAct> = {},
): PublishedAct => ({
  service: 'intake',
  subject,
  sequence,
  action,
  resource: subject,
  actor: 'operators/ana',
  centre: '',
  reason: '',
  time: new Date(sequence * 1000),
  request: '',
  ...more,
});
