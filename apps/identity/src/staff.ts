import { newUlid } from '@cups/contracts/node';
import { isProblem, Problem } from '@cups/problem';
import type { Cause, Documents } from '@cups/store';
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
import { entriesOfStaff } from './staff-journal.ts';
import type { StoredOperator, StoredTeam } from './store.ts';

/** A position at a centre, the platform or an agency. */
export type StaffPosition = { centre: string; roles: CentreRole[] } | ({ centre?: undefined } & PlatformPosition);

/** A person to invite. */
export interface Invitee {
  idnp: string;
  givenName: string;
  familyName: string;
  language: string;
}

/** The audit data and the request of an invitation, and the change for a person whom the platform already knows. */
export interface Invitation {
  audit: AuditInfo;
  cause: Cause;
  join: (known: StoredOperator) => StoredOperator;
}

export interface StaffRepositoryParts {
  operators: Documents<StoredOperator>;
  teams: Documents<StoredTeam>;
  persons: PersonNumbers;
  /** Whether operators can work at the centre, so that it must have a manager. */
  isOpen: (centre: string) => boolean;
  /** Whether the person can sign in on this platform, and so lead a team. */
  canLead: (staff: Staff) => boolean;
  now: () => Date;
}

export interface StaffWriteResult {
  operator: StoredOperator;
  /** The previous document; undefined for a new person and for a replay. */
  before: StoredOperator | undefined;
  replayed: boolean;
}

/** The stored staff: one document per person, one write per change. */
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

  /** Returns the person with this number, whatever their status. */
  findByIdnp(idnp: string): Promise<StoredOperator | undefined> {
    const { operators, persons } = this.#parts;
    return operators.findOne({ 'person.hash': { $in: persons.hashes(idnp) } }, { scope: 'service' });
  }

  /** Returns the display names of the known IDs. */
  async findDisplayNames(ids: string[]): Promise<Map<string, string>> {
    const projection = { displayName: 1 as const };
    const found = await this.#parts.operators.find({ _id: { $in: ids } }, { scope: 'service', projection });
    return new Map(found.flatMap(({ _id, displayName }) => (displayName ? [[_id, displayName] as const] : [])));
  }

  /** Removes stand-ins who no longer work at the centre from the absences. */
  async dropFormerStandIns<S extends StoredOperator>(found: S[], centre: string): Promise<S[]> {
    const named = found.flatMap((operator) => findWorkplace(operator, centre)?.absence?.standIn ?? []);
    if (named.length === 0) return found;
    const standIns = await this.#parts.operators.find({ _id: { $in: named } }, { scope: 'service' });
    const working = new Set(standIns.filter((standIn) => isActiveAt(standIn, centre)).map(({ _id }) => _id));
    return found.map((operator) => withoutFormerStandIn(operator, centre, (id) => !working.has(id)));
  }

  /** Returns one page of the matching operators, ordered by ID. */
  page(filter: object, paging: { pageSize: number; pageToken: string; tokenArguments: unknown }) {
    return this.#parts.operators.list(
      Object.assign({ scope: 'platform' as const, filter, order: 'asc' as const }, paging),
    );
  }

  /**
   * Records a sign-in at a centre, or at none. An invited person becomes active; the invitation to this centre ends.
   * @param check throws if the person cannot sign in
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
   * Changes a person. Despite concurrent changes, an open centre keeps a manager and the platform a supervisor.
   * @param decide pure; returns the same object if nothing changes
   * @throws Problem NOT_FOUND, LAST_MANAGER, LAST_SUPERVISOR, CONTENTION; errors of `decide` and of the store
   */
  async change(id: string, cause: Cause, decide: (staff: StoredOperator) => StoredOperator): Promise<StaffWriteResult> {
    const { operators, now } = this.#parts;
    let before: StoredOperator | undefined;
    const options = { scope: 'platform' as const, cause, now: now() };
    const { document, outcome } = await operators.update(id, options, {
      read: (staff) => this.#recordDepartures(staff, decide(staff)),
      decide: (staff) => {
        before = staff;
        const next = decide(staff);
        return { document: next, events: entriesOfStaff(staff, next) };
      },
    });
    if (outcome === 'applied' && before) await this.#withdrawDepartures(before, document);
    return { operator: document, before, replayed: outcome === 'replayed' };
  }

  /**
   * Gives a person a position. Creates an unknown person; a known one gets the position in addition.
   * @throws Problem of `invitation.join` and of {@link change}
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
      // A concurrent call invited the same person.
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
    const _id = newUlid(audit.time).toLowerCase();
    const draft = {
      _id,
      person: await persons.seal(person.idnp, _id),
      ...withPosition(createStaff(person, audit), position, audit),
    };
    const events = entriesOfStaff({ history: [] }, draft);
    const options = { scope: 'platform' as const, cause, events, now: audit.time };
    const { document, replayed } = await operators.create(draft, options);
    return { operator: document, before: undefined, replayed };
  }

  /** Records the departure in each team that loses this leader. @throws Problem LAST_MANAGER, LAST_SUPERVISOR */
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
          changeDepartures: (departures, ids) =>
            addDeparture(departures, { operator: staff._id, time: now() }, { team, ids }),
        });
        recorded.push(team);
      }
    } catch (error) {
      for (const team of recorded) await this.#withdrawDeparture(team, staff._id);
      throw error;
    }
  }

  /** Withdraws the departures from teams that the person leads again. */
  async #withdrawDepartures(before: Staff, after: StoredOperator): Promise<void> {
    const led = new Set(findLedTeams(before));
    for (const team of findLedTeams(after).filter((current) => !led.has(current)))
      await this.#withdrawDeparture(team, after._id);
  }

  #withdrawDeparture(team: string, id: string): Promise<void> {
    return this.#updateTeam(team, {
      read: () => Promise.resolve([]),
      changeDepartures: (departures) =>
        departures.some(({ operator }) => operator === id) ? removeDeparture(departures, id) : departures,
    });
  }

  async #updateTeam(
    name: string,
    work: {
      read: () => Promise<string[]>;
      changeDepartures: (departures: LeaderDeparture[], leaders: string[]) => LeaderDeparture[];
    },
  ): Promise<void> {
    const { teams, now } = this.#parts;
    const initial = { _id: name, departures: [] };
    await teams.update(
      name,
      { scope: 'service', cause: {}, now: now(), initial },
      {
        read: work.read,
        decide: (team, leaders) => {
          const departures = work.changeDepartures(team.departures, leaders);
          return { document: departures === team.departures ? team : { ...team, departures }, events: [] };
        },
      },
    );
  }

  async #findLeaders(team: string): Promise<string[]> {
    const { operators, canLead } = this.#parts;
    const candidates = team === PLATFORM_TEAM ? { platformRoles: 'supervisor' } : { 'workplaces.centre': team };
    const found = await operators.find(candidates, { scope: 'service' });
    return found.filter((operator) => canLead(operator) && findLedTeams(operator).includes(team)).map(({ _id }) => _id);
  }
}

/** Adds a position. @throws Problem ALREADY_EXISTS, ROLES_CONFLICT */
export function withPosition<S extends Staff>(staff: S, position: StaffPosition, audit: AuditInfo): S {
  return position.centre === undefined
    ? withPlatformPosition(staff, position, audit)
    : withWorkplace(staff, position.centre, position.roles, audit);
}

/** Creates a person without any position. */
export function createStaff({ givenName, familyName, language }: Invitee, { actor, time }: AuditInfo): Staff {
  return {
    givenName,
    familyName,
    displayName: `${givenName} ${familyName}`,
    language,
    workplaces: [],
    platformRoles: [],
    status: 'invited',
    invitedBy: resolveInviter(actor),
    inviteTime: time,
    history: [],
  };
}

/** Returns the inviting operator; undefined for the ops CLI. */
export const resolveInviter = (actor: string): string | undefined =>
  actor.startsWith('operators/') ? actor : undefined;

/** @throws Problem NOT_FOUND */
export function assertFound<T>(found: T | undefined): T {
  if (!found) throw new Problem({ reason: 'NOT_FOUND', message: 'Operator not found.' });
  return found;
}
