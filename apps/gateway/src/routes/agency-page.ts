import { resourceName } from '@cups/contracts';
import { toProtoEnum } from '@cups/contracts/proto';
import type { AgencyApplicant__Output } from '@cups/contracts/gen/cups/intake/v1/AgencyApplicant.ts';
import type { Delivery__Output } from '@cups/contracts/gen/cups/agencybridge/v1/Delivery.ts';
import * as convert from '../convert.ts';
import type { QueryParams, ServiceClients } from '../clients.ts';
import type { Handler, HandlerRequest } from '../http/handler.ts';
import { requirePresent, resolveName } from './handler-factories.ts';

/** The page of an agency without a system: deliveries of the bridge, with what intake has of their applications. */

interface ReplyBody {
  type: string;
  content: object;
}

export function agencyPageRoutes({
  intake,
  bridge,
}: Pick<ServiceClients, 'intake' | 'bridge'>): Record<string, Handler> {
  const deliveryOf = ({ params }: HandlerRequest): string => resourceName('deliveries', params['delivery']!);
  return {
    async listAgencyQueue({ query, context }) {
      const { stage, assignedToMe, pageSize, pageToken } = query as QueryParams;
      const request = { stage: toProtoEnum('AGENCY_STAGE_', stage), assignedToMe, pageSize, pageToken };
      const page = await bridge.listAgencyQueue(request, context);
      const names = page.deliveries.map(({ application }) => application);
      const { applicants } = await intake.listAgencyApplicants({ names }, context);
      const byApplication = new Map(applicants.map((applicant) => [applicant.application, applicant]));
      return {
        body: {
          deliveries: page.deliveries.map((delivery) => queueRow(delivery, byApplication.get(delivery.application))),
          counts: page.counts.map(convert.agencyStageCountJson),
          nextPageToken: page.nextPageToken || undefined,
        },
      };
    },

    async getAgencyDelivery(request) {
      const { context } = request;
      const { delivery } = await bridge.getAgencyDelivery({ name: deliveryOf(request) }, context);
      const { application: name } = requirePresent(delivery);
      const { state, ownApplication, submissions, actions } = await intake.getAgencyApplication({ name }, context);
      return {
        body: {
          delivery: convert.deliveryJson(delivery),
          state: convert.stateJson(state),
          ownApplication,
          submissions: submissions.map(convert.submissionJson),
          history: actions.map(convert.actionJson),
        },
      };
    },

    async assignDelivery(request) {
      const { requestId, body, context } = request;
      const assignee = resolveName('operators', (body as { assignee?: string } | undefined)?.assignee) ?? '';
      const assigned = await bridge.assignDelivery({ requestId, name: deliveryOf(request), assignee }, context);
      return { body: convert.deliveryJson(assigned.delivery) };
    },

    async createReply(request) {
      const { requestId, body, context } = request;
      const { type, content } = body as unknown as ReplyBody;
      const bytes = Buffer.from(JSON.stringify(content));
      const reply = { requestId, delivery: deliveryOf(request), type, content: bytes };
      const { delivery, changes } = await bridge.createReply(reply, context);
      return { status: 201, body: { delivery: convert.deliveryJson(delivery), changes } };
    },
  };
}

/** An applicant is missing after an erasure. */
function queueRow(delivery: Delivery__Output, applicant: AgencyApplicant__Output | undefined) {
  const row = { delivery: convert.deliveryJson(delivery) };
  if (!applicant) return row;
  const { givenName, familyName, serviceTitle } = applicant;
  return { ...row, applicant: { givenName, familyName }, serviceTitle };
}
