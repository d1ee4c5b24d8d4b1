import { isPersonName } from '@cups/application';
import type { Language } from '@cups/application';
import { RULE_TEXTS } from '@cups/application/texts';
import type { TeamMember } from '../api/types.ts';
import type { Text } from '../language/text.ts';
import { TEAM } from '../texts/team.ts';
import { FIELDS } from '../texts/visit-fields.ts';
import { typedIdnp } from '../visit/typed/idnp.ts';
import { hasCyrillic, mendedName } from '../visit/typed/names.ts';
import type { Of } from './reads.ts';
import type { Invitation } from './writes.ts';

/** An invitation while it is typed. */
export interface Typed {
  /** As it is shown, with its spaces. */
  idnp: string;
  familyName: string;
  givenName: string;
  roles: TeamMember['roles'];
  /** agencies/{code}, or '' while nobody chose. */
  agency: string;
  language: Language;
}

/** Where there is one role to give, nobody has to choose it. */
export function freshInvite(offered: TeamMember['roles']): Typed {
  const roles = offered.length === 1 ? offered : [];
  return { idnp: '', familyName: '', givenName: '', roles, agency: '', language: 'ro' };
}

/** What is to be mended before it is sent, each with the id of its control. */
export function faultsOf(typed: Typed, of: Of): { id: string; says: Text }[] {
  const { state } = typedIdnp(typed.idnp);
  const isClerk = of === 'staff' && typed.roles.includes('agency-clerk');
  const faults: [id: string, says: Text | false][] = [
    ['idnp', state !== 'right' && (state === 'wrong' ? FIELDS.idnpWrong : FIELDS.idnpShort)],
    ['familyName', nameFault(typed.familyName)],
    ['givenName', nameFault(typed.givenName)],
    ['roles', typed.roles.length === 0 && TEAM.rolesNeeded],
    ['roles', isClerk && typed.roles.length > 1 && TEAM.clerkAlone],
    ['agency', isClerk && typed.agency === '' && TEAM.agencyNeeded],
  ];
  return faults.flatMap(([id, says]) => (says ? [{ id, says }] : []));
}

function nameFault(name: string): Text | false {
  if (name.trim() === '') return TEAM.nameNeeded;
  if (!isPersonName(mendedName(name))) return RULE_TEXTS.PERSON_NAME;
  return hasCyrillic(name) && FIELDS.cyrillic;
}

/** As it is sent. */
export function invitationOf({ idnp, familyName, givenName, roles, agency, language }: Typed): Invitation {
  const invitation: Invitation = {
    idnp: typedIdnp(idnp).digits,
    familyName: mendedName(familyName),
    givenName: mendedName(givenName),
    roles,
    language,
  };
  if (roles.includes('agency-clerk')) invitation.agency = agency;
  return invitation;
}
