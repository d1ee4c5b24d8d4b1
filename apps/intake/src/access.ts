import type { AccessTable } from '@cups/rpc';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import { DESK_ROLES } from '@cups/application';

const desk = { callers: ['gateway'], roles: [...DESK_ROLES], tenancy: 'centre' } as const;

/** Who may call what; a method without a row does not start. */
export const access: AccessTable<IntakeServiceDefinition> = {
  CreateApplication: { ...desk, personalData: true },
  GetApplication: { ...desk, personalData: true },
  ListApplications: { ...desk, personalData: true },
  SearchApplications: { ...desk, personalData: true },
  ListQueue: { ...desk, personalData: true },
  ListQueueChanges: { ...desk, personalData: true },
  LookUpPerson: { ...desk, personalData: true },
  GetApplicationFile: { ...desk, personalData: true },
  GetFiledSubmission: { ...desk, personalData: true },
  // Shows nothing by itself; what it records is named.
  RecordAccess: { ...desk, personalData: true },
  // Names of operators, whom the person may ask for: of the person nothing is shown.
  ListLooks: { ...desk, personalData: false },
  GetStatistics: { callers: ['gateway'], roles: ['supervisor'], tenancy: 'platform', personalData: false },
  UpdateApplication: { ...desk, personalData: true },
  SubmitApplication: { ...desk, personalData: true },
  WithdrawApplication: { ...desk, personalData: true },
  SupplyDocuments: { ...desk, personalData: true },
  HandOverResult: { ...desk, personalData: true },
  ConfirmOutcome: { ...desk, personalData: true },
  RenewApplication: { ...desk, personalData: true },
  RecordPayment: { ...desk, personalData: true },
  AddNote: { ...desk, personalData: true },
  AssignApplication: { ...desk, personalData: true },
  MarkDeskNotesSeen: { ...desk, personalData: true },
  RecordTelling: { ...desk, personalData: true },
  ListApplicationActions: { ...desk, personalData: true },
  TrackApplication: { callers: ['gateway'], roles: 'none', tenancy: 'public', personalData: false },
  GetSubmission: { callers: ['agency-bridge'], roles: 'none', tenancy: 'service', personalData: true },
  GetContact: { callers: ['notifications'], roles: 'none', tenancy: 'service', personalData: true },
};
