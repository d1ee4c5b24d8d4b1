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

/** Returns the evaluation of a case's message, as part of its own delivery. */
function evaluateCase(corpusCase: CorpusCase): Evaluation {
  const id = ulid();
  const now = new Date();
  const { stage, before, message } = instantiateCase(corpusCase, id, now);
  const evaluator = new ReplyEvaluator('asp', DOCUMENT_KINDS);
  evaluator.open(`${id}-asp`, `applications/${id}`, new Date(now.getTime() - 3_600_000));
  if (stage !== 'nothing-sent') evaluator.markRequested(`${id}-asp`, 1);
  for (const [offset, earlier] of before.entries()) {
    expect(evaluator.evaluate(toConsumedReply(earlier, offset, now), now).handling).toBe('taken');
  }
  if (stage === 'ended') evaluator.markEnded(`${id}-asp`);
  expect(evaluator.stageOf(`${id}-asp`)).toBe(stage);
  return evaluator.evaluate(toConsumedReply(message, before.length, now), now);
}

/** Evaluates a decision about an application that was submitted one hour ago. */
function evaluateDecision(content: (now: Date) => string): Evaluation {
  const id = ulid();
  const now = new Date();
  const evaluator = new ReplyEvaluator('asp', DOCUMENT_KINDS);
  evaluator.open(`${id}-asp`, `applications/${id}`, new Date(now.getTime() - 3_600_000));
  evaluator.markRequested(`${id}-asp`, 1);
  const headers = {
    ce_specversion: '1.0',
    ce_id: 'decision-1',
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
const DEEPLY_NESTED = '['.repeat(20_000) + ']'.repeat(20_000);

test.each([
  ['accepts a decision time of now', (now: Date) => `{"decideTime":"${now.toISOString()}"}`, 'taken', []],
  [
    'accepts a decision time ten minutes ahead',
    (now: Date) => `{"decideTime":"${new Date(now.getTime() + 600_000).toISOString()}"}`,
    'taken',
    [],
  ],
  [
    'replaces a deeply nested decision time',
    () => `{"decideTime":${DEEPLY_NESTED}}`,
    'changed',
    ['DECIDE_TIME_REPLACED'],
  ],
  [
    'drops an end of validity in the past',
    (now: Date) => `{"decideTime":"${now.toISOString()}","result":{"kind":"paper","validUntil":"2020-01-01"}}`,
    'changed',
    ['VALID_UNTIL_DROPPED'],
  ],
  ['refuses a deeply nested property', () => `{"decideTime":"x","other":${DEEPLY_NESTED}}`, 'refused', []],
] as const)('%s', (_title, content, handling, changes) => {
  expect(evaluateDecision(content)).toMatchObject({ handling, changes });
});

describe('ReplyEvaluator with the corpus of invalid replies', () => {
  test.each(readCorpus(CORPUS))('evaluates $name like the platform', (corpusCase) => {
    const evaluation = evaluateCase(corpusCase);
    const { handling, cause, about, violations, changes = [] } = corpusCase.expect;
    expect(evaluation).toMatchObject({ handling, cause, changes });
    expect(evaluation.deliveryId === undefined ? 'agency' : 'delivery').toBe(about);
    if (violations) expect(evaluation.violations).toEqual(violations);
  });
});
