import type mongoose from 'mongoose';
import type { Platform } from '@cups/tools/platform';
import { readSubjects } from './arrivals.ts';
import type { Arrivals } from './arrivals.ts';
import type { LoadRunner } from './load-runs.ts';

export interface ReconciledCounts {
  counts: Record<string, number>;
  /** Accepted = stored = published = received by the agencies. */
  isWhole: boolean;
}

/** Counts accepted applications at each stage. */
export async function reconcileCounts(
  platform: Platform,
  work: LoadRunner,
  arrivals: Arrivals,
  applications: mongoose.Collection<{ _id: string }>,
  notices: number,
): Promise<ReconciledCounts> {
  const stored = new Set<string>();
  for await (const { _id } of applications.find({ state: { $ne: 'draft' } }, { projection: { _id: 1 } })) {
    stored.add(_id);
  }
  const topic = `${platform.prefix}cups.applications`;
  const published = await readSubjects(platform, topic, 'cups.intake.v1.ApplicationSubmitted');
  const received = new Set(arrivals.applications.keys());
  const { accepted, unknown } = work;
  return {
    counts: {
      accepted: accepted.size,
      stored: stored.size,
      published: published.size,
      received: arrivals.deliveries.size,
      messages: arrivals.messages(),
      notices,
      unknown,
    },
    // A request without a response may be stored or not, but everything stored must have passed all stages.
    isWhole:
      isSubset(accepted, stored) &&
      stored.size <= accepted.size + unknown &&
      areEqualSets(stored, published) &&
      areEqualSets(stored, received) &&
      arrivals.deliveries.size === received.size,
  };
}

function areEqualSets(a: Set<string>, b: Set<string>): boolean {
  return a.size === b.size && isSubset(a, b);
}

function isSubset(a: Set<string>, b: Set<string>): boolean {
  return [...a].every((one) => b.has(one));
}
