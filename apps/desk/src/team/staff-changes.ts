import { api, bodyOf } from '../api/client.ts';
import type { components } from '../../gen/api.ts';
import type { TeamMember } from '../api/types.ts';
import type { TeamScope } from './queries.ts';

/** Writes on staff members. Retries use the same Idempotency-Key. */

type Schemas = components['schemas'];
export type Invitation = Omit<Schemas['InviteStaffInput'], 'roles'> & { roles: string[] };
export type Absence = Schemas['Absence'];

export type StaffChange =
  | { action: 'invite'; invitation: Invitation }
  /** `everywhere`: platform-wide, not at one centre only. */
  | { action: 'suspend' | 'reinstate'; id: string; everywhere: boolean; reason: string }
  | { action: 'remove'; id: string; reason: string }
  | { action: 'roles'; id: string; roles: string[] }
  | { action: 'absence'; id: string; absence: Absence }
  | { action: 'end-absence'; id: string };

/**
 * Sends a change.
 * @throws ApiError, NetworkError
 */
export function sendStaffChange(scope: TeamScope, change: StaffChange, key: string): Promise<TeamMember> {
  return scope === 'staff' ? sendToStaff(change, key) : sendToCentre(scope, change, key);
}

const idempotencyHeader = (key: string) => ({ 'Idempotency-Key': key });
const reasonBody = (reason: string) => (reason.trim() ? { reason: reason.trim() } : {});
const reasonHeader = (reason: string) => (reason.trim() ? { 'Cups-Reason': encodeURIComponent(reason.trim()) } : {});

function sendToCentre(code: string, change: StaffChange, key: string): Promise<TeamMember> {
  const header = idempotencyHeader(key);
  if (change.action === 'invite') {
    const body = change.invitation as Schemas['InviteInput'];
    return bodyOf(api.POST('/api/v1/centres/{code}/operators', { params: { path: { code }, header }, body }));
  }
  const { id } = change;
  const path = { code, id };
  switch (change.action) {
    case 'suspend':
    case 'reinstate':
      return change.everywhere
        ? sendToStaff(change, key)
        : bodyOf(
            api.POST(`/api/v1/centres/{code}/operators/{id}/${change.action}`, {
              params: { path, header },
              body: reasonBody(change.reason),
            }),
          );
    case 'remove': {
      const reasoned = Object.assign(reasonHeader(change.reason), header);
      return bodyOf(api.DELETE('/api/v1/centres/{code}/operators/{id}', { params: { path, header: reasoned } }));
    }
    case 'roles': {
      const body = { roles: change.roles as Schemas['CentreRole'][] };
      return bodyOf(api.PATCH('/api/v1/centres/{code}/operators/{id}', { params: { path, header }, body }));
    }
    case 'absence': {
      const body = change.absence;
      return bodyOf(api.PUT('/api/v1/centres/{code}/operators/{id}/absence', { params: { path, header }, body }));
    }
    case 'end-absence':
      return bodyOf(api.DELETE('/api/v1/centres/{code}/operators/{id}/absence', { params: { path, header } }));
  }
}

function sendToStaff(change: StaffChange, key: string): Promise<TeamMember> {
  const header = idempotencyHeader(key);
  switch (change.action) {
    case 'invite': {
      const body = change.invitation as Schemas['InviteStaffInput'];
      return bodyOf(api.POST('/api/v1/staff', { params: { header }, body }));
    }
    case 'suspend':
    case 'reinstate': {
      const params = { path: { id: change.id }, header };
      return bodyOf(api.POST(`/api/v1/staff/{id}/${change.action}`, { params, body: reasonBody(change.reason) }));
    }
    case 'remove': {
      const params = { path: { id: change.id }, header: Object.assign(reasonHeader(change.reason), header) };
      return bodyOf(api.DELETE('/api/v1/staff/{id}', { params }));
    }
    case 'roles': {
      const body = { roles: change.roles as Schemas['StaffRolesInput']['roles'] };
      return bodyOf(api.PATCH('/api/v1/staff/{id}', { params: { path: { id: change.id }, header }, body }));
    }
    default:
      throw new Error('Who works for the platform is away from no centre.');
  }
}
