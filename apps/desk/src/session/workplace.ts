import type { Session } from '../api/types.ts';
import { centreOfAct } from '../outbox/act-centre.ts';
import type { Write } from '../outbox/write.ts';

/**
 * The centre at which the operator of this page works. Acts are made there, and only acts of that centre are sent. Until an
 * operator with several centres has chosen one, nothing is sent.
 */

type SessionCentres = Pick<Session, 'centre' | 'centres' | 'inheritedCentres'>;

let current: SessionCentres | undefined;

/** Whether the operator still has to choose. */
export const mustChooseCentre = (session: SessionCentres, isNew: boolean): boolean =>
  isNew && (session.centres?.length ?? 0) > 1;

export const workplace = {
  /** @param place undefined until the operator has chosen a centre, and while the platform changes it */
  set(place: SessionCentres | undefined): void {
    current = place;
  },
  /** Returns centres/{code} of new acts. */
  centre: (): string | undefined => current?.centre,
  /** Whether acts of a centre may be sent. @param centre undefined in records of earlier releases */
  accepts(centre: string | undefined): boolean {
    if (current === undefined) return false;
    const { centre: own, centres = [], inheritedCentres = [] } = current;
    // Supervisors and clerks of agencies have no centre.
    if (own === undefined) return true;
    if (centre === undefined) return centres.length < 2;
    return centre === own || inheritedCentres.includes(centre);
  },
  /** A scan of an earlier release follows the acts of its application. */
  acceptsScan: (centre: string | undefined): boolean =>
    current !== undefined && (centre === undefined || workplace.accepts(centre)),
  acceptsAct: (write: Pick<Write, 'centre' | 'grant'>): boolean => workplace.accepts(centreOfAct(write)),
};
