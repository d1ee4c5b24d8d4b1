import { Problem } from '@cups/problem';

/** The life of a centre, as data: what its status may become, and what the status lets people do. */

/** In the order of a life. */
export const CENTRE_STATUSES = ['planned', 'training', 'active', 'paused', 'closed'] as const;
export type CentreStatus = (typeof CENTRE_STATUSES)[number];

interface StatusRules {
  /** What it may become by one step; training may be left out. */
  next: readonly CentreStatus[];
  /** Whether its operators sign in. */
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
 * Whether a file that says `to` may follow one that said `from`, also when those between were not seen: a mount skips the
 * states of a folder that came and went between its looks.
 */
export function canTransition(from: CentreStatus, to: CentreStatus): boolean {
  const reached = new Set<CentreStatus>([from]);
  for (const status of reached) for (const next of CENTRE_LIFECYCLE[status].next) reached.add(next);
  return reached.has(to);
}

/** @throws Problem CENTRE_NOT_OPEN or CENTRE_CLOSED where nobody of the centre signs in */
export function assertCentreOpen(status: CentreStatus): void {
  if (CENTRE_LIFECYCLE[status].canSignIn) return;
  if (status === 'closed') {
    throw new Problem({ reason: 'CENTRE_CLOSED', message: 'The centre is closed for good: nobody signs in there.' });
  }
  throw new Problem({ reason: 'CENTRE_NOT_OPEN', message: 'The centre has not opened yet: nobody signs in there.' });
}
