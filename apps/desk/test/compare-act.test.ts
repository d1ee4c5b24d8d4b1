import { expect, test } from '@jest/globals';
import type { Application } from '../src/api/types.ts';
import { compareAct } from '../src/quarantine/compare-act.ts';

const application = { applicant: { givenName: 'Ana' }, costOption: 'normal', contact: { none: true } };
const now = application as unknown as Application;

test('lists what an act writes beside the application, without its technical members', () => {
  const body = { id: 'x', applicant: { givenName: 'Ana', familyName: 'Rusu' }, contact: null, costOption: 'urgent' };
  expect(compareAct(JSON.stringify(body), now)).toEqual([
    { pointer: '/applicant/givenName', inAct: 'Ana', now: 'Ana', isChanged: false },
    { pointer: '/applicant/familyName', inAct: 'Rusu', now: undefined, isChanged: true },
    { pointer: '/contact', inAct: '—', now: undefined, isChanged: true },
    { pointer: '/costOption', inAct: 'urgent', now: 'normal', isChanged: true },
  ]);
});

test('shows lists and switches, and nothing of an empty or broken body', () => {
  expect(compareAct('{"evidence":[{"kind":"power","originalSeen":true}]}', undefined)).toEqual([
    { pointer: '/evidence/0/kind', inAct: 'power', now: undefined, isChanged: true },
    { pointer: '/evidence/0/originalSeen', inAct: '✓', now: undefined, isChanged: true },
  ]);
  for (const body of ['{}', '', '{"text"', 'null', '7']) expect(compareAct(body, now)).toEqual([]);
});
