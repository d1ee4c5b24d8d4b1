import { nameOf } from '@cups/contracts';
import { enumWord } from '@cups/contracts/proto';
import type { EnumValue } from '@cups/contracts/proto';
import { Problem, violation } from '@cups/problem';
import type { Role__Output } from '@cups/contracts/gen/cups/identity/v1/Role.ts';
import type { StaffMember__Output } from '@cups/contracts/gen/cups/identity/v1/StaffMember.ts';
import type { CallContext } from '@cups/rpc';
import * as convert from '../convert.ts';
import type { Answer, Call, Handler } from '../http/handler.ts';
import type { Neighbours, Query } from '../neighbours.ts';
import { full, list, whole } from './shapes.ts';

/** Who works at a centre, for the platform and at agencies, asked of identity. `/staff` is the whole person, a centre a place. */

interface Asked {
  requestId: string;
  name: string;
  centre: string;
  why?: string | undefined;
}
type Written = { member: StaffMember__Output | null; replayed: boolean };

type RoleWord = EnumValue<'ROLE_', Role__Output>;

interface PersonBody {
  idnp: string;
  givenName: string;
  familyName: string;
  roles: RoleWord[];
  agency?: string;
  language?: string;
}

export function staffRoutes({ identity }: Neighbours): Record<string, Handler> {
  /** A change of somebody: why it is done stands in the body, or in the header where there is none. */
  const change =
    <More>(
      rpc: (request: Asked & More, context: CallContext) => Promise<Written>,
      more: (body: never) => More = () => ({}) as More,
    ): Handler =>
    async (call) => {
      const { why = whyIn(call) } = (call.body ?? {}) as { why?: string };
      const request = Object.assign({ requestId: call.requestId, why }, whom(call), more((call.body ?? {}) as never));
      return written(await rpc(request, call.context));
    };
  const invite: Handler = async ({ params, requestId, body, context }) => {
    const { roles, ...person } = body as PersonBody;
    const asked = { requestId, centre: centreOf(params), roles: roles.map((role) => enumWord('ROLE_', role)) };
    const made = await identity.inviteOperator(Object.assign(asked, person), context);
    const id = convert.idOf(whole(made.member).name);
    const collection = params['code'] === undefined ? '/api/v1/staff' : `/api/v1/centres/${params['code']}/operators`;
    return written(made, { status: 201, headers: { Location: `${collection}/${id}` } });
  };
  const read: Handler = async (call) => {
    const { member } = await identity.getOperator(Object.assign(whom(call), { reason: whyIn(call) }), call.context);
    return { body: convert.teamMemberJson(whole(member)) };
  };
  const history: Handler = async (call) => {
    const asked = Object.assign(whom(call), { reason: whyIn(call) });
    const { actions } = await identity.listOperatorActions(asked, call.context);
    return { body: { actions: actions.map(convert.operatorActionJson) } };
  };
  const setRoles = change(identity.updateOperatorRoles, ({ roles }: { roles: RoleWord[] }) => ({
    roles: roles.map((role) => enumWord('ROLE_', role)),
  }));
  const suspend = change(identity.suspendOperator);
  const reinstate = change(identity.reinstateOperator);
  const remove = change(identity.removeOperator);

  return {
    listCentreOperators: listing(identity.listCentreOperators, ({ former = false }) => ({ former })),
    inviteOperator: invite,
    getCentreOperator: read,
    updateOperatorRoles: setRoles,
    removeOperator: remove,
    suspendOperator: suspend,
    reinstateOperator: reinstate,
    setAbsence: change(identity.setAbsence, ({ from, to, standIn }: AbsenceBody) => ({
      absence: { fromDate: from, toDate: to, standIn: standIn ?? '' },
    })),
    endAbsence: change(identity.setAbsence),
    listOperatorActions: history,
    listStaff: listing(identity.listStaff),
    inviteStaff: invite,
    getStaff: read,
    updateStaffRoles: setRoles,
    removeStaff: remove,
    suspendStaff: suspend,
    reinstateStaff: reinstate,
    listStaffActions: history,
  };
}

interface AbsenceBody {
  from: string;
  to: string;
  standIn?: string;
}

type Page = { members: StaffMember__Output[]; nextPageToken: string };

/** A page of members, of a centre or of the platform. */
function listing(
  rpc: (
    request: { centre: string; reason: string | undefined; former?: boolean; pageSize?: number; pageToken?: string },
    context: CallContext,
  ) => Promise<Page>,
  more: (query: Query) => { former?: boolean } = () => ({}),
): Handler {
  return (call) =>
    list(rpc, 'members', convert.teamMemberJson, (query) =>
      Object.assign({ centre: centreOf(call.params), reason: whyIn(call) }, more(query)),
    )(call);
}

function whom({ params }: Call): { name: string; centre: string } {
  return { name: nameOf('operators', params['id']!), centre: centreOf(params) };
}

const centreOf = (params: Call['params']): string => full('centres', params['code']) ?? '';

/** What the header says, in words. @throws Problem INVALID_ARGUMENT for what is not percent-encoded UTF-8 */
function whyIn({ why }: Call): string | undefined {
  try {
    return why === undefined ? undefined : decodeURIComponent(why);
  } catch {
    const violations = [Object.assign(violation('/X-Cups-Reason', 'PATTERN'), { in: 'header' as const })];
    throw new Problem({ reason: 'INVALID_ARGUMENT', message: 'The reason is not percent-encoded.', violations });
  }
}

function written({ member, replayed }: Written, { status = 200, headers = {} }: Answer = {}): Answer {
  const replay = replayed ? { 'Idempotent-Replayed': 'true' } : {};
  return { status, headers: Object.assign({}, headers, replay), body: convert.teamMemberJson(whole(member)) };
}
