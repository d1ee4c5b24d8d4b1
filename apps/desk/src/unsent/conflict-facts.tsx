import { useQuery } from '@tanstack/react-query';
import { STATE_TEXTS } from '@cups/application/texts';
import type { Violation } from '@cups/problem';
import type { ApiError } from '../api/client.ts';
import type { Application, PublicService, StoredMandate } from '../api/types.ts';
import { formatDayAndTime, longDate } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import type { Write } from '../outbox/write.ts';
import { CONFLICT } from '../texts/conflicts.ts';
import { UNSENT } from '../texts/unsent.ts';
import { fieldLabel, missingFieldText } from '../visit/field-texts.ts';
import { mandateQuery } from '../visit/mandate/mandate-queries.ts';
import { toMissingFields } from '../visit/model/missing-fields.ts';
import { useVisits } from '../visit/visits.tsx';
import type { ConflictKind } from './conflict.ts';

/** Label and value. */
export type Fact = readonly [label: string, value: string];

interface ConflictFactsOptions {
  application: string;
  kind: ConflictKind | undefined;
  service: PublicService | undefined;
  refusal: ApiError;
  /** The rejected act. */
  head: Write;
  /** The application as the platform has it. */
  theirs: Application | null | undefined;
  zone: string;
}

/** Returns what the platform has or asks for, which explains the rejection. */
export function usePlatformFacts(options: ConflictFactsOptions): Fact[] {
  const { t, language } = useLanguage();
  const { kind, service, refusal, theirs, zone } = options;
  const mandate = useMandateFact(options);
  const violations = useViolationFacts(options);
  const facts: (Fact | undefined)[] = [
    theirs ? [t(UNSENT.state), t(STATE_TEXTS[theirs.state])] : undefined,
    theirs ? [t(UNSENT.changedAt), formatDayAndTime(theirs.updateTime, zone)] : undefined,
    mandate,
    ...violations,
    kind === 'service-closed' ? pauseFact(t(CONFLICT.pauseReason), refusal, t(service?.paused?.reason)) : undefined,
    (kind === 'time-unproven' || kind === 'answer-late') && theirs?.documentRequest?.answerBy
      ? [t(CONFLICT.answerBy), longDate(theirs.documentRequest.answerBy, language)]
      : undefined,
  ];
  return facts.filter((fact) => fact !== undefined);
}

/** The reason of a pause, as the platform gave it, or as the catalog has it. */
function pauseFact(label: string, { problem: { detail } }: ApiError, reason: string): Fact | undefined {
  const value = reason || detail;
  return value ? [label, value] : undefined;
}

/** The end of the mandate that the application names. Read only where it explains the rejection. */
function useMandateFact({ application, kind, theirs, zone }: ConflictFactsOptions): Fact | undefined {
  const { t } = useLanguage();
  const { store } = useVisits();
  const typed = store.draft(application)?.typed['/mandate/name'];
  const name = theirs?.mandate?.name ?? (typeof typed === 'string' ? typed : '');
  const { data } = useQuery(Object.assign({ enabled: kind === 'mandate-ended' && name !== '' }, mandateQuery(name)));
  if (!data) return undefined;
  const { text, time } = mandateState(data, zone);
  return [t(CONFLICT.mandate), t(text, { time })];
}

function mandateState({ state, expireTime, revocations = [] }: StoredMandate, zone: string) {
  const last = revocations.at(-1);
  if (state !== 'expired' && last)
    return { text: CONFLICT.mandateRevoked, time: formatDayAndTime(last.revokeTime, zone) };
  const text = state === 'expired' ? CONFLICT.mandateExpired : CONFLICT.mandateActive;
  return { text, time: formatDayAndTime(expireTime, zone) };
}

/** The fields that the form of now needs or no longer has. */
function useViolationFacts({ application, kind, service, refusal }: ConflictFactsOptions): Fact[] {
  const { t, language } = useLanguage();
  const { store } = useVisits();
  if (kind !== 'form-changed') return [];
  const values = store.draft(application)?.typed ?? {};
  const violations = (refusal.problem.violations ?? []) as unknown as Violation[];
  return toMissingFields(violations, values, {}, service, []).map((field) => [
    t(fieldLabel(field.pointer, service)) || (field.pointer.split('/').at(-1) ?? ''),
    missingFieldText(field, { values, service, language }),
  ]);
}
