import { isProblem, Problem } from '@cups/problem';
import type { Cause, Documents } from '@cups/store';
import { ulid } from 'ulid';
import { addDeparture, PLATFORM_TEAM, removeDeparture } from './domain/team-leadership.ts';
import type { LeaderDeparture } from './domain/team-leadership.ts';
import {
  withPlatformPosition,
  withWorkplace,
  findWorkplace,
  withSignIn,
  findLedTeams,
  withoutFormerStandIn,
  isActiveAt,
} from './domain/staff.ts';
import type { CentreRole, AuditInfo, PlatformPosition, Staff } from './domain/staff.ts';
import type { PersonNumbers } from './person-numbers.ts';
import type { StoredOperator, StoredTeam } from './store.ts';

/** Where somebody is to work: at a centre, or for the platform or an agency. */
export type StaffPosition = { centre: string; roles: CentreRole[] } | ({ centre?: undefined } & PlatformPosition);

/** Somebody to be invited. */
export interface Invitee {
  idnp: string;
  givenName: string;
  familyName: string;
  language: string;
}

/** Who invites, in which request, and what becomes of a person whom the platform knows. */
export interface Invitation {
  audit: AuditInfo;
  cause: Cause;
  join: (known: StoredOperator) => StoredOperator;
}

export interface StaffRepositoryParts {
  operators: Documents<StoredOperator>;
  teams: Documents<StoredTeam>;
  persons: PersonNumbers;
  /** Whether somebody works at the centre now, so that it must have a manager. */
  isOpen: (centre: string) => boolean;
  /** Whether somebody can sign in here at all, and so be the one who leads a team. */
  canLead: (staff: Staff) => boolean;
  now: () => Date;
}

export interface StaffWriteResult {
  operator: StoredOperator;
  /** As it was before; undefined for somebody who is new, and for a repeat. */
  before: StoredOperator | undefined;
  replayed: boolean;
}

/** The staff as the store has it: one document a person, and each change is one write. */
export class StaffRepository {
  readonly persons: PersonNumbers;
  readonly #parts: StaffRepositoryParts;

  constructor(parts: StaffRepositoryParts) {
    this.#parts = parts;
    this.persons = parts.persons;
  }

  get(id: string): Promise<StoredOperator | undefined> {
    return this.#parts.operators.get(id, { scope: 'service' });
  }

  /** Who has this personal number, whatever has become of them. */
  findByIdnp(idnp: string): Promise<StoredOperator | undefined> {
    const { operators, persons } = this.#parts;
    return operators.findOne({ 'person.hash': { $in: persons.hashes(idnp) } }, { scope: 'service' });
  }

  /** Names for people of those that are known. */
  async findDisplayNames(ids: string[]): Promise<Map<string, string>> {
    const projection = { displayName: 1 as const };
    const found = await this.#parts.operators.find({ _id: { $in: ids } }, { scope: 'service', projection });
    return new Map(found.flatMap(({ _id, displayName }) => (displayName ? [[_id, displayName] as const] : [])));
  }

  /** Those at a centre, without stand-ins who do not work there any more. */
  async dropFormerStandIns<S extends StoredOperator>(found: S[], centre: string): Promise<S[]> {
    const named = found.flatMap((one) => findWorkplace(one, centre)?.absence?.standIn ?? []);
    if (named.length === 0) return found;
    const there = await this.#parts.operators.find({ _id: { $in: named } }, { scope: 'service' });
    const working = new Set(there.filter((one) => isActiveAt(one, centre)).map(({ _id }) => _id));
    return found.map((one) => withoutFormerStandIn(one, centre, (id) => !working.has(id)));
  }

  /** A page by id of those that fit. */
  page(filter: object, paging: { pageSize: number; pageToken: string; tokenArguments: unknown }) {
    return this.#parts.operators.list(
      Object.assign({ scope: 'platform' as const, filter, order: 'asc' as const }, paging),
    );
  }

  /**
   * They are in a session at a centre, or at none: who was invited is active from now on, and awaited there no longer.
   * @param check throws when they may not
   */
  async recordSignIn(
    id: string,
    centre: string | undefined,
    check: (staff: StoredOperator) => void,
  ): Promise<StoredOperator> {
    const { operators, now } = this.#parts;
    const time = now();
    const { document } = await operators.update(id, { scope: 'service', cause: {}, now: time }, (staff) => {
      check(staff);
      return { document: withSignIn(staff, `operators/${id}`, time, centre), events: [] };
    });
    return document;
  }

  /**
   * Changes somebody. An open centre keeps a manager and the platform a supervisor, whoever else changes what at the same time.
   * @param decide pure; the same object when nothing changes
   * @throws Problem NOT_FOUND, LAST_MANAGER, LAST_SUPERVISOR, CONTENTION, what `decide` throws, and what the store throws
   */
  async change(id: string, cause: Cause, decide: (staff: StoredOperator) => StoredOperator): Promise<StaffWriteResult> {
    const { operators, now } = this.#parts;
    let before: StoredOperator | undefined;
    const options = { scope: 'platform' as const, cause, now: now() };
    const { document, outcome } = await operators.update(id, options, {
      read: (staff) => this.#recordDepartures(staff, decide(staff)),
      decide: (staff) => {
        before = staff;
        return { document: decide(staff), events: [] };
      },
    });
    if (outcome === 'applied' && before) await this.#withdrawDepartures(before, document);
    return { operator: document, before, replayed: outcome === 'replayed' };
  }

  /**
   * Somebody gets a post: who is unknown becomes one of the staff, who is known gets it beside what they have.
   * @param how.join what becomes of a person who is known; it throws when that may not be
   * @throws Problem what `join` and `change` throw
   */
  async invite(
    person: Invitee,
    position: StaffPosition,
    { audit, cause, join }: Invitation,
  ): Promise<StaffWriteResult> {
    const { operators } = this.#parts;
    const { request } = cause;
    const created = request && (await operators.findByCreateRequest(request, { scope: 'platform' }));
    if (created) return { operator: created, before: undefined, replayed: true };
    const known = await this.findByIdnp(person.idnp);
    if (known) return this.change(known._id, cause, join);
    try {
      return await this.#add(person, position, { audit, cause });
    } catch (error) {
      // Somebody else invited the same person a moment ago.
      const concurrent = isProblem(error) && error.reason === 'ALREADY_EXISTS' && (await this.findByIdnp(person.idnp));
      if (!concurrent) throw error;
      return this.change(concurrent._id, cause, join);
    }
  }

  async #add(
    person: Invitee,
    position: StaffPosition,
    { audit, cause }: Omit<Invitation, 'join'>,
  ): Promise<StaffWriteResult> {
    const { operators, persons } = this.#parts;
    const _id = ulid(audit.time.getTime()).toLowerCase();
    const draft = {
      _id,
      person: await persons.seal(person.idnp, _id),
      ...withPosition(createStaff(person, audit), position, audit),
    };
    const how = { scope: 'platform' as const, cause, events: [], now: audit.time };
    const { document, replayed } = await operators.create(draft, how);
    return { operator: document, before: undefined, replayed };
  }

  /** Says of each team that would lose somebody who leads it that they leave. @throws Problem LAST_MANAGER, LAST_SUPERVISOR */
  async #recordDepartures(staff: StoredOperator, next: StoredOperator): Promise<void> {
    const { canLead, isOpen, now } = this.#parts;
    if (!canLead(staff)) return;
    const kept = new Set(findLedTeams(next));
    const left = findLedTeams(staff).filter((team) => !kept.has(team) && (team === PLATFORM_TEAM || isOpen(team)));
    const recorded: string[] = [];
    try {
      for (const team of left) {
        await this.#updateTeam(team, {
          read: () => this.#findLeaders(team),
          leaving: (leaving, ids) => addDeparture(leaving, { operator: staff._id, time: now() }, { team, ids }),
        });
        recorded.push(team);
      }
    } catch (error) {
      for (const team of recorded) await this.#withdrawDeparture(team, staff._id);
      throw error;
    }
  }

  /** Who leads a team again counts there at once. */
  async #withdrawDepartures(before: Staff, after: StoredOperator): Promise<void> {
    const led = new Set(findLedTeams(before));
    for (const team of findLedTeams(after).filter((one) => !led.has(one)))
      await this.#withdrawDeparture(team, after._id);
  }

  #withdrawDeparture(team: string, id: string): Promise<void> {
    return this.#updateTeam(team, {
      read: () => Promise.resolve([]),
      leaving: (leaving) => (leaving.some(({ operator }) => operator === id) ? removeDeparture(leaving, id) : leaving),
    });
  }

  async #updateTeam(
    name: string,
    work: {
      read: () => Promise<string[]>;
      leaving: (leaving: LeaderDeparture[], leaders: string[]) => LeaderDeparture[];
    },
  ): Promise<void> {
    const { teams, now } = this.#parts;
    const initial = { _id: name, leaving: [] };
    await teams.update(
      name,
      { scope: 'service', cause: {}, now: now(), initial },
      {
        read: work.read,
        decide: (team, leaders) => {
          const leaving = work.leaving(team.leaving, leaders);
          return { document: leaving === team.leaving ? team : { ...team, leaving }, events: [] };
        },
      },
    );
  }

  async #findLeaders(team: string): Promise<string[]> {
    const { operators, canLead } = this.#parts;
    const there = team === PLATFORM_TEAM ? { platformRoles: 'supervisor' } : { 'places.centre': team };
    const found = await operators.find(there, { scope: 'service' });
    return found.filter((one) => canLead(one) && findLedTeams(one).includes(team)).map(({ _id }) => _id);
  }
}

/** Somebody with one post more. @throws Problem ALREADY_EXISTS, ROLES_CONFLICT */
export function withPosition<S extends Staff>(staff: S, position: StaffPosition, audit: AuditInfo): S {
  return position.centre === undefined
    ? withPlatformPosition(staff, position, audit)
    : withWorkplace(staff, position.centre, position.roles, audit);
}

/** Somebody before their first post. */
export function createStaff({ givenName, familyName, language }: Invitee, { by, time }: AuditInfo): Staff {
  return {
    givenName,
    familyName,
    displayName: `${givenName} ${familyName}`,
    language,
    places: [],
    platformRoles: [],
    status: 'invited',
    invitedBy: resolveInviter(by),
    inviteTime: time,
    history: [],
  };
}

/** Who invited somebody, as it is told: an operator; a tool is not. */
export const resolveInviter = (by: string): string | undefined => (by.startsWith('operators/') ? by : undefined);

/** @throws Problem NOT_FOUND */
export function assertFound<T>(found: T | undefined): T {
  if (!found) throw new Problem({ reason: 'NOT_FOUND', message: 'No such operator.' });
  return found;
}
