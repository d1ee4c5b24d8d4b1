import { applicationId, idnp } from '@cups/tools/filings';

export interface FilingOptions {
  /** One that takes the same answers. @default pension-reexamination */
  publicService?: string;
  givenName?: string;
}

/**
 * What the n-th person files, complete.
 * @param ending of the application's id: it tells the simulated agency how to behave
 */
export const filing = (
  n: number,
  ending: string,
  { publicService = 'pension-reexamination', givenName = 'Ana' }: FilingOptions = {},
) => ({
  id: applicationId(ending),
  publicService,
  applicant: { idnp: idnp(n), givenName, familyName: 'Testescu', birthDate: '1951-02-03', language: 'ro' },
  contact: { none: true },
  mandate: { kind: 'own-presence' },
  answers: { pensionKind: 'old-age', workedUntil: '2025-12-31' },
  evidence: [{ kind: 'identity-document', number: 'B00000001', originalSeen: true }],
  costOption: 'standard',
  delivery: { kind: 'at-centre' },
});
