import { handOverViolations } from '@cups/application';
import type { HandOver } from '@cups/application';
import { RULE_TEXTS } from '@cups/application/texts';
import type { Application } from '../api/types.ts';
import type { Spoken } from '../language/language.tsx';
import type { Text } from '../language/text.ts';
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
  const need = (id: string, of: Text | undefined, wrong: boolean, says: Text) =>
    wrong && faults.push(of ? { id, of: t(of), says: t(says) } : { id, says: t(says) });
  if (!onlyOutcome) {
    need('who', HAND.who, handing.collectedBy === undefined, HAND.choose);
    const wrong = handing.collectedBy === undefined ? [] : handOverViolations(handOverOf(handing));
    const at = (id: string, of: Text, field: string) => {
      const told = wrong.find((one) => one.field === field);
      if (told) faults.push({ id, of: t(of), says: t(RULE_TEXTS[told.rule], told.params) });
      return told !== undefined;
    };
    at('collector', HAND.collector, '/collectorName');
    at('power', HAND.power, '/ground/reference');
    if (!at('paper-number', HAND.number, '/paperNumber')) {
      need('paper-number', HAND.number, !handing.paperNumber.trim(), RULE_TEXTS.REQUIRED);
    }
    need('compared', undefined, !handing.compared, HAND.photoMissing);
  }
  if (!later) {
    need('met', HAND.met, handing.needMet === undefined, HAND.choose);
    need('missing', HAND.missing, handing.needMet === 'no' && !handing.missing.trim(), RULE_TEXTS.REQUIRED);
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
