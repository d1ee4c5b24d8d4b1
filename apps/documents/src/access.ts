import type { DocumentsServiceDefinition } from '@cups/contracts/gen/cups/documents/v1/DocumentsService.ts';
import type { AccessRow, AccessTable } from '@cups/rpc';

const desk: AccessRow = {
  callers: ['gateway'],
  roles: ['specialist', 'centre-manager'],
  tenancy: 'centre',
  personalData: false,
};
/** Reads of what the documents of an application are. Intake resolves the documents that a draft names. */
const deskFacts: AccessRow = { ...desk, callers: ['gateway', 'intake'], personalData: true };

/** The system of an agency, and the clerks of one without a system. */
const agency: AccessRow = {
  callers: ['gateway'],
  roles: ['agency-system', 'agency-clerk'],
  tenancy: 'agency',
  personalData: false,
};

const bridge: AccessRow = { callers: ['agency-bridge'], roles: 'none', tenancy: 'service', personalData: false };

/** Holds and what nobody collects: for supervisors, and for administrators without a session. No personal data. */
const oversight: AccessRow = {
  callers: ['gateway', 'ops'],
  withoutSession: ['ops'],
  roles: ['supervisor'],
  tenancy: 'platform',
  personalData: false,
};

/** Callers of each method; the service does not start when a method has no row. */
export const access: AccessTable<DocumentsServiceDefinition> = {
  CreateDocument: desk,
  AppendContent: desk,
  GetDocument: deskFacts,
  ListDocuments: deskFacts,
  ReadContent: { ...desk, personalData: true },
  DeleteDocument: desk,
  CreateResultDocument: agency,
  AppendResultContent: agency,
  GetAgencyDocument: { ...agency, personalData: true },
  ReadAgencyContent: { ...agency, personalData: true },
  ReleaseDocuments: bridge,
  AcceptResultDocuments: bridge,
  SetHold: oversight,
  ClearHold: oversight,
  ListHolds: oversight,
  ListUncollectedResults: oversight,
  // Parts of the copy of a person's data, which intake has recorded with its reason.
  // Intake asks for the supervisor who releases an act from quarantine: which of its scans exist.
  ExportDocuments: { ...oversight, callers: ['gateway', 'ops', 'intake'], personalData: true },
  ExportContent: { callers: ['ops'], roles: 'none', tenancy: 'service', personalData: true },
  // Intake asks for itself, and for the supervisor who requests an erasure.
  GetHold: { callers: ['intake'], roles: 'none', tenancy: 'service', personalData: false },
};
