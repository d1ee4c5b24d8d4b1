import { expect, test } from '@jest/globals';
import type { ApiError } from '../src/api/client.ts';
import { refusalText } from '../src/quarantine/refusal-text.ts';

const refused = (reason: ApiError['reason'], violations: object[] = []) =>
  ({ reason, problem: { violations } }) as unknown as ApiError;
const catalog = { evidenceKinds: [{ kind: 'power', title: { ro: 'Procura', ru: 'Доверенность', en: 'Power' } }] };

test('a refused release names what is wrong, as no field of the screen is marked', () => {
  const violations = [
    { field: '/applicant/birthDate', rule: 'REQUIRED' },
    { field: '/evidence', rule: 'EVIDENCE_MISSING', params: { kind: 'power' } },
    { field: '/evidence/0/copy', rule: 'REFERENCE' },
  ];
  const { ro, ru } = refusalText(refused('INVALID_ARGUMENT', violations), catalog as never);
  expect(ro).toMatch(/^Actul nu se poate aplica.* \(.*naș.*, Procura\)$/);
  expect(ru).toMatch(/, Доверенность\)$/);
  expect(ro).not.toContain('marcate');
  expect(refusalText(refused('APPLICATION_INCOMPLETE'), undefined).ro).not.toContain('(');
  expect(refusalText(refused('ETAG_STALE'), undefined).ro).not.toContain('Actul nu se poate');
});
