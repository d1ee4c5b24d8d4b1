import type { AccessRow, AccessTable } from '@cups/rpc';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import { OPERATOR_ROLES } from './domain/operators.ts';
import type { OperatorRole } from './domain/operators.ts';

const signIn = { callers: ['gateway'], roles: 'none', tenancy: 'public', personalData: false } as const;
const ownSession = { callers: ['gateway'], roles: OPERATOR_ROLES, tenancy: 'platform', personalData: false } as const;
/** The domain checks the centre and the target: domain/permissions.ts. */
const team = { callers: ['gateway'], tenancy: 'platform', personalData: true } as const;
const STAFF_EDITOR_ROLES: OperatorRole[] = ['centre-manager', 'supervisor'];
const STAFF_VIEWER_ROLES: OperatorRole[] = ['centre-manager', 'supervisor', 'support'];
const opsTool = { callers: ['ops'], roles: 'none', tenancy: 'service', personalData: true } as const;
const centreReads = {
  callers: ['gateway', 'intake'],
  roles: 'none',
  tenancy: 'service',
  personalData: false,
} as const;

/** Mandates of the session's centre and of those that it inherited. */
const mandate = {
  callers: ['gateway'],
  roles: ['specialist', 'centre-manager'],
  tenancy: 'centre',
  personalData: true,
} as const;
/** A device of the desk. Its key share is for its own operator at the centre of the session. */
const device = {
  callers: ['gateway'],
  roles: ['specialist', 'centre-manager'],
  tenancy: 'centre',
  personalData: false,
} as const;
/** Sending a one-time code. */
const codeMail = { callers: ['notifications'], roles: 'none', tenancy: 'service' } satisfies Partial<AccessRow>;
/** The code of the mandate is the right of its holder. */
const mandateHolder = { callers: ['gateway'], roles: 'none', tenancy: 'public', personalData: true } as const;

/** Access rules by method. A method without a rule prevents the start. */
export const access: AccessTable<IdentityServiceDefinition> = {
  CreateSession: signIn,
  BeginSignIn: signIn,
  CompleteSignIn: signIn,
  ContinueSignOut: signIn,
  GetProviderMetadata: signIn,
  IssueAgencyToken: signIn,
  ListOperators: signIn,
  ListSignInProviders: signIn,
  GetSession: { ...ownSession, roles: [...OPERATOR_ROLES] },
  // The call itself checks that the operator works at the centre.
  SwitchCentre: { ...ownSession, roles: [...OPERATOR_ROLES] },
  BeginSignOut: { ...ownSession, roles: [...OPERATOR_ROLES] },
  DeleteSession: { ...ownSession, roles: [...OPERATOR_ROLES] },
  ListSessions: { ...ownSession, roles: [...OPERATOR_ROLES] },
  EndSession: { ...ownSession, roles: [...OPERATOR_ROLES] },
  // Applications show the names of colleagues who worked on them.
  BatchGetOperators: { ...ownSession, roles: [...OPERATOR_ROLES] },
  ListCentreOperators: { ...team, roles: ['specialist', ...STAFF_VIEWER_ROLES] },
  GetOperator: { ...team, roles: STAFF_VIEWER_ROLES },
  ListOperatorActions: { ...team, roles: STAFF_VIEWER_ROLES },
  ListStaff: { ...team, roles: ['supervisor', 'support'] },
  // Names of colleagues, to whom a manager gives work.
  ListAgencyOperators: { ...team, roles: ['agency-manager'], tenancy: 'agency', personalData: false },
  InviteOperator: { ...team, roles: STAFF_EDITOR_ROLES },
  UpdateOperatorRoles: { ...team, roles: STAFF_EDITOR_ROLES },
  SuspendOperator: { ...team, roles: STAFF_EDITOR_ROLES },
  ReinstateOperator: { ...team, roles: STAFF_EDITOR_ROLES },
  RemoveOperator: { ...team, roles: STAFF_EDITOR_ROLES },
  SetAbsence: { ...team, roles: STAFF_EDITOR_ROLES },
  ContactDevice: device,
  DeleteDevice: device,
  ListDevices: { ...team, roles: STAFF_EDITOR_ROLES },
  RevokeDevice: { ...team, roles: STAFF_EDITOR_ROLES },
  // For sealed acts, which a desk hands in without a session. The response names nobody.
  CheckContacts: { callers: ['intake'], roles: 'none', tenancy: 'service', personalData: false },
  AppointSupervisor: { ...opsTool, callers: [...opsTool.callers] },
  InspectStaff: { ...opsTool, callers: [...opsTool.callers] },
  ImportOperators: { ...opsTool, callers: [...opsTool.callers] },
  InspectPersonKeys: { ...opsTool, callers: [...opsTool.callers], personalData: false },
  GetCentre: { ...centreReads, callers: [...centreReads.callers] },
  ListCentres: { ...centreReads, callers: [...centreReads.callers] },
  CreateMandate: mandate,
  // The call itself checks that a manager belongs to the centre.
  ReleaseMandate: { ...mandate, roles: ['centre-manager', 'supervisor'], tenancy: 'platform' },
  GetMandate: mandate,
  ListMandates: mandate,
  RevokeMandate: mandate,
  SendMandateCode: mandate,
  ConfirmMandateCode: mandate,
  PrintMandate: mandate,
  RecordMandatePrinted: mandate,
  MailMandateCode: mandate,
  GetMandateCodeStatus: { ...mandate, personalData: false },
  GetMandateCodeMail: { ...codeMail, personalData: true },
  RecordMandateCodeDelivery: { ...codeMail, personalData: false },
  GetMandateByCode: mandateHolder,
  RevokeMandateByCode: mandateHolder,
  // Part of the copy of a person's data, which intake has recorded with its reason.
  ExportPersonMandates: {
    callers: ['gateway', 'ops'],
    withoutSession: ['ops'],
    roles: ['supervisor'],
    tenancy: 'platform',
    personalData: true,
  },
  // Erasure on request of a person, which intake decides. Names nobody.
  ListPersonMandates: { callers: ['intake'], roles: 'none', tenancy: 'service', personalData: false },
  EraseMandates: { callers: ['intake'], roles: 'none', tenancy: 'service', personalData: false },
  CountMandates: { ...mandate, personalData: false },
  // Intake resolves the mandate that a draft names, for the desk. The response names nobody.
  // A supervisor releases quarantined acts of any centre.
  BatchGetMandates: {
    callers: ['intake'],
    roles: [...mandate.roles, 'supervisor'],
    tenancy: 'platform',
    personalData: false,
  },
  // Intake lists the applications of a mandate for the holder of its code. The response names nobody.
  ResolveMandateCode: { ...mandateHolder, callers: ['intake'], personalData: false },
};
