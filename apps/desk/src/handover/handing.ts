import { handOverViolations } from '@cups/application';
import type { HandOver } from '@cups/application';
import type { Application } from '../api/types.ts';
import type { Spoken } from '../language/language.tsx';
import type { Act } from '../outbox/outbox.ts';
import type { Fault } from '../parts/error-summary.tsx';
import { HAND } from '../texts/application.ts';

/** A hand-over while it is being filled in. Nothing that is to be looked at is chosen beforehand. */
export interface Handing {
  collectedBy: HandOver['collectedBy'] | undefined;
  collectorName: string;
  power: string;
  paperKind: string;
  paperNumber: string;
  /** The specialist compared photograph and name. */
  compared: boolean;
  needMet: 'yes' | 'no' | undefined;
  missing: string;
}

/** Most people collect for themselves, and by the paper that they filed with: both are said, and can be changed. */
export function startOf({ evidence, represented }: Application): Handing {
  const paper = evidence?.find(({ kind }) => kind === 'identity-document');
  return {
    collectedBy: represented ? undefined : 'applicant',
    collectorName: '',
    power: '',
    paperKind: paper?.kind ?? 'identity-document',
    paperNumber: '',
    compared: false,
    needMet: undefined,
    missing: '',
  };
}

interface Asked {
  /** The result was handed over before; only the outcome is asked. */
  onlyOutcome: boolean;
  /** The outcome is asked another time. */
  later: boolean;
}

/** What is still to be said, beside the control that it concerns. */
export function faultsOf(handing: Handing, { onlyOutcome, later }: Asked, t: Spoken['t']): Fault[] {
  const faults: Fault[] = [];
  const need = (id: string, wrong: boolean, says: Parameters<Spoken['t']>[0]) =>
    wrong && faults.push({ id, says: t(says) });
  if (!onlyOutcome) {
    need('who', handing.collectedBy === undefined, HAND.choose);
    const wrong = handing.collectedBy === undefined ? [] : handOverViolations(handOverOf(handing));
    const at = (field: string) => wrong.some((one) => one.field === field);
    need('collector', at('/collectorName'), HAND.fill);
    need('power', at('/ground/reference'), HAND.fill);
    need('paper-number', at('/paperNumber') || !handing.paperNumber.trim(), HAND.fill);
    need('compared', !handing.compared, HAND.photoMissing);
  }
  if (!later) {
    need('met', handing.needMet === undefined, HAND.choose);
    need('missing', handing.needMet === 'no' && !handing.missing.trim(), HAND.fill);
  }
  return faults;
}

/** What is recorded of who collected. */
export function handOverOf(handing: Handing): HandOver {
  const { collectedBy = 'applicant', paperKind, paperNumber, collectorName, power } = handing;
  const handOver: HandOver = { collectedBy, paperKind };
  if (paperNumber.trim()) handOver.paperNumber = paperNumber.trim();
  if (collectedBy !== 'representative') return handOver;
  handOver.collectorName = collectorName.trim();
  handOver.ground = { kind: 'power', reference: power.trim() };
  return handOver;
}

/** What the outbox sends, in this order. */
export function writesOf(
  handing: Handing,
  { onlyOutcome, later }: Asked,
): { kind: Act; body: Record<string, unknown> }[] {
  const outcome: Record<string, unknown> = { needMet: handing.needMet === 'yes' };
  if (handing.needMet === 'no') outcome['missing'] = handing.missing.trim();
  return [
    ...(onlyOutcome ? [] : [{ kind: 'hand-over' as const, body: { ...handOverOf(handing) } }]),
    ...(later ? [] : [{ kind: 'confirm-outcome' as const, body: outcome }]),
  ];
}
