import type { AccessTable } from '@cups/rpc';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import type { OperatorRole } from './domain/operators.ts';

const ANYBODY: OperatorRole[] = ['specialist', 'centre-manager', 'supervisor', 'support', 'agency-clerk'];

const signIn = { callers: ['gateway'], roles: 'none', tenancy: 'public', personalData: false } as const;
const ownSession = { callers: ['gateway'], roles: ANYBODY, tenancy: 'platform', personalData: false } as const;
const support = { callers: ['gateway'], roles: ['support'], tenancy: 'platform', personalData: false } as const;
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
  SuspendOperator: { ...support, roles: ['support'] },
  ReinstateOperator: { ...support, roles: ['support'] },
  GetCentre: { ...registry, callers: [...registry.callers] },
  ListCentres: { ...registry, callers: [...registry.callers] },
};
