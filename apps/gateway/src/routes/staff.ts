import { resourceName } from '@cups/contracts';
import { toProtoEnum } from '@cups/contracts/proto';
import type { DomainEnumValue } from '@cups/contracts/proto';
import { Problem, violation } from '@cups/problem';
import type { Role__Output } from '@cups/contracts/gen/cups/identity/v1/Role.ts';
import type { StaffMember__Output } from '@cups/contracts/gen/cups/identity/v1/StaffMember.ts';
import type { CallContext } from '@cups/rpc';
import * as convert from '../convert.ts';
import type { HandlerResponse, HandlerRequest, Handler } from '../http/handler.ts';
import type { ServiceClients, QueryParams } from '../clients.ts';
import { resolveName, listHandler, requirePresent } from './handler-factories.ts';

/** Staff of centres, agencies and the platform. `/staff` is the whole person; a centre's path is one workplace. */

interface StaffChange {
  requestId: string;
  name: string;
  centre: string;
  reason?: string | undefined;
}
type StaffWriteResult = { member: StaffMember__Output | null; replayed: boolean };

type RoleCode = DomainEnumValue<'ROLE_', Role__Output>;

interface InviteBody {
  idnp: string;
  givenName: string;
  familyName: string;
  roles: RoleCode[];
  agency?: string;
  language?: string;
}

export function staffRoutes({ identity }: ServiceClients): Record<string, Handler> {
  /** Returns the handler of a staff change. The reason is in the body, or in the header without a body. */
  const changeHandler =
    <More>(
      rpc: (request: StaffChange & More, context: CallContext) => Promise<StaffWriteResult>,
      requestFields: (body: never) => More = () => ({}) as More,
    ): Handler =>
    async (request) => {
      const { reason = decodeReason(request) } = (request.body ?? {}) as { reason?: string };
      const rpcRequest = Object.assign(
        { requestId: request.requestId, reason },
        staffTarget(request),
        requestFields((request.body ?? {}) as never),
      );
      return staffResponse(await rpc(rpcRequest, request.context));
    };
  const invite: Handler = async ({ params, requestId, body, context }) => {
    const { roles, ...person } = body as InviteBody;
    const rpcRequest = {
      requestId,
      centre: centreName(params),
      roles: roles.map((role) => toProtoEnum('ROLE_', role)),
    };
    const response = await identity.inviteOperator(Object.assign(rpcRequest, person), context);
    const id = convert.idOf(requirePresent(response.member).name);
    const collection = params['code'] === undefined ? '/api/v1/staff' : `/api/v1/centres/${params['code']}/operators`;
    return staffResponse(response, { status: 201, headers: { Location: `${collection}/${id}` } });
  };
  const read: Handler = async (request) => {
    const { member } = await identity.getOperator(
      Object.assign(staffTarget(request), { reason: decodeReason(request) }),
      request.context,
    );
    return { body: convert.teamMemberJson(requirePresent(member)) };
  };
  const history: Handler = async (request) => {
    const rpcRequest = Object.assign(staffTarget(request), { reason: decodeReason(request) });
    const { actions } = await identity.listOperatorActions(rpcRequest, request.context);
    return { body: { actions: actions.map(convert.operatorActionJson) } };
  };
  const setRoles = changeHandler(identity.updateOperatorRoles, ({ roles }: { roles: RoleCode[] }) => ({
    roles: roles.map((role) => toProtoEnum('ROLE_', role)),
  }));
  const suspend = changeHandler(identity.suspendOperator);
  const reinstate = changeHandler(identity.reinstateOperator);
  const remove = changeHandler(identity.removeOperator);

  return {
    listCentreOperators: listStaffHandler(identity.listCentreOperators, ({ former = false }) => ({ former })),
    inviteOperator: invite,
    getCentreOperator: read,
    updateOperatorRoles: setRoles,
    removeOperator: remove,
    suspendOperator: suspend,
    reinstateOperator: reinstate,
    setAbsence: changeHandler(identity.setAbsence, ({ from, to, standIn }: AbsenceBody) => ({
      absence: { fromDate: from, toDate: to, standIn: standIn ?? '' },
    })),
    endAbsence: changeHandler(identity.setAbsence),
    listOperatorActions: history,
    listStaff: listStaffHandler(identity.listStaff),
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

type StaffPage = { members: StaffMember__Output[]; nextPageToken: string };

function listStaffHandler(
  rpc: (
    request: { centre: string; reason: string | undefined; former?: boolean; pageSize?: number; pageToken?: string },
    context: CallContext,
  ) => Promise<StaffPage>,
  requestFields: (query: QueryParams) => { former?: boolean } = () => ({}),
): Handler {
  return (request) =>
    listHandler(rpc, 'members', convert.teamMemberJson, (query) =>
      Object.assign({ centre: centreName(request.params), reason: decodeReason(request) }, requestFields(query)),
    )(request);
}

function staffTarget({ params }: HandlerRequest): { name: string; centre: string } {
  return { name: resourceName('operators', params['id']!), centre: centreName(params) };
}

const centreName = (params: HandlerRequest['params']): string => resolveName('centres', params['code']) ?? '';

/** Decodes the reason header. @throws Problem INVALID_ARGUMENT for invalid percent-encoded UTF-8 */
function decodeReason({ reason }: HandlerRequest): string | undefined {
  try {
    return reason === undefined ? undefined : decodeURIComponent(reason);
  } catch {
    const violations = [Object.assign(violation('/Cups-Reason', 'PATTERN'), { in: 'header' as const })];
    throw new Problem({ reason: 'INVALID_ARGUMENT', message: 'The reason is not percent-encoded.', violations });
  }
}

function staffResponse(
  { member, replayed }: StaffWriteResult,
  { status = 200, headers = {} }: HandlerResponse = {},
): HandlerResponse {
  const replay = replayed ? { 'Idempotent-Replayed': 'true' } : {};
  return { status, headers: Object.assign({}, headers, replay), body: convert.teamMemberJson(requirePresent(member)) };
}
