import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { CORPUS_APPLICATION, toIncomingMessage, instantiateCase, readCorpus } from '../src/corpus.ts';
import type { CorpusCase, SerializedMessage } from '../src/corpus.ts';
import {
  fromCentreMessage,
  fromCheckpointMessage,
  fromMessage,
  isReplyType,
  REFERENCE_TYPES,
  REFUSALS,
  REPLY_TYPES,
  REQUEST_TYPES,
  topicsOf,
  validateReply,
} from '../src/index.ts';

const cases = readCorpus(join(import.meta.dirname, '../corpus'));
const casesDetectedBy = (detector: CorpusCase['detectedBy']) =>
  cases.filter(({ detectedBy, judgedBy }) => detectedBy === detector && judgedBy === detector);

describe('the corpus of invalid replies', () => {
  test.each(casesDetectedBy('contract'))('$name: the contract refuses it for the cause of the case', (corpusCase) => {
    const read = fromMessage(toIncomingMessage(corpusCase.message));
    const { cause, violations } = corpusCase.expect;
    expect(read).toMatchObject(violations ? { ok: false, cause, violations } : { ok: false, cause });
  });

  test.each(casesDetectedBy('platform'))(
    '$name: the contract alone does not detect it, or the platform normalizes it',
    (corpusCase) => {
      const read = fromMessage(toIncomingMessage(corpusCase.message));
      if (read.ok) return;
      // The contract's reader refuses these too, but the platform has a more specific cause or normalizes them.
      const alone: Record<string, string> = {
        FOREIGN_AGENCY: 'SOURCE_MISMATCH',
        FOREIGN_DELIVERY: 'SOURCE_MISMATCH',
        CE_TIME_REPLACED: 'NOT_CLOUDEVENTS',
      };
      const { cause, handling } = corpusCase.expect;
      expect(read.cause).toBe(alone[cause] ?? (handling === 'changed' ? 'CONTENT_INVALID' : 'never'));
    },
  );

  test('has a case for each cause that a single reply can have', () => {
    const shown = new Set(cases.map(({ expect: { cause } }) => cause));
    const missing = Object.keys(REFUSALS).filter((cause) => !(shown as Set<string>).has(cause));
    // Causes of many replies, of a batch, of a training, of uploaded documents, or of intake, which has the holiday
    // calendar.
    expect(missing.sort()).toEqual([
      'ANSWER_BY_CUT',
      'ANSWER_BY_LENGTHENED',
      ...['BATCH_TOO_LARGE', 'BATCH_TOO_MANY_RECORDS', 'BATCH_UNREADABLE', 'RESULT_DOCUMENT_INVALID'],
      ...['TOO_MANY_MESSAGES', 'TOO_MANY_REFUSED', 'TRAINING_MISMATCH'],
    ]);
  });

  test('matches the table of refusals, with valid preceding replies', () => {
    for (const { name, expect: expected, before } of cases) {
      expect([name, expected.handling]).toEqual([name, REFUSALS[expected.cause].handling]);
      for (const preceding of before)
        expect([name, fromMessage(toIncomingMessage(preceding)).ok]).toEqual([name, true]);
    }
  });

  test('is instantiated for another application and time', () => {
    const [corpusCase] = casesDetectedBy('platform').filter(({ name }) => name === 'second-decision');
    const application = '01KBZZZZZZZZZZZZZZZZZZZZZZ';
    const played = instantiateCase(corpusCase!, application, new Date('2027-03-04T05:06:07.000Z'));
    expect(JSON.stringify(played)).not.toContain(CORPUS_APPLICATION);
    expect(played.message).toMatchObject({
      key: `${application}-asp`,
      headers: { ce_time: '2027-03-04T05:06:07.000Z' },
      value: { application: `applications/${application}`, decideTime: '2027-03-04T05:06:07.000Z' },
    });
  });
});

describe('the complete messages', () => {
  const folder = new URL('../samples/messages/', import.meta.url);
  const files = readdirSync(folder);
  const filed = (file: string) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as SerializedMessage;

  test.each(files)('%s is readable, on the topic of its direction', (file) => {
    const message = filed(file);
    const type = message.headers['ce_type']!;
    if (type === REFERENCE_TYPES.centreChanged) {
      expect(fromCentreMessage(toIncomingMessage(message))).toEqual({ ok: true, centre: message.value });
      return;
    }
    if (type === REFERENCE_TYPES.journalCheckpoint) {
      expect(fromCheckpointMessage(toIncomingMessage(message))).toEqual({ ok: true, checkpoint: message.value });
      return;
    }
    expect(fromMessage(toIncomingMessage(message))).toMatchObject({ ok: true, event: { type, data: message.value } });
    const { requests, replies } = topicsOf('asp');
    expect(message.topic).toBe(isReplyType(type) ? replies : requests);
    if (isReplyType(type)) expect(validateReply(type, message.value).ok).toBe(true);
  });

  test('exist for each type, and replies name their request', () => {
    const types = files.map((file) => filed(file).headers['ce_type']);
    const all = [REQUEST_TYPES, REPLY_TYPES, REFERENCE_TYPES].flatMap((some) => Object.values<string>(some));
    expect(new Set(types)).toEqual(new Set(all));
    const ids = files.map((file) => filed(file).headers['ce_id']);
    for (const file of files) {
      const { ce_causationid: causation, ce_type: type } = filed(file).headers;
      if (isReplyType(type!)) expect([file, ids.includes(causation)]).toEqual([file, true]);
    }
  });
});
