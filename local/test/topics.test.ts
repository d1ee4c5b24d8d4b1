import { describe, expect, test } from '@jest/globals';
import { createTopicsAndWait } from '../src/index.ts';

/** An administrator of a broker that answers so, one answer for each look; `made` counts what it was asked to make. */
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
/** As the client tells of what it has tried several times. */
const abortedError = (cause: Error) => Object.assign(new Error('given up', { cause }), { retriable: false });
const TOPICS = [{ topic: 'one' }, { topic: 'other' }];

describe('topics that are made', () => {
  test.each<[string, (number | Error)[]]>([
    ['that this broker does not host yet', [protocol('UNKNOWN_TOPIC_OR_PARTITION'), 1]],
    ['that the client has given up to ask for', [abortedError(protocol('UNKNOWN_TOPIC_OR_PARTITION')), 1]],
    ['whose leader is not elected', [-1, -1, 1]],
    ['of which no leader is known', [protocol('LEADER_NOT_AVAILABLE'), 1]],
  ])('are waited for, %s', async (_what, answers) => {
    const broker = createFakeBroker(...answers);
    await createTopicsAndWait(broker, TOPICS);
    expect(broker.asked.looks).toBe(answers.length);
  });

  test('are refused at once for another reason', async () => {
    const broker = createFakeBroker(protocol('TOPIC_AUTHORIZATION_FAILED'));
    await expect(createTopicsAndWait(broker, TOPICS)).rejects.toThrow('TOPIC_AUTHORIZATION_FAILED');
    expect(broker.asked.looks).toBe(1);
  });

  test('are waited for with an end', async () => {
    await expect(createTopicsAndWait(createFakeBroker(-1), TOPICS, 150)).rejects.toThrow(
      'Topics have no leader after 150 ms: one, other.',
    );
    const unknown = createFakeBroker(protocol('UNKNOWN_TOPIC_OR_PARTITION'));
    await expect(createTopicsAndWait(unknown, TOPICS, 150)).rejects.toThrow('UNKNOWN_TOPIC_OR_PARTITION');
  });

  test('that are there already, one of several, are no error', async () => {
    const broker = createFakeBroker(1);
    let tries = 0;
    const createTopics = () => {
      tries += 1;
      const errors = [protocol('TOPIC_ALREADY_EXISTS'), protocol('NOT_CONTROLLER')];
      return tries === 1 ? Promise.reject(Object.assign(new Error('several'), { errors })) : Promise.resolve(false);
    };
    await createTopicsAndWait(Object.assign(broker, { createTopics }), TOPICS);
    expect(tries).toBe(2);
  });
});
