import { describe, expect, test } from '@jest/globals';
import type { Submission } from '../src/api/types.ts';
import {
  listChanges,
  toCorrectedContent,
  toCorrection,
  toFiledContent,
  toFiledValues,
} from '../src/correction/changes.ts';
import type { CorrectionContext } from '../src/correction/changes.ts';
import type { FormValues } from '../src/visit/model/form-values.ts';
import { findServiceByCode } from './services.ts';

const service = findServiceByCode('civil-status-extract');
const submission = {
  answers: { actKind: 'birth', relation: 'holder', holderName: 'Munteanu Ana', eventDate: '1984-05-17' },
  evidence: [
    { kind: 'identity-document', number: 'A1', originalSeen: true, issueDate: '2020-01-02', copy: 'documents/01J0' },
    { kind: 'kinship-proof', verificationCode: 'C1' },
  ],
  delivery: { kind: 'at-centre' },
} as unknown as Submission;
const context: CorrectionContext = { submission, service, today: '2026-11-26' };
const filed = toFiledContent(context);
const correctedWith = (edits: FormValues) => toCorrectedContent({ ...toFiledValues(context), ...edits }, context);

describe('a correction', () => {
  test('of nothing sends nothing', () => {
    const corrected = correctedWith({});
    expect(toCorrection(filed, corrected)).toEqual({});
    expect(listChanges(filed, corrected, context)).toEqual([]);
  });

  test.each<[name: string, edits: FormValues, body: Record<string, unknown>, words: string[]]>([
    [
      'an answer',
      { '/answers/eventDate': '18.05.1984' },
      { answers: { ...submission.answers, eventDate: '1984-05-18' } },
      ['17.05.1984 → 18.05.1984'],
    ],
    [
      'a new answer',
      { '/answers/eventPlace': 'Lozova' },
      { answers: { ...submission.answers, eventPlace: 'Lozova' } },
      ['– → Lozova'],
    ],
    [
      'the number of a document, whose other members stay',
      { '/evidence/identity-document/number': 'A2' },
      {
        evidence: [
          {
            kind: 'identity-document',
            number: 'A2',
            originalSeen: true,
            issueDate: '2020-01-02',
            copy: 'documents/01J0',
          },
          { kind: 'kinship-proof', verificationCode: 'C1' },
        ],
      },
      ['A1 → A2'],
    ],
    [
      'the delivery',
      { '/delivery/kind': 'electronic' },
      { delivery: { kind: 'electronic' } },
      ['se ridică la centru → în formă electronică'],
    ],
  ])('of %s sends its member, and shows both values', (_name, edits, body, words) => {
    const corrected = correctedWith(edits);
    expect(toCorrection(filed, corrected)).toEqual(body);
    const changes = listChanges(filed, corrected, context);
    expect(changes.map(({ before, after }) => `${before?.ro ?? '–'} → ${after?.ro ?? '–'}`)).toEqual(words);
  });

  test('removes an emptied answer', () => {
    const emptied = correctedWith({ '/answers/holderName': '' });
    expect(toCorrection(filed, emptied)['answers']).not.toHaveProperty('holderName');
    expect(listChanges(filed, emptied, context)).toMatchObject([{ before: { ro: 'Munteanu Ana' }, after: undefined }]);
  });
});
