import { agencySubjectOf, PLATFORM_SOURCE, REFUSALS, REQUEST_TYPES, subjectOf } from '@cups/agency-contract';
import type { RequestEvent } from '@cups/agency-contract';
import type { SubmissionEvent } from '../src/domain/replies.ts';

const TIME = '2026-11-24T22:30:00.000Z';

/** Creates a request of the platform: submission `n` of a synthetic application. */
export function requestOf(
  application: string,
  submission = 1,
  over: Partial<SubmissionEvent['data']> = {},
  agency = 'asp',
): SubmissionEvent {
  const data = {
    application,
    submission,
    centre: { code: 'CU-001', name: 'Primăria Exemplu', kind: 'town-hall' },
    publicService: { code: 'criminal-record', version: '1', title: { ro: 'Cazier', ru: 'Справка', en: 'Record' } },
    applicant: {
      idnp: '2900000000012',
      givenName: 'Ana',
      familyName: 'Exemplu',
      birthDate: '1954-03-09',
      language: 'ro',
    },
    mandate: { kind: 'own-presence' },
    answers: { copies: 1 },
    evidence: [
      { kind: 'identity-document', originalSeen: true },
      { kind: 'birth-certificate', originalSeen: false },
    ],
    delivery: { kind: 'at-centre' },
    submitTime: '2026-11-24T09:30:00Z',
    ...over,
  };
  return {
    id: `request-${application}-${submission}`,
    source: PLATFORM_SOURCE,
    type: submission === 1 ? REQUEST_TYPES.submitted : REQUEST_TYPES.documentsSupplied,
    subject: subjectOf(application, agency),
    time: TIME,
    data: submission === 1 ? data : { ...data, answersRequest: 'x' },
  } as SubmissionEvent;
}

export const withdrawalOf = (application: string, agency = 'asp'): RequestEvent => ({
  id: `withdrawn-${application}`,
  source: PLATFORM_SOURCE,
  type: REQUEST_TYPES.withdrawn,
  subject: subjectOf(application, agency),
  time: TIME,
  data: { application, withdrawTime: TIME },
});

export const reminderOf = (application: string, agency = 'asp'): RequestEvent => ({
  id: `reminded-${application}`,
  source: PLATFORM_SOURCE,
  type: REQUEST_TYPES.reminded,
  subject: subjectOf(application, agency),
  time: TIME,
  data: { application, step: 'term-75', dueDate: '2026-12-08', remindTime: TIME },
});

/** Creates a refusal by the platform; about no delivery unless an application is given. */
export const refusalOf = (application?: string, agency = 'asp'): RequestEvent => ({
  id: `refused-${application}`,
  source: PLATFORM_SOURCE,
  type: REQUEST_TYPES.replyRefused,
  subject: application === undefined ? agencySubjectOf(agency) : subjectOf(application, agency),
  time: TIME,
  data: {
    handling: 'refused',
    cause: 'NOT_JSON',
    message: { topic: `agency.${agency}.replies`, partition: 0, offset: 1 },
    ...(application === undefined ? {} : { application }),
    violations: [],
    mend: REFUSALS.NOT_JSON.remedy,
    remedy: REFUSALS.NOT_JSON.remedy,
    count: 1,
    time: TIME,
  },
});

/**
 * Polls a condition.
 * @throws Error after 20 s
 */
export async function until(condition: () => boolean | Promise<boolean>, ms = 20_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('the condition did not come true in time');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
