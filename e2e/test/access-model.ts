import type { Role, ServiceName, Session } from '@cups/rpc';

/**
 * Who may do what, said a second time and by nobody who wrote the tables of the services: a test holds it against them while they run.
 * A method that is not named here makes the test red, and so does one that is no more.
 */

/** Whose a session must be: of a centre, of an agency if it is a clerk's, anybody's, or there is none. */
type SessionScope = 'centre' | 'agency' | 'platform' | 'nobody';
export interface AccessRule {
  callers: readonly ServiceName[];
  /** 'none': no session is needed. */
  roles: readonly Role[] | 'none';
  whose: SessionScope;
}

const DESK_ROLES: readonly Role[] = ['specialist', 'centre-manager'];
const ALL_ROLES: readonly Role[] = [...DESK_ROLES, 'supervisor', 'support', 'agency-clerk'];
const pageRule = (roles: AccessRule['roles'], whose: SessionScope): AccessRule => ({
  callers: ['gateway'],
  roles,
  whose,
});
const serviceRule = (...callers: ServiceName[]): AccessRule => ({ callers, roles: 'none', whose: 'nobody' });

/** Rules of many methods of one service. */
const rulesFor = (names: string, rule: AccessRule): [string, AccessRule][] =>
  names.split(' ').map((name) => [name, rule]);

export const ACCESS_MODEL: Readonly<Record<string, Readonly<Record<string, AccessRule>>>> = {
  // A desk works on what is its centre's. Nobody else sees an application, neither supervisor nor support nor a clerk of the agency.
  intake: Object.fromEntries([
    ...rulesFor('CreateApplication GetApplication ListApplications SearchApplications', pageRule(DESK_ROLES, 'centre')),
    ...rulesFor('ListQueue ListQueueChanges LookUpPerson GetApplicationFile', pageRule(DESK_ROLES, 'centre')),
    ...rulesFor('GetFiledSubmission RecordAccess ListLooks ListApplicationActions', pageRule(DESK_ROLES, 'centre')),
    ...rulesFor(
      'UpdateApplication SubmitApplication WithdrawApplication SupplyDocuments',
      pageRule(DESK_ROLES, 'centre'),
    ),
    ...rulesFor('HandOverResult ConfirmOutcome RenewApplication RecordPayment', pageRule(DESK_ROLES, 'centre')),
    ...rulesFor('AddNote AssignApplication MarkDeskNotesSeen RecordTelling', pageRule(DESK_ROLES, 'centre')),
    // Counts over all centres, never content.
    ...rulesFor('GetStatistics', pageRule(['supervisor'], 'platform')),
    ...rulesFor('TrackApplication', pageRule('none', 'nobody')),
    ...rulesFor('GetSubmission', serviceRule('agency-bridge')),
    ...rulesFor('GetContact', serviceRule('notifications')),
  ]),
  // That an application exists, where it goes and how it fares there: for the platform's people, and the agency of its own.
  'agency-bridge': Object.fromEntries([
    ...rulesFor('GetDelivery', pageRule(DESK_ROLES, 'centre')),
    ...rulesFor(
      'ListDeliveries ListRefusedReplies GetAgencyActivity',
      pageRule(['support', 'supervisor', 'agency-clerk'], 'agency'),
    ),
    ...rulesFor('ListRefusedMessages', pageRule(['support', 'supervisor'], 'platform')),
  ]),
  notifications: Object.fromEntries(rulesFor('ListNotices GetSlip', pageRule(DESK_ROLES, 'centre'))),
  catalog: Object.fromEntries([
    ...rulesFor('GetPublicService ListPublicServices GetRegistry', pageRule('none', 'nobody')),
    ...rulesFor('GetPublicServiceVersion', serviceRule('intake')),
  ]),
  identity: Object.fromEntries([
    ...rulesFor('CreateSession BeginSignIn CompleteSignIn ContinueSignOut', pageRule('none', 'nobody')),
    ...rulesFor('GetProviderMetadata ListOperators ListSignInProviders', pageRule('none', 'nobody')),
    ...rulesFor(
      'GetSession SwitchCentre BeginSignOut DeleteSession ListSessions EndSession',
      pageRule(ALL_ROLES, 'platform'),
    ),
    ...rulesFor('BatchGetOperators', pageRule(ALL_ROLES, 'platform')),
    ...rulesFor('ListCentreOperators', pageRule(['specialist', 'centre-manager', 'supervisor', 'support'], 'platform')),
    ...rulesFor('GetOperator ListOperatorActions', pageRule(['centre-manager', 'supervisor', 'support'], 'platform')),
    ...rulesFor('ListStaff', pageRule(['supervisor', 'support'], 'platform')),
    ...rulesFor(
      'InviteOperator UpdateOperatorRoles SuspendOperator',
      pageRule(['centre-manager', 'supervisor'], 'platform'),
    ),
    ...rulesFor('ReinstateOperator RemoveOperator SetAbsence', pageRule(['centre-manager', 'supervisor'], 'platform')),
    ...rulesFor('AppointSupervisor ImportOperators InspectStaff InspectPersonKeys', serviceRule('operator')),
    ...rulesFor('GetCentre ListCentres', serviceRule('gateway', 'intake')),
  ]),
};

export type AccessVerdict = 'let in' | 'denied' | 'not signed in';

/** Whether a caller gets past the door of a method, before anybody looks what it asks for. */
export function evaluateRule(rule: AccessRule, caller: ServiceName, session: Session | undefined): AccessVerdict {
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
export interface AccessTarget {
  id: string;
  /** centres/{code} and agencies/{code}. */
  centre: string;
  agency: string;
  /** Whether it was ever filed: then it has a submission, a delivery and notices. */
  filed: boolean;
}

/** What becomes of a call about a thing. What is not theirs is as absent as what does not exist. */
export type TargetVisibility = 'theirs' | 'absent' | 'denied';

/** Whether what is of this centre is there for a session that was let in to a method of desks. */
export const isOwnCentre = ({ centre, takesOver = [] }: Session, of: string): boolean =>
  [centre, ...takesOver].includes(of);
const seesAllCentres = ({ roles }: Session): boolean => roles.includes('supervisor') || roles.includes('support');
/** Whether what is of this agency is there: for its clerks, and for who sees all. */
export const isOwnAgency = (session: Session, of: string): boolean => seesAllCentres(session) || session.agency === of;

type OwnershipRule = (session: Session, thing: AccessTarget) => TargetVisibility;
const theirsIf = (is: boolean): TargetVisibility => (is ? 'theirs' : 'absent');
const desk: OwnershipRule = (session, { centre }) => theirsIf(isOwnCentre(session, centre));
const deskOnceFiled: OwnershipRule = (session, { centre, filed }) => theirsIf(filed && isOwnCentre(session, centre));
const agency: OwnershipRule = (session, thing) => theirsIf(isOwnAgency(session, thing.agency));
/** Staff are of the centre where somebody works now: what it took over of another centre are its applications alone. */
const staff: OwnershipRule = (session, { centre }) => theirsIf(seesAllCentres(session) || session.centre === centre);
const managed: OwnershipRule = (session, { centre }) =>
  theirsIf(session.roles.includes('supervisor') || session.centre === centre);
/** What a supervisor alone does, to whom even their own manager is nobody. */
const supervised: OwnershipRule = (session, thing) => {
  const found = managed(session, thing);
  return found === 'theirs' && !session.roles.includes('supervisor') ? 'denied' : found;
};
const platform: OwnershipRule = ({ roles }) => (roles.includes('supervisor') ? 'theirs' : 'denied');
const everybody: OwnershipRule = () => 'theirs';
const nobody: OwnershipRule = () => 'absent';

const ownershipRules = (names: string, owner: OwnershipRule): [string, OwnershipRule][] =>
  names.split(' ').map((name) => [name, owner]);

/** What a method finds of a thing for a session that was let in; a list is there for everybody, and holds what is theirs. */
export const OWNERSHIP_RULES: Readonly<Record<string, OwnershipRule>> = Object.fromEntries([
  ...ownershipRules(
    'GetApplication GetApplicationFile RecordAccess ListLooks ListApplicationActions UpdateApplication',
    desk,
  ),
  ...ownershipRules('SubmitApplication WithdrawApplication SupplyDocuments HandOverResult ConfirmOutcome', desk),
  ...ownershipRules('RenewApplication RecordPayment AddNote AssignApplication MarkDeskNotesSeen RecordTelling', desk),
  ...ownershipRules('GetFiledSubmission GetDelivery ListNotices GetSlip', deskOnceFiled),
  ...ownershipRules('ListApplications SearchApplications ListQueue ListQueueChanges LookUpPerson', everybody),
  ...ownershipRules('ListDeliveries ListSessions', everybody),
  ...ownershipRules('ListRefusedReplies GetAgencyActivity', agency),
  ...ownershipRules('ListCentreOperators GetOperator ListOperatorActions', staff),
  ...ownershipRules('SuspendOperator ReinstateOperator RemoveOperator SetAbsence', managed),
  // Of a manager, whom a supervisor invites; of a whole person.
  ...ownershipRules('InviteOperator', supervised),
  ...ownershipRules('UpdateOperatorRoles', platform),
  // Of somebody else.
  ...ownershipRules('EndSession', nobody),
]);
