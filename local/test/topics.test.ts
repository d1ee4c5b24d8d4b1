import { describe, expect, test } from '@jest/globals';
import { createTopicsAndWait } from '../src/index.ts';

/** A fake admin client with one response per poll; `made` counts the topics it was asked to create. */
function createFakeBroker(...answers: (number | Error)[]) {
  const asked = { made: 0, looks: 0 };
  return {
    asked,
    createTopics: () => Promise.resolve((asked.made += 1) === 1),
    fetchTopicMetadata({ topics }: { topics: string[] }) {
      const answer = answers[Math.min(asked.looks, answers.length - 1)]!;
      asked.looks += 1;
      if (answer instanceof Error) return Promise.reject(answer);
      return Promise.resolve({
        topics: topics.map((name) => ({ name, partitions: [{ leader: 1 }, { leader: answer }] })),
      });
    },
  };
}

const protocol = (type: string) => Object.assign(new Error(type), { type, retriable: false });
/** An error as the client reports it after its own retries. */
const abortedError = (cause: Error) => Object.assign(new Error('given up', { cause }), { retriable: false });
const TOPICS = [{ topic: 'one' }, { topic: 'other' }];

describe('createTopicsAndWait', () => {
  test.each<[string, (number | Error)[]]>([
    ['the broker does not know yet', [protocol('UNKNOWN_TOPIC_OR_PARTITION'), 1]],
    ['the client gave up on', [abortedError(protocol('UNKNOWN_TOPIC_OR_PARTITION')), 1]],
    ['have no elected leader', [-1, -1, 1]],
    ['have no known leader', [protocol('LEADER_NOT_AVAILABLE'), 1]],
  ])('waits for topics that %s', async (_what, answers) => {
    const broker = createFakeBroker(...answers);
    await createTopicsAndWait(broker, TOPICS);
    expect(broker.asked.looks).toBe(answers.length);
  });

  test('rejects another error immediately', async () => {
    const broker = createFakeBroker(protocol('TOPIC_AUTHORIZATION_FAILED'));
    await expect(createTopicsAndWait(broker, TOPICS)).rejects.toThrow('TOPIC_AUTHORIZATION_FAILED');
    expect(broker.asked.looks).toBe(1);
  });

  test('stops after its timeout', async () => {
    await expect(createTopicsAndWait(createFakeBroker(-1), TOPICS, 150)).rejects.toThrow(
      'Topics have no leader after 150 ms: one, other.',
    );
    const unknown = createFakeBroker(protocol('UNKNOWN_TOPIC_OR_PARTITION'));
    await expect(createTopicsAndWait(unknown, TOPICS, 150)).rejects.toThrow('UNKNOWN_TOPIC_OR_PARTITION');
  });

  test('accepts existing topics among several', async () => {
    const broker = createFakeBroker(1);
    let attempts = 0;
    const createTopics = () => {
      attempts += 1;
      const errors = [protocol('TOPIC_ALREADY_EXISTS'), protocol('NOT_CONTROLLER')];
      return attempts === 1 ? Promise.reject(Object.assign(new Error('several'), { errors })) : Promise.resolve(false);
    };
    await createTopicsAndWait(Object.assign(broker, { createTopics }), TOPICS);
    expect(attempts).toBe(2);
  });
});
