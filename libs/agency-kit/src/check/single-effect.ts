import { REPLY_TYPES } from '@cups/agency-contract';
import type { Filing } from '../filing.ts';
import { Finding } from './finding.ts';
import type { TestBench } from './test-bench.ts';

const { acknowledged, decided } = REPLY_TYPES;

/** Requires at the end at most one acknowledgement per submission and one decision per application. */
export function assertSingleEffect(
  bench: TestBench,
  filings: Filing[],
  rule: 'DEDUPLICATE' | 'OVERTAKEN' | 'REMINDER' | 'RETRY' | 'SURVIVE',
): void {
  bench.deferCheck(() => {
    for (const filing of filings) {
      const numbers = bench
        .repliesOfType(filing, acknowledged)
        .map((reply) => ({ reply, number: reply.event.data.submission }));
      const duplicate = numbers.find(
        ({ number }, index) => numbers.findIndex((other) => other.number === number) < index,
      );
      if (duplicate) throw new Finding(rule, 'A submission was acknowledged twice, under two ce_ids.', duplicate.reply);
      const [, second] = bench.repliesOfType(filing, decided);
      if (second) throw new Finding(rule, 'An application was decided twice, under two ce_ids.', second);
    }
  });
}
