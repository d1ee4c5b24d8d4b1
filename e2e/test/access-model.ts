import type { Role, ServiceName, Session } from '@cups/rpc';

/**
 * Who may do what, said a second time and by nobody who wrote the tables of the services: a test holds it against them while they run.
 * A method that is not named here makes the test red, and so does one that is no more.
 */

/** Whose a session must be: of a centre, of an agency if it is a clerk's, anybody's, or there is none. */
type Whose = 'centre' | 'agency' | 'platform' | 'nobody';
export interface Rule {
  callers: readonly ServiceName[];
  /** 'none': no session is needed. */
  roles: readonly Role[] | 'none';
  whose: Whose;
}

const DESK: readonly Role[] = ['specialist', 'centre-manager'];
const ALL: readonly Role[] = [...DESK, 'supervisor', 'support', 'agency-clerk'];
const page = (roles: Rule['roles'], whose: Whose): Rule => ({ callers: ['gateway'], roles, whose });
const services = (...callers: ServiceName[]): Rule => ({ callers, roles: 'none', whose: 'nobody' });

/** Rules of many methods of one service. */
const each = (names: string, rule: Rule): [string, Rule][] => names.split(' ').map((name) => [name, rule]);

export const MODEL: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  // A desk works on what is its centre's. Nobody else sees an application, neither supervisor nor support nor a clerk of the agency.
  intake: Object.fromEntries([
    ...each('CreateApplication GetApplication ListApplications SearchApplications', page(DESK, 'centre')),
    ...each('ListQueue ListQueueChanges LookUpPerson GetApplicationFile', page(DESK, 'centre')),
    ...each('GetFiledSubmission RecordAccess ListLooks ListApplicationActions', page(DESK, 'centre')),
    ...each('UpdateApplication SubmitApplication WithdrawApplication SupplyDocuments', page(DESK, 'centre')),
    ...each('HandOverResult ConfirmOutcome RenewApplication RecordPayment', page(DESK, 'centre')),
    ...each('AddNote AssignApplication MarkDeskNotesSeen RecordTelling', page(DESK, 'centre')),
    // Counts over all centres, never content.
    ...each('GetStatistics', page(['supervisor'], 'platform')),
    ...each('TrackApplication', page('none', 'nobody')),
    ...each('GetSubmission', services('agency-bridge')),
    ...each('GetContact', services('notifications')),
  ]),
  // That an application exists, where it goes and how it fares there: for the platform's people, and the agency of its own.
  'agency-bridge': Object.fromEntries([
    ...each('GetDelivery', page(DESK, 'centre')),
    ...each(
      'ListDeliveries ListRefusedReplies GetAgencyActivity',
      page(['support', 'supervisor', 'agency-clerk'], 'agency'),
    ),
    ...each('ListRefusedMessages', page(['support', 'supervisor'], 'platform')),
  ]),
  notifications: Object.fromEntries(each('ListNotices GetSlip', page(DESK, 'centre'))),
  catalog: Object.fromEntries([
    ...each('GetPublicService ListPublicServices GetRegistry', page('none', 'nobody')),
    ...each('GetPublicServiceVersion', services('intake')),
  ]),
  identity: Object.fromEntries([
    ...each('CreateSession BeginSignIn CompleteSignIn ContinueSignOut', page('none', 'nobody')),
    ...each('GetProviderMetadata ListOperators ListSignInProviders', page('none', 'nobody')),
    ...each('GetSession SwitchCentre BeginSignOut DeleteSession ListSessions EndSession', page(ALL, 'platform')),
    ...each('BatchGetOperators', page(ALL, 'platform')),
    ...each('ListCentreOperators', page(['specialist', 'centre-manager', 'supervisor', 'support'], 'platform')),
    ...each('GetOperator ListOperatorActions', page(['centre-manager', 'supervisor', 'support'], 'platform')),
    ...each('ListStaff', page(['supervisor', 'support'], 'platform')),
    ...each('InviteOperator UpdateOperatorRoles SuspendOperator', page(['centre-manager', 'supervisor'], 'platform')),
    ...each('ReinstateOperator RemoveOperator SetAbsence', page(['centre-manager', 'supervisor'], 'platform')),
    ...each('AppointSupervisor ImportOperators InspectStaff InspectPersonKeys', services('operator')),
    ...each('GetCentre ListCentres', services('gateway', 'intake')),
  ]),
};

export type Verdict = 'let in' | 'denied' | 'not signed in';

/** Whether a caller gets past the door of a method, before anybody looks what it asks for. */
export function verdictOn(rule: Rule, caller: ServiceName, session: Session | undefined): Verdict {
  if (!rule.callers.includes(caller)) return 'denied';
  const { roles } = rule;
  if (roles === 'none') return 'let in';
  if (!session) return 'not signed in';
  if (!session.roles.some((role) => roles.includes(role))) return 'denied';
  if (rule.whose === 'centre' && session.centre === undefined) return 'denied';
  const isLostClerk = session.roles.includes('agency-clerk') && session.agency === undefined;
  return rule.whose === 'agency' && isLostClerk ? 'denied' : 'let in';
}

/** Something that is somebody's: an application, with all that hangs on it, at its centre and its agency. */
export interface Thing {
  id: string;
  /** centres/{code} and agencies/{code}. */
  centre: string;
  agency: string;
  /** Whether it was ever filed: then it has a submission, a delivery and notices. */
  filed: boolean;
}

/** What becomes of a call about a thing. What is not theirs is as absent as what does not exist. */
export type Found = 'theirs' | 'absent' | 'denied';

/** Whether what is of this centre is there for a session that was let in to a method of desks. */
export const isTheirs = ({ centre, takesOver = [] }: Session, of: string): boolean =>
  [centre, ...takesOver].includes(of);
const isWide = ({ roles }: Session): boolean => roles.includes('supervisor') || roles.includes('support');
/** Whether what is of this agency is there: for its clerks, and for who sees all. */
export const isTheirAgency = (session: Session, of: string): boolean => isWide(session) || session.agency === of;

type Owner = (session: Session, thing: Thing) => Found;
const when = (is: boolean): Found => (is ? 'theirs' : 'absent');
const desk: Owner = (session, { centre }) => when(isTheirs(session, centre));
const deskOnceFiled: Owner = (session, { centre, filed }) => when(filed && isTheirs(session, centre));
const agency: Owner = (session, thing) => when(isTheirAgency(session, thing.agency));
/** Staff are of the centre where somebody works now: what it took over of another centre are its applications alone. */
const staff: Owner = (session, { centre }) => when(isWide(session) || session.centre === centre);
const managed: Owner = (session, { centre }) => when(session.roles.includes('supervisor') || session.centre === centre);
/** What a supervisor alone does, to whom even their own manager is nobody. */
const supervised: Owner = (session, thing) => {
  const found = managed(session, thing);
  return found === 'theirs' && !session.roles.includes('supervisor') ? 'denied' : found;
};
const platform: Owner = ({ roles }) => (roles.includes('supervisor') ? 'theirs' : 'denied');
const everybody: Owner = () => 'theirs';
const nobody: Owner = () => 'absent';

const owned = (names: string, owner: Owner): [string, Owner][] => names.split(' ').map((name) => [name, owner]);

/** What a method finds of a thing for a session that was let in; a list is there for everybody, and holds what is theirs. */
export const OWNERS: Readonly<Record<string, Owner>> = Object.fromEntries([
  ...owned('GetApplication GetApplicationFile RecordAccess ListLooks ListApplicationActions UpdateApplication', desk),
  ...owned('SubmitApplication WithdrawApplication SupplyDocuments HandOverResult ConfirmOutcome', desk),
  ...owned('RenewApplication RecordPayment AddNote AssignApplication MarkDeskNotesSeen RecordTelling', desk),
  ...owned('GetFiledSubmission GetDelivery ListNotices GetSlip', deskOnceFiled),
  ...owned('ListApplications SearchApplications ListQueue ListQueueChanges LookUpPerson', everybody),
  ...owned('ListDeliveries ListSessions', everybody),
  ...owned('ListRefusedReplies GetAgencyActivity', agency),
  ...owned('ListCentreOperators GetOperator ListOperatorActions', staff),
  ...owned('SuspendOperator ReinstateOperator RemoveOperator SetAbsence', managed),
  // Of a manager, whom a supervisor invites; of a whole person.
  ...owned('InviteOperator', supervised),
  ...owned('UpdateOperatorRoles', platform),
  // Of somebody else.
  ...owned('EndSession', nobody),
]);
