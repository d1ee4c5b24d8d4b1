import { useQuery } from '@tanstack/react-query';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ApplicationDetails } from '../api/types.ts';
import type { ListFile } from '../print/journal.ts';
import { listActs, longestWait } from './acts.ts';
import type { Act } from './acts.ts';
import { accessesQuery, listFileQuery } from './queries.ts';
import type { Accesses } from './queries.ts';

/** How often the journal is asked again: soon while something is new, and calmly while it is behind or unavailable, ms. */
const SOON_MS = 3_000;
const LATER_MS = 30_000;
/** A journal that is further behind than this has no entry within seconds, ms. */
export const BEHIND_MS = 60_000;

/** The file of the list, or why there is none. */
export type JournalAnswer = ListFile | 'checking' | 'unavailable';

export interface LoadedAccessList {
  accesses: UseQueryResult<Accesses>;
  journal: JournalAnswer;
  acts: Act[];
  /** Age of the oldest act that waits for the journal, when the journal was read, ms; undefined if none does. */
  wait: number | undefined;
  operators: Accesses['operators'];
}

/** Reads the access log and the journal of an application, and the journal again until it has everything. */
export function useAccessList({ application, history, operators = [] }: ApplicationDetails): LoadedAccessList {
  const accesses = useQuery(accessesQuery(application.id));
  const entries = accesses.data?.entries ?? [];
  const actsWith = (file: ListFile | undefined, now: number) =>
    listActs({ accesses: entries, history, journal: file, now });
  const query = useQuery({
    ...listFileQuery(application.id, accesses.data),
    refetchInterval: ({ state }) =>
      state.status === 'error' ? LATER_MS : nextRead(actsWith(state.data, state.dataUpdatedAt), state.dataUpdatedAt),
  });
  const journal = answerOf(query);
  const readAt = query.dataUpdatedAt;
  const file = typeof journal === 'string' ? undefined : journal;
  const acts = actsWith(file, readAt);
  return {
    accesses,
    journal,
    acts,
    wait: longestWait(acts, readAt),
    operators: [...operators, ...(accesses.data?.operators ?? []), ...(file?.operators ?? [])],
  };
}

/** A repeated read that follows a failed one changes nothing until it succeeds. */
function answerOf({ isError, data, errorUpdateCount }: UseQueryResult<ListFile>): JournalAnswer {
  if (isError) return 'unavailable';
  return data ?? (errorUpdateCount > 0 ? 'unavailable' : 'checking');
}

function nextRead(acts: readonly Act[], readAt: number): number | false {
  const wait = longestWait(acts, readAt);
  if (wait === undefined) return false;
  return wait < BEHIND_MS ? SOON_MS : LATER_MS;
}
