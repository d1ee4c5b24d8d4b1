import type { Role, ServiceName, Session } from '@cups/rpc';

/**
 * The access model, written independently of the services' own tables; a test compares both at runtime.
 * A missing or an obsolete method fails the test.
 */

/** Required scope of a session: a centre; an agency for clerks and machines; any; or no session. */
type SessionScope = 'centre' | 'agency' | 'platform' | 'nobody';
export interface AccessRule {
  callers: readonly ServiceName[];
  /** 'none' requires no session. */
  roles: readonly Role[] | 'none';
  whose: SessionScope;
  /** Callers that are let in without a session. */
  withoutSession?: readonly ServiceName[];
}

const DESK_ROLES: readonly Role[] = ['specialist', 'centre-manager'];
const ALL_ROLES: readonly Role[] = [...DESK_ROLES, 'supervisor', 'support', 'agency-clerk', 'agency-manager'];
const pageRule = (roles: AccessRule['roles'], whose: SessionScope): AccessRule => ({
  callers: ['gateway'],
  roles,
  whose,
});
const serviceRule = (...callers: ServiceName[]): AccessRule => ({ callers, roles: 'none', whose: 'nobody' });

/** For supervisors, and for administrators by their tool. */
const OVERSIGHT_RULE: AccessRule = {
  ...pageRule(['supervisor'], 'platform'),
  callers: ['gateway', 'ops'],
  withoutSession: ['ops'],
};

/** Returns the rules of several methods of a service. */
const rulesFor = (names: string, rule: AccessRule): [string, AccessRule][] =>
  names.split(' ').map((name) => [name, rule]);

export const ACCESS_MODEL: Readonly<Record<string, Readonly<Record<string, AccessRule>>>> = {
  // A desk works on applications of its centre. Nobody else sees them: no supervisor, no support, no agency clerk.
  intake: Object.fromEntries([
    ...rulesFor('CreateApplication GetApplication ListApplications SearchApplications', pageRule(DESK_ROLES, 'centre')),
    ...rulesFor('ListQueue ListQueueChanges LookUpPerson GetApplicationDetails', pageRule(DESK_ROLES, 'centre')),
    ...rulesFor(
      'GetFiledSubmission RecordAccess ListAccessLogEntries ListApplicationActions',
      pageRule(DESK_ROLES, 'centre'),
    ),
    ...rulesFor(
      'UpdateApplication SubmitApplication WithdrawApplication SupplyDocuments',
      pageRule(DESK_ROLES, 'centre'),
    ),
    ...rulesFor('HandOverResult ConfirmOutcome RenewApplication RecordPayment', pageRule(DESK_ROLES, 'centre')),
    ...rulesFor(
      'ConfirmArrival ChooseCollectionCentre ChangeContact CorrectApplication AnswerPassingOn SendMessage',
      pageRule(DESK_ROLES, 'centre'),
    ),
    ...rulesFor('PrepareComplaint RecordComplaint RecordComplaintAnswer', pageRule(DESK_ROLES, 'centre')),
    // What it hands over for other centres.
    ...rulesFor('ListCollections GetCollection', pageRule(DESK_ROLES, 'centre')),
    ...rulesFor('ConfirmCollectionArrival HandOverCollection', pageRule(DESK_ROLES, 'centre')),
    ...rulesFor(
      'AddNote AssignApplication MarkDeskAlertsSeen RecordPersonNotification',
      pageRule(DESK_ROLES, 'centre'),
    ),
    // The machine or a clerk of the agency that decides the application.
    ...rulesFor('RecordAgencyAccess', pageRule(['agency-system', 'agency-clerk'], 'agency')),
    // What was filed with the agency, for its clerks; the bridge asks before each of their replies.
    ...rulesFor('GetAgencyApplication ListAgencyApplicants', pageRule(['agency-clerk'], 'agency')),
    ...rulesFor('CheckAgencyAct', { ...pageRule(['agency-clerk'], 'agency'), callers: ['agency-bridge'] }),
    // Counts over all centres, never content.
    ...rulesFor('GetStatistics', pageRule(['supervisor'], 'platform')),
    ...rulesFor('GetCentreStatistics', pageRule(['centre-manager'], 'centre')),
    // Applications without an agency: names, codes and times.
    ...rulesFor('ListUndecidedAgencies AssignAgency ListEscalatedApplications', pageRule(['supervisor'], 'platform')),
    // Rights of a person: names, codes and times, for supervisors, and for administrators by their tool.
    ...rulesFor('RestrictProcessing EndRestriction EraseApplication GetDataState ListErasures', OVERSIGHT_RULE),
    // A copy of everything about one person, with a reason.
    ...rulesFor('ExportPerson', OVERSIGHT_RULE),
    ...rulesFor('ListMandateApplications', pageRule(DESK_ROLES, 'centre')),
    // Files for work without a line; which PC holds how many, for the head.
    ...rulesFor('UpdateOfflineCopy RecordOfflineReads', pageRule(DESK_ROLES, 'centre')),
    ...rulesFor('ListOfflineCopies', pageRule(['centre-manager'], 'centre')),
    // Acts of suspended operators: the grant of the device hands them in, heads and supervisors decide.
    // A sealed act contains its grant.
    ...rulesFor('QuarantineActs QuarantineSealedActs', pageRule('none', 'nobody')),
    // Own acts without a grant: the session is the authority.
    ...rulesFor('QuarantineOwnActs', pageRule(DESK_ROLES, 'centre')),
    ...rulesFor('GetHandInKey', pageRule(DESK_ROLES, 'centre')),
    ...rulesFor(
      'ListQuarantinedActs GetQuarantinedAct ReleaseQuarantinedAct RejectQuarantinedAct ListChainBreaks',
      pageRule(['centre-manager', 'supervisor'], 'platform'),
    ),
    ...rulesFor('TrackApplication TrackMandateApplications', pageRule('none', 'nobody')),
    ...rulesFor('GetSubmission', serviceRule('agency-bridge')),
    ...rulesFor('GetAgencyMessage', serviceRule('agency-bridge')),
    ...rulesFor('DetachDocument', serviceRule('documents')),
    ...rulesFor('GetNoticeContext GetAgencyContact', serviceRule('notifications')),
    // Salted hashes and codes.
    ...rulesFor('ListActionHashes ErasePerson EraseLeftMandates', serviceRule('ops')),
  ]),
  // Existence and progress of a delivery: for platform staff and the clerks of its agency.
  'agency-bridge': Object.fromEntries([
    ...rulesFor('GetDelivery', pageRule(DESK_ROLES, 'centre')),
    ...rulesFor(
      'ListDeliveries ListRefusedReplies GetAgencyActivity',
      pageRule(['support', 'supervisor', 'agency-clerk'], 'agency'),
    ),
    ...rulesFor('ListRefusedMessages', pageRule(['support', 'supervisor'], 'platform')),
    // The page of an agency without a system.
    ...rulesFor('ListAgencyQueue GetAgencyDelivery AssignDelivery CreateReply', pageRule(['agency-clerk'], 'agency')),
    ...rulesFor('ListAgencyWorkload', pageRule(['agency-manager'], 'agency')),
    // The system of an agency that pulls.
    ...rulesFor('ListAgencyRequests ReceiveAgencyReply ListWebhookKeys', pageRule(['agency-system'], 'agency')),
  ]),
  // A desk has the documents of its centre, and an agency those that the bridge released to it.
  documents: Object.fromEntries([
    ...rulesFor('CreateDocument AppendContent ReadContent DeleteDocument', pageRule(DESK_ROLES, 'centre')),
    ...rulesFor('GetDocument ListDocuments', { ...pageRule(DESK_ROLES, 'centre'), callers: ['gateway', 'intake'] }),
    ...rulesFor(
      'CreateResultDocument AppendResultContent GetAgencyDocument ReadAgencyContent',
      pageRule(['agency-system', 'agency-clerk'], 'agency'),
    ),
    ...rulesFor('ReleaseDocuments AcceptResultDocuments', serviceRule('agency-bridge')),
    // Names and times, never content: for supervisors, and for administrators by their tool.
    ...rulesFor('SetHold ClearHold ListHolds ListUncollectedResults', OVERSIGHT_RULE),
    ...rulesFor('GetHold', serviceRule('intake')),
    // Intake asks which scans of a quarantined act exist.
    ...rulesFor('ExportDocuments', { ...OVERSIGHT_RULE, callers: ['gateway', 'ops', 'intake'] }),
    ...rulesFor('ExportContent', serviceRule('ops')),
  ]),
  notifications: Object.fromEntries([
    ...rulesFor('ListNotices GetSlip', pageRule(DESK_ROLES, 'centre')),
    ...rulesFor('ExportNotices', OVERSIGHT_RULE),
  ]),
  // Salted hashes, signatures and keys are public. The gateway lists entries after intake has allowed it.
  journal: Object.fromEntries([
    ...rulesFor(
      'GetCheckpoint GetConsistencyProof GetTile ListVerifierKeys ListEntries',
      serviceRule('gateway', 'ops'),
    ),
    ...rulesFor('InspectJournal DismissMissingEntries', serviceRule('ops')),
  ]),
  catalog: Object.fromEntries([
    ...rulesFor(
      'GetPublicService ListPublicServices GetCatalog ListAgencies GetAgencyCatalog',
      pageRule('none', 'nobody'),
    ),
    ...rulesFor('GetPublicServiceVersion', serviceRule('intake')),
  ]),
  identity: Object.fromEntries([
    ...rulesFor('CreateSession BeginSignIn CompleteSignIn ContinueSignOut', pageRule('none', 'nobody')),
    ...rulesFor('GetProviderMetadata ListOperators ListSignInProviders IssueAgencyToken', pageRule('none', 'nobody')),
    ...rulesFor(
      'GetSession SwitchCentre BeginSignOut DeleteSession ListSessions EndSession',
      pageRule(ALL_ROLES, 'platform'),
    ),
    ...rulesFor('BatchGetOperators', pageRule(ALL_ROLES, 'platform')),
    ...rulesFor('ListCentreOperators', pageRule(['specialist', 'centre-manager', 'supervisor', 'support'], 'platform')),
    ...rulesFor('GetOperator ListOperatorActions', pageRule(['centre-manager', 'supervisor', 'support'], 'platform')),
    ...rulesFor('ListStaff', pageRule(['supervisor', 'support'], 'platform')),
    ...rulesFor('ListAgencyOperators', pageRule(['agency-manager'], 'agency')),
    ...rulesFor(
      'InviteOperator UpdateOperatorRoles SuspendOperator',
      pageRule(['centre-manager', 'supervisor'], 'platform'),
    ),
    ...rulesFor('ReinstateOperator RemoveOperator SetAbsence', pageRule(['centre-manager', 'supervisor'], 'platform')),
    ...rulesFor('ContactDevice DeleteDevice', pageRule(DESK_ROLES, 'centre')),
    ...rulesFor('ListDevices RevokeDevice ReleaseMandate', pageRule(['centre-manager', 'supervisor'], 'platform')),
    ...rulesFor('AppointSupervisor ImportOperators InspectStaff InspectPersonKeys', serviceRule('ops')),
    ...rulesFor('GetCentre ListCentres', serviceRule('gateway', 'intake')),
    ...rulesFor(
      'CreateMandate GetMandate ListMandates RevokeMandate SendMandateCode ConfirmMandateCode',
      pageRule(DESK_ROLES, 'centre'),
    ),
    ...rulesFor(
      'PrintMandate RecordMandatePrinted CountMandates MailMandateCode GetMandateCodeStatus',
      pageRule(DESK_ROLES, 'centre'),
    ),
    ...rulesFor('GetMandateCodeMail RecordMandateCodeDelivery', serviceRule('notifications')),
    // The code of the mandate is the right of its holder.
    ...rulesFor('GetMandateByCode RevokeMandateByCode', pageRule('none', 'nobody')),
    ...rulesFor('ExportPersonMandates', OVERSIGHT_RULE),
    ...rulesFor('ResolveMandateCode CheckContacts ListPersonMandates EraseMandates', serviceRule('intake')),
    // A supervisor names the centre, for acts that wait in quarantine.
    ...rulesFor('BatchGetMandates', { ...pageRule([...DESK_ROLES, 'supervisor'], 'platform'), callers: ['intake'] }),
  ]),
};

export type AccessVerdict = 'let in' | 'denied' | 'not signed in';

/** Returns whether a caller may call a method, before its request is evaluated. */
export function evaluateRule(rule: AccessRule, caller: ServiceName, session: Session | undefined): AccessVerdict {
  if (!rule.callers.includes(caller)) return 'denied';
  const { roles } = rule;
  if (roles === 'none') return 'let in';
  if (!session) return rule.withoutSession?.includes(caller) ? 'let in' : 'not signed in';
  if (!session.roles.some((role) => roles.includes(role))) return 'denied';
  if (rule.whose === 'centre' && session.centre === undefined) return 'denied';
  const isLostClerk = session.roles.some((role) => role.startsWith('agency-')) && session.agency === undefined;
  return rule.whose === 'agency' && isLostClerk ? 'denied' : 'let in';
}

/** A resource with an owner: an application at its centre and agency, with all its dependents. */
export interface AccessTarget {
  id: string;
  /** centres/{code} and agencies/{code}. */
  centre: string;
  agency: string;
  /** Whether it was filed: then it has a submission, a delivery and notices. */
  filed: boolean;
}

/** Visibility of a resource to a caller. Resources of others are NOT_FOUND, like unknown ones. */
export type TargetVisibility = 'theirs' | 'absent' | 'denied';

/** Returns whether a desk session covers this centre. */
export const isOwnCentre = ({ centre, inheritedCentres = [] }: Session, owner: string): boolean =>
  [centre, ...inheritedCentres].includes(owner);
const seesAllCentres = ({ roles }: Session): boolean => roles.includes('supervisor') || roles.includes('support');
/** Returns whether a session covers this agency: for its clerks, and for roles with access to all centres. */
export const isOwnAgency = (session: Session, owner: string): boolean =>
  seesAllCentres(session) || session.agency === owner;

type OwnershipRule = (session: Session, thing: AccessTarget) => TargetVisibility;
const theirsIf = (is: boolean): TargetVisibility => (is ? 'theirs' : 'absent');
const desk: OwnershipRule = (session, { centre }) => theirsIf(isOwnCentre(session, centre));
const deskOnceFiled: OwnershipRule = (session, { centre, filed }) => theirsIf(filed && isOwnCentre(session, centre));
const agency: OwnershipRule = (session, thing) => theirsIf(isOwnAgency(session, thing.agency));
/** Staff belong to their current workplace: inherited centres contribute applications only. */
const staff: OwnershipRule = (session, { centre }) => theirsIf(seesAllCentres(session) || session.centre === centre);
const managed: OwnershipRule = (session, { centre }) =>
  theirsIf(session.roles.includes('supervisor') || session.centre === centre);
/** Only supervisors may do this; to others, even their own manager is NOT_FOUND. */
const supervised: OwnershipRule = (session, thing) => {
  const found = managed(session, thing);
  return found === 'theirs' && !session.roles.includes('supervisor') ? 'denied' : found;
};
const platform: OwnershipRule = ({ roles }) => (roles.includes('supervisor') ? 'theirs' : 'denied');
const everybody: OwnershipRule = () => 'theirs';
const nobody: OwnershipRule = () => 'absent';

const ownershipRules = (names: string, owner: OwnershipRule): [string, OwnershipRule][] =>
  names.split(' ').map((name) => [name, owner]);

/** Visibility of a resource per method. Lists are visible to everybody, and contain the visible resources. */
export const OWNERSHIP_RULES: Readonly<Record<string, OwnershipRule>> = Object.fromEntries([
  ...ownershipRules(
    'GetApplication GetApplicationDetails RecordAccess ListAccessLogEntries ListApplicationActions UpdateApplication',
    desk,
  ),
  ...ownershipRules('SubmitApplication WithdrawApplication SupplyDocuments HandOverResult ConfirmOutcome', desk),
  ...ownershipRules(
    'RenewApplication RecordPayment AddNote AssignApplication MarkDeskAlertsSeen RecordPersonNotification',
    desk,
  ),
  ...ownershipRules(
    'ConfirmArrival ChooseCollectionCentre ChangeContact CorrectApplication AnswerPassingOn SendMessage',
    desk,
  ),
  ...ownershipRules('PrepareComplaint RecordComplaint RecordComplaintAnswer', desk),
  // No application of the tries is collected at another centre.
  ...ownershipRules('GetCollection ConfirmCollectionArrival HandOverCollection', nobody),
  ...ownershipRules('ListCollections', everybody),
  ...ownershipRules('GetFiledSubmission GetDelivery ListNotices GetSlip', deskOnceFiled),
  ...ownershipRules('ListMandateApplications', everybody),
  ...ownershipRules('ListApplications SearchApplications ListQueue ListQueueChanges LookUpPerson', everybody),
  ...ownershipRules('ListDeliveries ListSessions', everybody),
  ...ownershipRules('ListRefusedReplies GetAgencyActivity RecordAgencyAccess', agency),
  ...ownershipRules('ListCentreOperators GetOperator ListOperatorActions', staff),
  ...ownershipRules('ListDevices SuspendOperator ReinstateOperator RemoveOperator SetAbsence', managed),
  // The centre holds a mandate, not the operator who recorded it. It stays visible after its end.
  ...ownershipRules('GetMandate GetMandateCodeStatus RevokeMandate PrintMandate RecordMandatePrinted', desk),
  ...ownershipRules('ListMandates', everybody),
  // Managers, whom a supervisor invites, and whole persons.
  ...ownershipRules('InviteOperator', supervised),
  ...ownershipRules('UpdateOperatorRoles', platform),
  // Sessions of others.
  ...ownershipRules('EndSession', nobody),
]);
