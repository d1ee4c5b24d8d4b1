import type { OperationRow } from './operation-row.ts';

/** The staff operations with their RPCs, at a centre and for the whole person. */

const CENTRE_PATH = '/api/v1/centres/CU-001/operators';
const STAFF_PATH = '/api/v1/staff';
const PERSON = { idnp: '2900900000008', givenName: 'Ana', familyName: 'Exemplu' };
const target = (centre: string, more: object = {}) => Object.assign({ name: 'operators/ana', centre }, more);

/** Returns the rows at a centre and for the whole person. */
const centreAndStaffRows = (
  [ofCentre, ofStaff]: [string, string],
  method: string,
  under: string,
  [body, call, more]: [unknown, string, object],
): OperationRow[] => [
  [ofCentre, method, `${CENTRE_PATH}/ana${under}`, body, 200, call, target('centres/CU-001', more)],
  [ofStaff, method, `${STAFF_PATH}/ana${under}`, body, 200, call, target('', more)],
];

export const STAFF_ROWS: OperationRow[] = [
  [
    'listCentreOperators',
    'GET',
    `${CENTRE_PATH}?pageSize=9&former=true`,
    undefined,
    200,
    'ListCentreOperators',
    { centre: 'centres/CU-001', former: true },
  ],
  ['listStaff', 'GET', STAFF_PATH, undefined, 200, 'ListStaff', { pageSize: 0 }],
  [
    'inviteOperator',
    'POST',
    CENTRE_PATH,
    Object.assign({ roles: ['specialist'] }, PERSON),
    201,
    'InviteOperator',
    Object.assign({ centre: 'centres/CU-001', roles: ['ROLE_SPECIALIST'] }, PERSON),
  ],
  [
    'inviteStaff',
    'POST',
    STAFF_PATH,
    Object.assign({ roles: ['agency-clerk'], agency: 'agencies/asp' }, PERSON),
    201,
    'InviteOperator',
    Object.assign({ centre: '', roles: ['ROLE_AGENCY_CLERK'], agency: 'agencies/asp' }, PERSON),
  ],
  ...centreAndStaffRows(['getCentreOperator', 'getStaff'], 'GET', '', [undefined, 'GetOperator', {}]),
  ...centreAndStaffRows(['listOperatorActions', 'listStaffActions'], 'GET', '/history', [
    undefined,
    'ListOperatorActions',
    {},
  ]),
  ...centreAndStaffRows(['removeOperator', 'removeStaff'], 'DELETE', '', [undefined, 'RemoveOperator', {}]),
  ...centreAndStaffRows(['suspendOperator', 'suspendStaff'], 'POST', '/suspend', [
    { reason: 'Leave' },
    'SuspendOperator',
    { reason: 'Leave' },
  ]),
  ...centreAndStaffRows(['reinstateOperator', 'reinstateStaff'], 'POST', '/reinstate', [
    undefined,
    'ReinstateOperator',
    {},
  ]),
  [
    'updateOperatorRoles',
    'PATCH',
    `${CENTRE_PATH}/ana`,
    { roles: ['centre-manager'], reason: 'Leads' },
    200,
    'UpdateOperatorRoles',
    target('centres/CU-001', { roles: ['ROLE_CENTRE_MANAGER'], reason: 'Leads' }),
  ],
  [
    'updateStaffRoles',
    'PATCH',
    `${STAFF_PATH}/ana`,
    { roles: [] },
    200,
    'UpdateOperatorRoles',
    target('', { roles: [] }),
  ],
  [
    'setAbsence',
    'PUT',
    `${CENTRE_PATH}/ana/absence`,
    { from: '2026-08-03', to: '2026-08-14', standIn: 'operators/ion' },
    200,
    'SetAbsence',
    target('centres/CU-001', { absence: { fromDate: '2026-08-03', toDate: '2026-08-14', standIn: 'operators/ion' } }),
  ],
  [
    'endAbsence',
    'DELETE',
    `${CENTRE_PATH}/ana/absence`,
    undefined,
    200,
    'SetAbsence',
    target('centres/CU-001', { absence: null }),
  ],
];

/** A staff member as identity returns it. */
const member = {
  name: 'operators/ana',
  givenName: 'Ana',
  familyName: 'Exemplu',
  displayName: 'Ana Exemplu',
  roles: ['ROLE_SPECIALIST' as const],
  status: 'STAFF_STATUS_ACTIVE' as const,
  suspended: false,
  idnpLastDigits: '0008',
  language: 'ro',
  absence: { fromDate: '2026-08-03', toDate: '2026-08-14', standIn: 'operators/ion' },
  inviteTime: { seconds: '1790000000', nanos: 0 },
  centre: 'centres/CU-001',
};
const time = { seconds: '1790000000', nanos: 0 };
const changeResponse = () => Promise.resolve({ member, replayed: false });
const listResponse = () => Promise.resolve({ members: [member], nextPageToken: 'next' });

/** Identity's responses about staff. */
export const STAFF_RESPONSES = {
  ListCentreOperators: listResponse,
  ListStaff: listResponse,
  GetOperator: () => Promise.resolve({ member }),
  ListOperatorActions: () =>
    Promise.resolve({
      actions: [{ time, actor: 'operators/supervisor', action: 'invited', roles: ['ROLE_SPECIALIST' as const] }],
    }),
  InviteOperator: changeResponse,
  UpdateOperatorRoles: changeResponse,
  SuspendOperator: changeResponse,
  ReinstateOperator: changeResponse,
  RemoveOperator: changeResponse,
  SetAbsence: changeResponse,
};
