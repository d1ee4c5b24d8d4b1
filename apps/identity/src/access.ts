import type { AccessTable } from '@cups/rpc';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import type { OperatorRole } from './domain/operators.ts';

const ANYBODY: OperatorRole[] = ['specialist', 'centre-manager', 'supervisor', 'support', 'agency-clerk'];

const signIn = { callers: ['gateway'], roles: 'none', tenancy: 'public', personalData: false } as const;
const ownSession = { callers: ['gateway'], roles: ANYBODY, tenancy: 'platform', personalData: false } as const;
/** Of which centre, and of whom, the domain says: rights.ts. */
const team = { callers: ['gateway'], tenancy: 'platform', personalData: true } as const;
const CHANGES_STAFF: OperatorRole[] = ['centre-manager', 'supervisor'];
const SEES_STAFF: OperatorRole[] = ['centre-manager', 'supervisor', 'support'];
const tool = { callers: ['operator'], roles: 'none', tenancy: 'service', personalData: true } as const;
const registry = {
  callers: ['gateway', 'intake'],
  roles: 'none',
  tenancy: 'service',
  personalData: false,
} as const;

/** Who may call what; a method without a row does not start. */
export const access: AccessTable<IdentityServiceDefinition> = {
  CreateSession: signIn,
  BeginSignIn: signIn,
  CompleteSignIn: signIn,
  ContinueSignOut: signIn,
  GetProviderMetadata: signIn,
  ListOperators: signIn,
  ListSignInProviders: signIn,
  GetSession: { ...ownSession, roles: [...ANYBODY] },
  // Which of their centres is for identity to say; whoever works at none has none to go to.
  SwitchCentre: { ...ownSession, roles: [...ANYBODY] },
  BeginSignOut: { ...ownSession, roles: [...ANYBODY] },
  DeleteSession: { ...ownSession, roles: [...ANYBODY] },
  ListSessions: { ...ownSession, roles: [...ANYBODY] },
  EndSession: { ...ownSession, roles: [...ANYBODY] },
  // Who is signed in may see the names of colleagues, whose marks are on what they work on.
  BatchGetOperators: { ...ownSession, roles: [...ANYBODY] },
  ListCentreOperators: { ...team, roles: ['specialist', ...SEES_STAFF] },
  GetOperator: { ...team, roles: SEES_STAFF },
  ListOperatorActions: { ...team, roles: SEES_STAFF },
  ListStaff: { ...team, roles: ['supervisor', 'support'] },
  InviteOperator: { ...team, roles: CHANGES_STAFF },
  UpdateOperatorRoles: { ...team, roles: CHANGES_STAFF },
  SuspendOperator: { ...team, roles: CHANGES_STAFF },
  ReinstateOperator: { ...team, roles: CHANGES_STAFF },
  RemoveOperator: { ...team, roles: CHANGES_STAFF },
  SetAbsence: { ...team, roles: CHANGES_STAFF },
  AppointSupervisor: { ...tool, callers: [...tool.callers] },
  InspectStaff: { ...tool, callers: [...tool.callers] },
  ImportOperators: { ...tool, callers: [...tool.callers] },
  InspectPersonKeys: { ...tool, callers: [...tool.callers], personalData: false },
  GetCentre: { ...registry, callers: [...registry.callers] },
  ListCentres: { ...registry, callers: [...registry.callers] },
};
