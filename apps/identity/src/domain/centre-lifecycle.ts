import { Problem } from '@cups/problem';

/** The life cycle of a centre: its statuses, the transitions between them, and what each status allows. */

/** In life-cycle order. */
export const CENTRE_STATUSES = ['planned', 'training', 'active', 'paused', 'closed'] as const;
export type CentreStatus = (typeof CENTRE_STATUSES)[number];

interface StatusRules {
  /** Statuses that may follow directly. `training` is optional. */
  next: readonly CentreStatus[];
  /** Whether operators can sign in at the centre. */
  canSignIn: boolean;
}

export const CENTRE_LIFECYCLE: Readonly<Record<CentreStatus, StatusRules>> = {
  planned: { next: ['training', 'active', 'closed'], canSignIn: false },
  training: { next: ['active', 'closed'], canSignIn: true },
  active: { next: ['paused'], canSignIn: true },
  paused: { next: ['active', 'closed'], canSignIn: true },
  closed: { next: [], canSignIn: false },
};

/**
 * Returns whether status `to` can follow `from`, directly or through intermediate statuses.
 * Replicas poll the files, so they can miss an intermediate status.
 */
export function canTransition(from: CentreStatus, to: CentreStatus): boolean {
  const reached = new Set<CentreStatus>([from]);
  for (const status of reached) for (const next of CENTRE_LIFECYCLE[status].next) reached.add(next);
  return reached.has(to);
}

/** @throws Problem CENTRE_NOT_OPEN or CENTRE_CLOSED if nobody can sign in at the centre */
export function assertCentreOpen(status: CentreStatus): void {
  if (CENTRE_LIFECYCLE[status].canSignIn) return;
  if (status === 'closed') {
    throw new Problem({ reason: 'CENTRE_CLOSED', message: 'The centre is permanently closed.' });
  }
  throw new Problem({ reason: 'CENTRE_NOT_OPEN', message: 'The centre is not open yet.' });
}
