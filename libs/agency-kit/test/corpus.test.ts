import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { toIncomingMessage, instantiateCase, readCorpus } from '@cups/agency-contract/corpus';
import type { InvalidMessage, CorpusCase } from '@cups/agency-contract/corpus';
import { ulid } from 'ulid';
import { ReplyEvaluator } from '../src/reply-evaluator.ts';
import type { Evaluation } from '../src/reply-evaluator.ts';
import { DOCUMENT_KINDS } from '../src/document-kinds.ts';

const CORPUS = join(import.meta.dirname, '../../agency-contract/corpus');
const TOPIC = 'agency.asp.replies';
const toConsumedReply = (message: InvalidMessage, offset: number, now: Date) =>
  Object.assign(toIncomingMessage(message), {
    topic: TOPIC,
    partition: 0,
    offset: String(offset),
    timestamp: String(now.getTime()),
  });

/** The last verdict of a case, played at a delivery of its own. */
function evaluateCase(one: CorpusCase): Evaluation {
  const id = ulid();
  const now = new Date();
  const { stage, before, message } = instantiateCase(one, id, now);
  const evaluator = new ReplyEvaluator('asp', DOCUMENT_KINDS);
  evaluator.open(`${id}-asp`, `applications/${id}`, new Date(now.getTime() - 3_600_000));
  if (stage !== 'nothing-sent') evaluator.markRequested(`${id}-asp`, 1);
  for (const [at, earlier] of before.entries()) {
    expect(evaluator.evaluate(toConsumedReply(earlier, at, now), now).handling).toBe('taken');
  }
  if (stage === 'ended') evaluator.markEnded(`${id}-asp`);
  expect(evaluator.stageOf(`${id}-asp`)).toBe(stage);
  return evaluator.evaluate(toConsumedReply(message, before.length, now), now);
}

/** A decision about an application that was submitted an hour ago. */
function evaluateDecision(content: (now: Date) => string): Evaluation {
  const id = ulid();
  const now = new Date();
  const evaluator = new ReplyEvaluator('asp', DOCUMENT_KINDS);
  evaluator.open(`${id}-asp`, `applications/${id}`, new Date(now.getTime() - 3_600_000));
  evaluator.markRequested(`${id}-asp`, 1);
  const headers = {
    ce_specversion: '1.0',
    ce_id: 'one',
    ce_source: '/agencies/asp',
    ce_type: 'md.cups.reply.decided.v1',
    ce_subject: `deliveries/${id}-asp`,
    ce_time: now.toISOString(),
    ce_dataschema: 'urn:cups:agency:v1:reply.decided',
    'content-type': 'application/json',
  };
  const valueText = content(now).replace('{', `{"application":"applications/${id}","outcome":"approved",`);
  return evaluator.evaluate(toConsumedReply({ topic: TOPIC, key: `${id}-asp`, headers, valueText }, 0, now), now);
}
const DEEP = '['.repeat(20_000) + ']'.repeat(20_000);

test.each([
  ['a decision of this moment', (now: Date) => `{"decideTime":"${now.toISOString()}"}`, 'taken', []],
  [
    'a decision of ten minutes ahead',
    (now: Date) => `{"decideTime":"${new Date(now.getTime() + 600_000).toISOString()}"}`,
    'taken',
    [],
  ],
  ['a time nested too deeply', () => `{"decideTime":${DEEP}}`, 'changed', ['DECIDE_TIME_REPLACED']],
  [
    'a result that had ended',
    (now: Date) => `{"decideTime":"${now.toISOString()}","result":{"kind":"paper","validUntil":"2020-01-01"}}`,
    'changed',
    ['VALID_UNTIL_DROPPED'],
  ],
  ['a property nested too deeply', () => `{"decideTime":"x","other":${DEEP}}`, 'refused', []],
] as const)('%s', (_title, content, handling, changes) => {
  expect(evaluateDecision(content)).toMatchObject({ handling, changes });
});

describe('the corpus of bad replies', () => {
  test.each(readCorpus(CORPUS))('$name: the kit says what the platform says', (one) => {
    const evaluation = evaluateCase(one);
    const { handling, cause, about, violations, changes = [] } = one.expect;
    expect(evaluation).toMatchObject({ handling, cause, changes });
    expect(evaluation.deliveryId === undefined ? 'agency' : 'delivery').toBe(about);
    if (violations) expect(evaluation.violations).toEqual(violations);
  });
});
