import { END_STATES } from '@cups/application';
import { applicationsByState } from '../backup/count.ts';
import type { KafkaConnection } from './connect.ts';

/**
 * Counts open applications of an agency by state.
 * @returns undefined when no store is known
 * @throws Error, one sentence, when the store does not respond
 */
export async function countOpenApplications(
  code: string,
  reached: KafkaConnection | undefined,
): Promise<Record<string, number> | undefined> {
  if (!reached?.mongo) return undefined;
  const open = { agency: `agencies/${code}`, state: { $nin: [...END_STATES, 'draft'] }, training: { $ne: true } };
  return applicationsByState({ ...reached.mongo, prefix: reached.prefix }, open);
}
