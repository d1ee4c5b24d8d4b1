import { resourceName } from '@cups/contracts';
import { toProtoEnum } from '@cups/contracts/proto';
import type { AgencyApplicant__Output } from '@cups/contracts/gen/cups/intake/v1/AgencyApplicant.ts';
import type { AgencyWorkload__Output } from '@cups/contracts/gen/cups/agencybridge/v1/AgencyWorkload.ts';
import type { Delivery__Output } from '@cups/contracts/gen/cups/agencybridge/v1/Delivery.ts';
import { Problem } from '@cups/problem';
import * as convert from '../convert.ts';
import type { QueryParams, ServiceClients } from '../clients.ts';
import type { Handler, HandlerRequest } from '../http/handler.ts';
import { requirePresent, resolveName } from './handler-factories.ts';

/** The page of an agency without a system: deliveries of the bridge, with what intake has of their applications. */

interface ReplyBody {
  type: string;
  content: object;
  replyEtag?: string;
}

export function agencyPageRoutes({
  identity,
  intake,
  bridge,
}: Pick<ServiceClients, 'identity' | 'intake' | 'bridge'>): Record<string, Handler> {
  /** @throws Problem NOT_FOUND, PERMISSION_DENIED for a clerk */
  async function requireColleague(name: string, context: HandlerRequest['context']): Promise<void> {
    const { operators } = await identity.listAgencyOperators({}, context);
    if (operators.some((operator) => operator.name === name)) return;
    throw new Problem({ reason: 'NOT_FOUND', message: 'The agency has no such active clerk.' });
  }

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
      const details = await intake.getAgencyApplication({ name }, context);
      const { state, ownApplication, submissions, actions, messages, documentRequest } = details;
      return {
        body: {
          delivery: convert.deliveryJson(delivery),
          state: convert.stateJson(state),
          ownApplication,
          submissions: submissions.map(convert.submissionJson),
          history: actions.map(convert.actionJson),
          messages: messages.map(convert.conversationMessageJson),
          documentRequest: convert.agencyDocumentRequestJson(documentRequest),
        },
      };
    },

    async assignDelivery(request) {
      const { requestId, body, context } = request;
      const assignee = resolveName('operators', (body as { assignee?: string } | undefined)?.assignee) ?? '';
      if (assignee !== '' && assignee !== request.session!.operator) await requireColleague(assignee, context);
      const assigned = await bridge.assignDelivery({ requestId, name: deliveryOf(request), assignee }, context);
      return { body: convert.deliveryJson(assigned.delivery) };
    },

    async listAgencyWorkload({ context }) {
      const [{ workloads, periodDays, truncated }, { operators }] = await Promise.all([
        bridge.listAgencyWorkload({}, context),
        identity.listAgencyOperators({}, context),
      ]);
      return { body: { workloads: workloadRows(workloads, operators), periodDays, truncated } };
    },

    async createReply(request) {
      const { requestId, body, context } = request;
      const { type, content, replyEtag = '' } = body as unknown as ReplyBody;
      const bytes = Buffer.from(JSON.stringify(content));
      const reply = { requestId, delivery: deliveryOf(request), type, content: bytes, replyEtag };
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

/** Returns a row for each assignee, and for each active clerk without work. */
function workloadRows(workloads: readonly AgencyWorkload__Output[], clerks: readonly { name: string }[]) {
  const active = new Set(clerks.map(({ name }) => name));
  const rows = workloads.map(({ assignee, ...row }) => ({
    ...convert.agencyWorkloadJson(row),
    ...(assignee !== '' && { assignee, isActive: active.has(assignee) }),
  }));
  const idle = [...active].filter((name) => !workloads.some(({ assignee }) => assignee === name));
  return [...rows, ...idle.map((assignee) => ({ assignee, isActive: true, open: 0, overdue: 0, decided: 0 }))];
}
