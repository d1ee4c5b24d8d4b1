import { randomUUID } from 'node:crypto';
import type { Session } from '@cups/rpc';
import { isTheirAgency, isTheirs } from './access-model.ts';
import type { Thing } from './access-model.ts';

/** What the methods that name something of somebody's are asked with, and what a list may hold. */

/** An application of the test, with what a desk would type to find it. */
export interface Filed extends Thing {
  idnp: string;
  trackingNumber: string;
  /** Name of one of its notices; empty where there is none. */
  notice: string;
  state: string;
}

export interface Try {
  service: string;
  method: string;
  ask: (thing: Filed, more: { session: string }) => object;
  /** Whether an answer holds just what is theirs; absent for one that tells of the one thing alone. */
  holds?: (answer: never, session: Session, asked: { thing: Filed; all: readonly Filed[] }) => boolean;
}

const nameOf = ({ id }: Filed) => `applications/${id}`;
const operatorAt = ({ centre }: Filed) => `operators/${centre.replace('centres/', '').toLowerCase()}-specialist`;
const about = (thing: Filed) => ({ name: nameOf(thing) });
/** A write of a stale revision: whoever may write is told so, and nothing changes. */
const stale = (thing: Filed) => ({ name: nameOf(thing), requestId: randomUUID(), etag: '"0"' });
/** A change of somebody by a request without an id: whoever may change is told so, and nothing changes. */
const unnamed = (thing: Filed) => ({ requestId: '', name: operatorAt(thing), centre: thing.centre, why: 'x' });

interface Named {
  name: string;
}
const isJust = (found: Named[], expected: readonly Filed[]): boolean => {
  const names = new Set(expected.map(nameOf));
  return found.length === names.size && found.every(({ name }) => names.has(name));
};
type Rows = { applications: Named[] };

const INTAKE: Record<string, Omit<Try, 'service' | 'method'>> = {
  GetApplication: { ask: about },
  ListApplicationActions: { ask: about },
  ListLooks: { ask: about },
  RecordAccess: { ask: (thing) => ({ name: nameOf(thing), kind: 'LOOK_KIND_NOTICES' }) },
  GetApplicationFile: {
    ask: about,
    holds: ({ same }: { same: { centre: string }[] }, session) => same.every(({ centre }) => isTheirs(session, centre)),
  },
  GetFiledSubmission: { ask: (thing) => ({ name: `${nameOf(thing)}/submissions/1` }) },
  UpdateApplication: { ask: (thing) => ({ ...stale(thing), content: {}, updateFields: ['answers'] }) },
  SubmitApplication: { ask: stale },
  WithdrawApplication: { ask: (thing) => ({ ...stale(thing), reason: 'applicant' }) },
  SupplyDocuments: { ask: stale },
  HandOverResult: {
    ask: (thing) => ({
      ...stale(thing),
      handOver: { collectedBy: 'applicant', paperKind: 'identity-document', paperNumber: 'B00000001' },
    }),
  },
  ConfirmOutcome: { ask: (thing) => ({ ...stale(thing), outcome: { needMet: true } }) },
  RenewApplication: { ask: stale },
  RecordPayment: {
    ask: (thing) => ({
      ...stale(thing),
      payment: { receiptNumber: 'R1', amount: { amountMinor: '100', currencyCode: 'MDL' } },
    }),
  },
  AddNote: { ask: (thing) => ({ ...stale(thing), text: 'x' }) },
  AssignApplication: { ask: stale },
  MarkDeskNotesSeen: { ask: stale },
  RecordTelling: { ask: (thing) => ({ ...stale(thing), how: 'TELLING_MEANS_PHONE' }) },
  ListApplications: {
    ask: () => ({ pageSize: 200 }),
    holds: ({ applications }: Rows, session, { all }) =>
      isJust(
        applications,
        all.filter(({ centre }) => isTheirs(session, centre)),
      ),
  },
  ListQueue: {
    ask: ({ filed }) => ({ pageSize: 200, bucket: filed ? 'BUCKET_AT_AGENCY' : 'BUCKET_DRAFTS' }),
    holds: ({ applications }: { applications: { centre: string }[] }, session) =>
      applications.every(({ centre }) => isTheirs(session, centre)),
  },
  ListQueueChanges: {
    ask: () => ({ pageSize: 200, cursor: Buffer.from('q1').toString('base64url') }),
    holds: ({ applications }: { applications: { centre: string }[] }, session) =>
      applications.every(({ centre }) => isTheirs(session, centre)),
  },
  SearchApplications: {
    ask: ({ trackingNumber }) => ({ trackingNumber }),
    holds: ({ applications }: Rows, session, { thing }) =>
      isJust(applications, isTheirs(session, thing.centre) ? [thing] : []),
  },
  LookUpPerson: {
    ask: ({ idnp }) => ({ idnp }),
    holds(
      { applications, person }: { applications: { centre: string }[]; person: object | null },
      session,
      { thing, all },
    ) {
      const known = all.some(({ idnp, centre }) => idnp === thing.idnp && isTheirs(session, centre));
      return (person !== null) === known && applications.every(({ centre }) => isTheirs(session, centre));
    },
  },
};

const BRIDGE: typeof INTAKE = {
  GetDelivery: { ask: ({ id, agency }) => ({ name: `deliveries/${id}-${agency.replace('agencies/', '')}` }) },
  ListDeliveries: {
    ask: ({ agency, filed }) => ({ pageSize: 200, agency: filed ? agency : '' }),
    holds({ deliveries }: { deliveries: { application: string }[] }, session, { thing, all }) {
      const asked = all.filter(({ agency }) => !thing.filed || agency === thing.agency);
      const theirs = asked.filter(({ filed, agency }) => filed && isTheirAgency(session, agency));
      return isJust(
        deliveries.map(({ application }) => ({ name: application })),
        theirs,
      );
    },
  },
  ListRefusedReplies: { ask: ({ agency }) => ({ agency }) },
  GetAgencyActivity: { ask: ({ agency }) => ({ name: agency }) },
};

const NOTIFICATIONS: typeof INTAKE = {
  ListNotices: { ask: (thing) => ({ application: nameOf(thing) }) },
  GetSlip: { ask: ({ id, notice }) => ({ name: notice || `notices/${id}-x` }) },
};

const IDENTITY: typeof INTAKE = {
  ListCentreOperators: {
    ask: ({ centre }) => ({ centre, reason: 'x', pageSize: 200 }),
    holds({ members }: { members: { name: string; idnpEnd: string; centre: string }[] }, { roles }, { thing }) {
      const isColleague = roles.includes('specialist');
      const isThere = members.some(({ name }) => name === operatorAt(thing));
      // Colleagues are told names and roles, and who is away.
      const shown = members.filter(({ idnpEnd, centre }) => idnpEnd !== '' || centre !== '');
      const isTheirs = members.every(({ centre }) => isColleague || centre === thing.centre);
      return isThere && isTheirs && (isColleague ? shown.length === 0 : true);
    },
  },
  GetOperator: { ask: (thing) => ({ name: operatorAt(thing), centre: thing.centre, reason: 'x' }) },
  ListOperatorActions: { ask: (thing) => ({ name: operatorAt(thing), centre: thing.centre, reason: 'x' }) },
  SuspendOperator: { ask: unnamed },
  ReinstateOperator: { ask: unnamed },
  RemoveOperator: { ask: unnamed },
  SetAbsence: { ask: unnamed },
  InviteOperator: {
    ask: ({ centre, idnp }) => ({
      requestId: '',
      centre,
      idnp,
      givenName: 'Ana',
      familyName: 'Testescu',
      language: 'ro',
      roles: ['ROLE_CENTRE_MANAGER'],
    }),
  },
  UpdateOperatorRoles: { ask: (thing) => ({ ...unnamed(thing), centre: '', roles: ['ROLE_SUPERVISOR'] }) },
};

/** Tries of somebody who has signed in, for identity looks at the session itself. */
export const OWN_SESSIONS: Try[] = [
  { service: 'identity', method: 'EndSession', ask: (_thing, { session }) => ({ id: session }) },
  {
    service: 'identity',
    method: 'ListSessions',
    ask: () => ({}),
    holds: ({ sessions }: { sessions: { id: string }[] }, { sid }) =>
      sessions.length === 1 && sessions.every(({ id }) => id === sid),
  },
];

export const TRIES: Try[] = Object.entries({
  intake: INTAKE,
  'agency-bridge': BRIDGE,
  notifications: NOTIFICATIONS,
  identity: IDENTITY,
}).flatMap(([service, methods]) =>
  Object.entries(methods).map(([method, row]) => Object.assign({ service, method }, row)),
);
