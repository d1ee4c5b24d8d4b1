import { isPersonName } from '@cups/application';
import type { Language } from '@cups/application';
import { RULE_TEXTS } from '@cups/application/texts';
import type { TeamMember } from '../api/types.ts';
import type { Text } from '../language/messages.ts';
import { TEAM } from '../texts/team.ts';
import { FIELDS } from '../texts/visit-fields.ts';
import { numberError, parseIdnp } from '../visit/inputs/idnp.ts';
import { hasCyrillic, normalizeName } from '../visit/inputs/names.ts';
import type { TeamScope } from './queries.ts';
import type { Invitation } from './staff-changes.ts';

export interface InvitationForm {
  /** Formatted, with spaces. */
  idnp: string;
  familyName: string;
  givenName: string;
  roles: TeamMember['roles'];
  /** agencies/{code}, or '' while none is chosen. */
  agency: string;
  language: Language;
}

/** A single assignable role is preselected. */
export function emptyInvitation(offered: TeamMember['roles']): InvitationForm {
  const roles = offered.length === 1 ? offered : [];
  return { idnp: '', familyName: '', givenName: '', roles, agency: '', language: 'ro' };
}

/** Returns the errors of the form, each with the ID of its control. */
export function validateInvitation(form: InvitationForm, scope: TeamScope): { id: string; message: Text }[] {
  const idnp = parseIdnp(form.idnp);
  const isClerk = scope === 'staff' && form.roles.includes('agency-clerk');
  const errors: [id: string, message: Text | false][] = [
    ['idnp', idnp.state !== 'right' && (numberError(idnp) ?? FIELDS.idnpShort)],
    ['familyName', validateName(form.familyName)],
    ['givenName', validateName(form.givenName)],
    ['roles', form.roles.length === 0 && TEAM.rolesNeeded],
    ['roles', isClerk && form.roles.length > 1 && TEAM.clerkAlone],
    ['agency', isClerk && form.agency === '' && TEAM.agencyNeeded],
  ];
  return errors.flatMap(([id, message]) => (message ? [{ id, message }] : []));
}

function validateName(name: string): Text | false {
  if (name.trim() === '') return TEAM.nameNeeded;
  if (!isPersonName(normalizeName(name))) return RULE_TEXTS.PERSON_NAME;
  return hasCyrillic(name) && FIELDS.cyrillic;
}

export function toInvitation({ idnp, familyName, givenName, roles, agency, language }: InvitationForm): Invitation {
  const invitation: Invitation = {
    idnp: parseIdnp(idnp).digits,
    familyName: normalizeName(familyName),
    givenName: normalizeName(givenName),
    roles,
    language,
  };
  if (roles.includes('agency-clerk')) invitation.agency = agency;
  return invitation;
}
