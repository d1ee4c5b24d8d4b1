import type { AgencyBridgeServiceDefinition } from '@cups/contracts/gen/cups/agencybridge/v1/AgencyBridgeService.ts';
import type { Delivery } from '@cups/contracts/gen/cups/agencybridge/v1/Delivery.ts';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import type { Rpcs } from '@cups/rpc';
import type { OperationRow } from './operation-row.ts';

/** Responses about the page of an agency, and the operations that call for them. */

const ID = '01JDZ3V7Q8R9S0T1V2W3X4Y5Z6';
const APPLICATION = `applications/${ID}`;
const DELIVERY = `deliveries/${ID}-asp`;
const MORNING = { seconds: String(Date.parse('2026-11-24T08:00:00Z') / 1000), nanos: 0 };
const ACKNOWLEDGED = { application: APPLICATION, submission: 1 };

const inPage = {
  name: DELIVERY,
  application: APPLICATION,
  agency: 'agencies/asp',
  centre: 'centres/CU-001',
  state: 'DELIVERY_STATE_SENT',
  submission: 1,
  queueTime: MORNING,
  sendTime: MORNING,
  stage: 'AGENCY_STAGE_TO_ACKNOWLEDGE',
  publicService: 'publicServices/criminal-record',
  dueDate: '2026-12-01',
  expectedDecisionDate: '2026-12-18',
} as const satisfies Delivery;

export const AGENCY_PAGE_BRIDGE: Pick<
  Rpcs<AgencyBridgeServiceDefinition>,
  'ListAgencyQueue' | 'GetAgencyDelivery' | 'AssignDelivery' | 'CreateReply'
> = {
  ListAgencyQueue: () =>
    Promise.resolve({
      deliveries: [inPage],
      counts: [{ stage: 'AGENCY_STAGE_TO_ACKNOWLEDGE', count: 1 }],
      nextPageToken: 'next',
    }),
  GetAgencyDelivery: () => Promise.resolve({ delivery: inPage }),
  AssignDelivery: ({ assignee }) => Promise.resolve({ delivery: { ...inPage, assignee } }),
  CreateReply: () => Promise.resolve({ delivery: { ...inPage, agencyReference: 'A-1' }, changes: ['TEXT_CUT'] }),
};

const title = { ro: 'Cazier judiciar', ru: 'Справка о судимости', en: 'Criminal record' };

export const AGENCY_PAGE_INTAKE: Pick<
  Rpcs<IntakeServiceDefinition>,
  'GetAgencyApplication' | 'ListAgencyApplicants'
> = {
  GetAgencyApplication: () =>
    Promise.resolve({
      name: APPLICATION,
      state: 'STATE_SUBMITTED',
      ownApplication: false,
      submissions: [],
      actions: [],
    }),
  ListAgencyApplicants: ({ names }) =>
    Promise.resolve({
      applicants: names.map((application) => ({
        application,
        givenName: 'Ion',
        familyName: 'Rusu',
        serviceTitle: title,
      })),
    }),
};

const REPLY = { type: 'md.cups.reply.acknowledged.v1', content: ACKNOWLEDGED };

export const AGENCY_PAGE_ROWS: OperationRow[] = [
  [
    'listAgencyQueue',
    'GET',
    '/api/v1/agency-queue?stage=to-acknowledge&pageSize=20',
    undefined,
    200,
    'ListAgencyQueue',
    { stage: 'AGENCY_STAGE_TO_ACKNOWLEDGE', pageSize: 20 },
  ],
  ['getAgencyDelivery', 'GET', `/api/v1/${DELIVERY}`, undefined, 200, 'GetAgencyDelivery', { name: DELIVERY }],
  [
    // To a colleague: see agency-workload.test.ts.
    'assignDelivery',
    'POST',
    `/api/v1/${DELIVERY}/assign`,
    {},
    200,
    'AssignDelivery',
    { name: DELIVERY, assignee: '' },
  ],
  [
    'createReply',
    'POST',
    `/api/v1/${DELIVERY}/replies`,
    REPLY,
    201,
    'CreateReply',
    { delivery: DELIVERY, type: REPLY.type, content: Buffer.from(JSON.stringify(ACKNOWLEDGED)) },
  ],
];
