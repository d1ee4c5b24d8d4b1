import { randomUUID } from 'node:crypto';
import type { Session } from '@cups/rpc';
import { ACCESS_MODEL, isOwnAgency, isOwnCentre, OWNERSHIP_RULES } from './access-model.ts';
import type { AccessTarget } from './access-model.ts';

/** Requests of the methods that access owned resources, and the expected contents of lists. */

/** An application of the test, with the data of a search. */
export interface SubmittedTarget extends AccessTarget {
  idnp: string;
  trackingNumber: string;
  /** Name of a notice; empty without one. */
  notice: string;
  /** Name of the mandate that it names. */
  mandate: string;
  state: string;
}

export interface AccessAttempt {
  service: string;
  method: string;
  ask: (thing: SubmittedTarget, more: { session: string }) => object;
  /** Returns whether a response contains exactly the visible targets; absent for responses about a single target. */
  holds?: (
    answer: never,
    session: Session,
    request: { thing: SubmittedTarget; all: readonly SubmittedTarget[] },
  ) => boolean;
}

const nameOf = ({ id }: SubmittedTarget) => `applications/${id}`;
const operatorAt = ({ centre }: SubmittedTarget) =>
  `operators/${centre.replace('centres/', '').toLowerCase()}-specialist`;
const byName = (thing: SubmittedTarget) => ({ name: nameOf(thing) });
/** A write with a stale revision: authorised callers receive an error, and nothing changes. */
const withStaleEtag = (thing: SubmittedTarget) => ({ name: nameOf(thing), requestId: randomUUID(), etag: '"0"' });
/** A staff change without a request ID: authorised callers receive an error, and nothing changes. */
const withoutRequestId = (thing: SubmittedTarget) => ({
  requestId: '',
  name: operatorAt(thing),
  centre: thing.centre,
  reason: 'x',
});

interface NamedResource {
  name: string;
}
const containsExactly = (found: NamedResource[], expected: readonly SubmittedTarget[]): boolean => {
  const names = new Set(expected.map(nameOf));
  return found.length === names.size && found.every(({ name }) => names.has(name));
};
type ApplicationRows = { applications: NamedResource[] };

/** Methods that need more than the name of an application, or have a response to check. */
const INTAKE_ATTEMPTS: Record<string, Omit<AccessAttempt, 'service' | 'method'>> = {
  RecordAccess: { ask: (thing) => ({ name: nameOf(thing), kind: 'ACCESS_KIND_NOTICES' }) },
  GetApplicationDetails: {
    ask: byName,
    holds: ({ possibleDuplicates }: { possibleDuplicates: { centre: string }[] }, session) =>
      possibleDuplicates.every(({ centre }) => isOwnCentre(session, centre)),
  },
  GetFiledSubmission: { ask: (thing) => ({ name: `${nameOf(thing)}/submissions/1` }) },
  UpdateApplication: { ask: (thing) => ({ ...withStaleEtag(thing), content: {}, updateFields: ['answers'] }) },
  SubmitApplication: { ask: withStaleEtag },
  WithdrawApplication: { ask: (thing) => ({ ...withStaleEtag(thing), reason: 'applicant' }) },
  SupplyDocuments: { ask: withStaleEtag },
  HandOverResult: {
    ask: (thing) => ({
      ...withStaleEtag(thing),
      handOver: { collectedBy: 'applicant', idDocumentKind: 'identity-document', idDocumentNumber: 'B00000001' },
    }),
  },
  ConfirmArrival: { ask: withStaleEtag },
  AnswerPassingOn: { ask: (thing) => ({ ...withStaleEtag(thing), consents: true }) },
  ChooseCollectionCentre: { ask: (thing) => ({ ...withStaleEtag(thing), centre: thing.centre }) },
  CorrectApplication: { ask: (thing) => ({ ...withStaleEtag(thing), content: {}, updateFields: ['answers'] }) },
  ChangeContact: { ask: (thing) => ({ ...withStaleEtag(thing), contact: { none: true } }) },
  ListCollections: {
    ask: () => ({ pageSize: 200 }),
    holds: ({ collections }: { collections: NamedResource[] }) => collections.length === 0,
  },
  ConfirmCollectionArrival: { ask: withStaleEtag },
  HandOverCollection: {
    ask: (thing) => ({
      ...withStaleEtag(thing),
      handOver: { collectedBy: 'applicant', idDocumentKind: 'identity-document' },
    }),
  },
  ConfirmOutcome: { ask: (thing) => ({ ...withStaleEtag(thing), outcome: { needMet: true } }) },
  RenewApplication: { ask: withStaleEtag },
  RecordPayment: {
    ask: (thing) => ({
      ...withStaleEtag(thing),
      payment: { receiptNumber: 'R1', amount: { amountMinor: '100', currencyCode: 'MDL' } },
    }),
  },
  PrepareComplaint: { ask: withStaleEtag },
  RecordComplaint: {
    ask: (thing) => ({ ...withStaleEtag(thing), number: 1, date: '2026-11-24', way: 'by-post' }),
  },
  RecordComplaintAnswer: {
    ask: (thing) => ({ ...withStaleEtag(thing), number: 1, date: '2026-11-24', outcome: 'upheld' }),
  },
  SendMessage: { ask: (thing) => ({ ...withStaleEtag(thing), text: 'x' }) },
  AddNote: { ask: (thing) => ({ ...withStaleEtag(thing), text: 'x' }) },
  AssignApplication: { ask: withStaleEtag },
  MarkDeskAlertsSeen: { ask: withStaleEtag },
  RecordPersonNotification: { ask: (thing) => ({ ...withStaleEtag(thing), method: 'NOTIFICATION_METHOD_PHONE' }) },
  ListApplications: {
    ask: () => ({ pageSize: 200 }),
    holds: ({ applications }: ApplicationRows, session, { all }) =>
      containsExactly(
        applications,
        all.filter(({ centre }) => isOwnCentre(session, centre)),
      ),
  },
  ListMandateApplications: {
    ask: ({ mandate }) => ({ mandate, pageSize: 200 }),
    holds: ({ applications }: { applications: { centre: string }[] }, session) =>
      applications.every(({ centre }) => isOwnCentre(session, centre)),
  },
  ListQueue: {
    ask: ({ filed }) => ({ pageSize: 200, bucket: filed ? 'BUCKET_WITH_AGENCY' : 'BUCKET_DRAFTS' }),
    holds: ({ applications }: { applications: { centre: string }[] }, session) =>
      applications.every(({ centre }) => isOwnCentre(session, centre)),
  },
  ListQueueChanges: {
    ask: () => ({ pageSize: 200, cursor: Buffer.from('q1').toString('base64url') }),
    holds: ({ applications }: { applications: { centre: string }[] }, session) =>
      applications.every(({ centre }) => isOwnCentre(session, centre)),
  },
  SearchApplications: {
    ask: ({ trackingNumber }) => ({ trackingNumber }),
    holds: ({ applications }: ApplicationRows, session, { thing }) =>
      containsExactly(applications, isOwnCentre(session, thing.centre) ? [thing] : []),
  },
  LookUpPerson: {
    ask: ({ idnp }) => ({ idnp }),
    holds(
      { applications, person }: { applications: { centre: string }[]; person: object | null },
      session,
      { thing, all },
    ) {
      const known = all.some(({ idnp, centre }) => idnp === thing.idnp && isOwnCentre(session, centre));
      return (person !== null) === known && applications.every(({ centre }) => isOwnCentre(session, centre));
    },
  },
};

const BRIDGE_ATTEMPTS: typeof INTAKE_ATTEMPTS = {
  GetDelivery: { ask: ({ id, agency }) => ({ name: `deliveries/${id}-${agency.replace('agencies/', '')}` }) },
  ListDeliveries: {
    ask: ({ agency, filed }) => ({ pageSize: 200, agency: filed ? agency : '' }),
    holds({ deliveries }: { deliveries: { application: string }[] }, session, { thing, all }) {
      const requested = all.filter(({ agency }) => !thing.filed || agency === thing.agency);
      const theirs = requested.filter(({ filed, agency }) => filed && isOwnAgency(session, agency));
      return containsExactly(
        deliveries.map(({ application }) => ({ name: application })),
        theirs,
      );
    },
  },
  ListRefusedReplies: { ask: ({ agency }) => ({ agency }) },
  GetAgencyActivity: { ask: ({ agency }) => ({ name: agency }) },
};

const NOTIFICATION_ATTEMPTS: typeof INTAKE_ATTEMPTS = {
  ListNotices: { ask: (thing) => ({ application: nameOf(thing) }) },
  GetSlip: { ask: ({ id, notice }) => ({ name: notice || `notices/${id}-x` }) },
};

const IDENTITY_ATTEMPTS: typeof INTAKE_ATTEMPTS = {
  ListCentreOperators: {
    ask: ({ centre }) => ({ centre, reason: 'x', pageSize: 200 }),
    holds({ members }: { members: { name: string; idnpLastDigits: string; centre: string }[] }, { roles }, { thing }) {
      const isColleague = roles.includes('specialist');
      const isThere = members.some(({ name }) => name === operatorAt(thing));
      // Colleagues receive names, roles and absences.
      const shown = members.filter(({ idnpLastDigits, centre }) => idnpLastDigits !== '' || centre !== '');
      const isTheirs = members.every(({ centre }) => isColleague || centre === thing.centre);
      return isThere && isTheirs && (isColleague ? shown.length === 0 : true);
    },
  },
  GetOperator: { ask: (thing) => ({ name: operatorAt(thing), centre: thing.centre, reason: 'x' }) },
  ListOperatorActions: { ask: (thing) => ({ name: operatorAt(thing), centre: thing.centre, reason: 'x' }) },
  ListDevices: {
    ask: ({ centre }) => ({ centre, pageSize: 200 }),
    holds: ({ devices }: { devices: { centre: string }[] }, _session, { thing }) =>
      devices.every(({ centre }) => centre === thing.centre),
  },
  SuspendOperator: { ask: withoutRequestId },
  ReinstateOperator: { ask: withoutRequestId },
  RemoveOperator: { ask: withoutRequestId },
  SetAbsence: { ask: withoutRequestId },
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
  GetMandate: { ask: ({ mandate }) => ({ name: mandate }) },
  // A part that the mandate does not cover: authorised callers receive an error, and nothing changes.
  RevokeMandate: {
    ask: ({ mandate }) => ({
      name: mandate,
      requestId: randomUUID(),
      scope: { publicServices: ['publicServices/marriage-registration'] },
    }),
  },
  PrintMandate: { ask: ({ mandate }) => ({ name: mandate }) },
  RecordMandatePrinted: { ask: ({ mandate }) => ({ name: mandate }) },
  GetMandateCodeStatus: { ask: ({ mandate }) => ({ name: mandate }) },
  ListMandates: {
    ask: () => ({ pageSize: 200 }),
    holds({ mandates }: { mandates: NamedResource[] }, session, { all }) {
      const names = new Set(all.filter(({ centre }) => isOwnCentre(session, centre)).map(({ mandate }) => mandate));
      return mandates.length === names.size && mandates.every(({ name }) => names.has(name));
    },
  },
  UpdateOperatorRoles: { ask: (thing) => ({ ...withoutRequestId(thing), centre: '', roles: ['ROLE_SUPERVISOR'] }) },
};

/** Requests of signed-in operators, because identity checks the session itself. */
export const OWN_SESSION_ATTEMPTS: AccessAttempt[] = [
  { service: 'identity', method: 'EndSession', ask: (_thing, { session }) => ({ id: session }) },
  {
    service: 'identity',
    method: 'ListSessions',
    ask: () => ({}),
    holds: ({ sessions }: { sessions: { id: string }[] }, { sid }) =>
      sessions.length === 1 && sessions.every(({ id }) => id === sid),
  },
];

/** Intake methods on one application, which by default take its name. */
const NAMED_ATTEMPTS = Object.fromEntries(
  Object.keys(ACCESS_MODEL['intake']!)
    .filter((method) => method in OWNERSHIP_RULES)
    .map((method) => [method, { ask: byName }]),
);

export const ACCESS_ATTEMPTS: AccessAttempt[] = Object.entries({
  intake: Object.assign({}, NAMED_ATTEMPTS, INTAKE_ATTEMPTS),
  'agency-bridge': BRIDGE_ATTEMPTS,
  notifications: NOTIFICATION_ATTEMPTS,
  identity: IDENTITY_ATTEMPTS,
}).flatMap(([service, methods]) =>
  Object.entries(methods).map(([method, row]) => Object.assign({ service, method }, row)),
);
