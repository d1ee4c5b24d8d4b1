import { expect, test } from '@jest/globals';
import type { Application } from '../src/api/types.ts';
import { compareAct } from '../src/quarantine/compare-act.ts';
import { placeLabel, valueWords } from '../src/quarantine/field-words.ts';

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

test('says places and codes in words, as the catalog of the centre has them', () => {
  const service = {
    code: 'extract',
    version: { title: { ro: 'Extras' }, costOptions: [{ code: 'urgent', title: { ro: 'Regim de urgență' } }] },
  };
  const catalog = { publicServices: [service], evidenceKinds: [{ kind: 'power', title: { ro: 'Procura' } }] };
  const source = { catalog, service } as unknown as Parameters<typeof valueWords>[2];
  const words = (pointer: string, value: string) => [
    placeLabel(pointer, source).ro,
    valueWords(pointer, value, source).ro,
  ];
  expect([
    words('/publicService', 'publicServices/extract'),
    words('/costOption', 'urgent'),
    words('/evidence/0/kind', 'power'),
    words('/evidence/1/copy', 'documents/01J00000000000000000000001'),
    words('/delivery/kind', 'at-centre'),
  ]).toEqual([
    ['Serviciul', 'Extras'],
    [expect.any(String), 'Regim de urgență'],
    ['Documentul 1', 'Procura'],
    ['Documentul 2: copia scanată', 'da'],
    [expect.any(String), expect.not.stringContaining('at-centre')],
  ]);
  // What nobody has words for stays as it is.
  expect(valueWords('/costOption', 'slow', source)).toEqual({ ro: 'slow' });
});
