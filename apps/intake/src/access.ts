import type { AccessRow, AccessTable } from '@cups/rpc';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import { DESK_ROLES } from '@cups/application';

const desk = { callers: ['gateway'], roles: [...DESK_ROLES], tenancy: 'centre' } as const;

/** The rights of a person, and erasures: for supervisors, and for administrators without a session. No personal data. */
const dataRights = {
  callers: ['gateway', 'ops'],
  withoutSession: ['ops'],
  roles: ['supervisor'],
  tenancy: 'platform',
  personalData: false,
} as const satisfies AccessRow;

/** Applications of an agency, for its clerks. */
const agencyClerk = { callers: ['gateway'], roles: ['agency-clerk'], tenancy: 'agency' } as const;

/** Acts of suspended operators: for heads, whose centre the service compares, and for supervisors of all centres. */
const quarantine = {
  callers: ['gateway'],
  roles: ['centre-manager', 'supervisor'],
  tenancy: 'platform',
} as const satisfies Omit<AccessRow, 'personalData'>;

/** Callers, roles and tenancy of each method. A method without a row prevents the start. */
export const access: AccessTable<IntakeServiceDefinition> = {
  CreateApplication: { ...desk, personalData: true },
  GetApplication: { ...desk, personalData: true },
  ListApplications: { ...desk, personalData: true },
  SearchApplications: { ...desk, personalData: true },
  ListQueue: { ...desk, personalData: true },
  ListQueueChanges: { ...desk, personalData: true },
  LookUpPerson: { ...desk, personalData: true },
  GetApplicationDetails: { ...desk, personalData: true },
  GetFiledSubmission: { ...desk, personalData: true },
  // Returns no personal data, but names the application that was read.
  RecordAccess: { ...desk, personalData: true },
  // Returns no personal data, but names the application whose document the agency reads.
  RecordAgencyAccess: {
    callers: ['gateway'],
    roles: ['agency-system', 'agency-clerk'],
    tenancy: 'agency',
    personalData: true,
  },
  GetAgencyApplication: { ...agencyClerk, personalData: true },
  ListAgencyApplicants: { ...agencyClerk, personalData: true },
  CheckAgencyAct: { ...agencyClerk, callers: ['agency-bridge'], personalData: false },
  // Returns names of operators only; the applicant is entitled to ask for them.
  ListAccessLogEntries: { ...desk, personalData: false },
  RestrictProcessing: dataRights,
  EndRestriction: dataRights,
  EraseApplication: dataRights,
  GetDataState: dataRights,
  ListErasures: dataRights,
  // Named by number in the request; the response has names of resources only.
  ErasePerson: { callers: ['ops'], roles: 'none', tenancy: 'service', personalData: false },
  EraseLeftMandates: { callers: ['ops'], roles: 'none', tenancy: 'service', personalData: false },
  // Salted hashes and codes.
  ListActionHashes: { callers: ['ops'], roles: 'none', tenancy: 'service', personalData: false },
  GetStatistics: { callers: ['gateway'], roles: ['supervisor'], tenancy: 'platform', personalData: false },
  // Counts and times of the own centre.
  GetCentreStatistics: { ...desk, roles: ['centre-manager'], personalData: false },
  UpdateApplication: { ...desk, personalData: true },
  SubmitApplication: { ...desk, personalData: true },
  WithdrawApplication: { ...desk, personalData: true },
  SupplyDocuments: { ...desk, personalData: true },
  ConfirmArrival: { ...desk, personalData: true },
  HandOverResult: { ...desk, personalData: true },
  ChooseCollectionCentre: { ...desk, personalData: true },
  CorrectApplication: { ...desk, personalData: true },
  ChangeContact: { ...desk, personalData: true },
  SendMessage: { ...desk, personalData: true },
  PrepareComplaint: { ...desk, personalData: true },
  RecordComplaint: { ...desk, personalData: true },
  RecordComplaintAnswer: { ...desk, personalData: true },
  ListCollections: { ...desk, personalData: true },
  GetCollection: { ...desk, personalData: true },
  ConfirmCollectionArrival: { ...desk, personalData: true },
  HandOverCollection: { ...desk, personalData: true },
  ConfirmOutcome: { ...desk, personalData: true },
  RenewApplication: { ...desk, personalData: true },
  RecordPayment: { ...desk, personalData: true },
  AddNote: { ...desk, personalData: true },
  AssignApplication: { ...desk, personalData: true },
  MarkDeskAlertsSeen: { ...desk, personalData: true },
  RecordPersonNotification: { ...desk, personalData: true },
  ListApplicationActions: { ...desk, personalData: true },
  // Everything about one person at all centres, with a reason that is recorded.
  ExportPerson: {
    callers: ['gateway', 'ops'],
    withoutSession: ['ops'],
    roles: ['supervisor'],
    tenancy: 'platform',
    personalData: true,
  },
  ListMandateApplications: { ...desk, personalData: true },
  // The offline grant is the authority: it only adds acts of its operator.
  QuarantineActs: { callers: ['gateway'], roles: 'none', tenancy: 'public', personalData: false },
  // Each sealed act contains its offline grant.
  QuarantineSealedActs: { callers: ['gateway'], roles: 'none', tenancy: 'public', personalData: false },
  // Only acts of the caller, at their centre. Nothing is read.
  QuarantineOwnActs: { ...desk, personalData: false },
  GetHandInKey: { ...desk, personalData: false },
  // Names of operators, applications and centres only.
  ListQuarantinedActs: { ...quarantine, personalData: false },
  GetQuarantinedAct: { ...quarantine, personalData: true },
  ReleaseQuarantinedAct: { ...quarantine, personalData: true },
  RejectQuarantinedAct: { ...quarantine, personalData: false },
  // Names of operators, devices and applications only.
  ListChainBreaks: { ...quarantine, personalData: false },
  AnswerPassingOn: { ...desk, personalData: true },
  // Names of applications, centres and agencies only.
  ListUndecidedAgencies: { callers: ['gateway'], roles: ['supervisor'], tenancy: 'platform', personalData: false },
  ListEscalatedApplications: { callers: ['gateway'], roles: ['supervisor'], tenancy: 'platform', personalData: false },
  AssignAgency: { callers: ['gateway'], roles: ['supervisor'], tenancy: 'platform', personalData: false },
  UpdateOfflineCopy: { ...desk, personalData: true },
  // Returns no personal data, but names the applications that were read.
  RecordOfflineReads: { ...desk, personalData: true },
  // Counts of files by device and operator.
  ListOfflineCopies: { ...desk, roles: ['centre-manager'], personalData: false },
  TrackApplication: { callers: ['gateway'], roles: 'none', tenancy: 'public', personalData: false },
  // The code of the mandate is the right of its holder, who learns states and dates.
  TrackMandateApplications: { callers: ['gateway'], roles: 'none', tenancy: 'public', personalData: false },
  GetSubmission: { callers: ['agency-bridge'], roles: 'none', tenancy: 'service', personalData: true },
  // An office, not a person.
  GetAgencyContact: { callers: ['notifications'], roles: 'none', tenancy: 'service', personalData: false },
  GetAgencyMessage: { callers: ['agency-bridge'], roles: 'none', tenancy: 'service', personalData: true },
  DetachDocument: { callers: ['documents'], roles: 'none', tenancy: 'service', personalData: false },
  GetNoticeContext: { callers: ['notifications'], roles: 'none', tenancy: 'service', personalData: true },
};
