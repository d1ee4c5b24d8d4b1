import { resourceName } from '@cups/contracts';
import type { Notice__Output } from '@cups/contracts/gen/cups/notifications/v1/Notice.ts';
import { toProtoEnum } from '@cups/contracts/proto';
import { isProblem, Problem } from '@cups/problem';
import type { CallContext } from '@cups/rpc';
import * as convert from '../convert.ts';
import type { HandlerRequest, Handler } from '../http/handler.ts';
import type { DeliveryState, ServiceClients } from '../clients.ts';
import { actionHandler, applicationNameOf, resolveName, listHandler, requirePresent } from './handler-factories.ts';

/** Notices from notifications, and deliveries from agency-bridge. */
export function deliveryAndNoticeRoutes({ intake, bridge, notifications }: ServiceClients): Record<string, Handler> {
  /**
   * Returns the notices of an application that intake knows. Notifications knows it only once it has read its first
   * event, so until then the list is empty (AIP-132).
   */
  async function listNotices(application: string, context: CallContext): Promise<Notice__Output[]> {
    try {
      return (await notifications.listNotices({ application }, context)).notices;
    } catch (error) {
      if (isProblem(error) && error.kind === 'NOT_FOUND') return [];
      throw error;
    }
  }

  /**
   * Returns the resource name of the notice in the path.
   * @throws Problem NOT_FOUND unless it belongs to the application in the path
   */
  async function findNoticeName({ params, context }: HandlerRequest): Promise<string> {
    const name = resourceName('notices', params['noticeId']!);
    const notices = await listNotices(applicationNameOf(params), context);
    if (notices.some((notice) => notice.name === name)) return name;
    throw new Problem({ reason: 'NOT_FOUND', message: 'Notice not found.' });
  }
  const recordPersonNotification = actionHandler(intake.recordPersonNotification, convert.personNotificationToProto);
  return {
    async listNotices({ params, context }) {
      // Each application has one access log in intake, which also checks access first.
      await intake.recordAccess({ name: applicationNameOf(params), kind: 'ACCESS_KIND_NOTICES' }, context);
      const notices = await listNotices(applicationNameOf(params), context);
      return { body: { notices: notices.map(convert.noticeJson) } };
    },
    async getSlip(request) {
      await intake.recordAccess({ name: applicationNameOf(request.params), kind: 'ACCESS_KIND_SLIP' }, request.context);
      const name = await findNoticeName(request);
      return { text: (await notifications.getSlip({ name }, request.context)).html };
    },
    async recordNoticePersonNotification(request) {
      const notice = await findNoticeName(request);
      return recordPersonNotification(
        Object.assign({}, request, { body: Object.assign({}, request.body, { notice }) }),
      );
    },
    async getDelivery({ params, context }) {
      // Intake checks access, and stores the agency of the application.
      const { application } = await intake.getApplication({ name: applicationNameOf(params) }, context);
      const name = resourceName('deliveries', `${params['id']!}-${convert.idOf(requirePresent(application).agency)}`);
      return { body: convert.deliveryJson((await bridge.getDelivery({ name }, context)).delivery) };
    },
    listDeliveries: listHandler(bridge.listDeliveries, 'deliveries', convert.deliveryJson, ({ state, agency }) => ({
      state: toProtoEnum('DELIVERY_STATE_', state as DeliveryState | undefined),
      agency: resolveName('agencies', agency),
    })),
    async getAgencyActivity({ params, context }) {
      const { activity } = await bridge.getAgencyActivity({ name: resourceName('agencies', params['code']!) }, context);
      return { body: convert.agencyActivityJson(requirePresent(activity)) };
    },
    async listRefusedReplies({ params, query, context }) {
      const request = Object.assign({}, query, { agency: resourceName('agencies', params['code']!) });
      const { replies, nextPageToken } = await bridge.listRefusedReplies(request, context);
      const refusedReplies = replies.map(convert.refusedReplyJson);
      return { body: { refusedReplies, nextPageToken: nextPageToken || undefined } };
    },
    async listRefusedMessages({ query, context }) {
      const page = await bridge.listRefusedMessages(query, context);
      const refusedMessages = page.messages.map(convert.refusedMessageJson);
      return { body: { refusedMessages, totalSize: page.totalSize, nextPageToken: page.nextPageToken || undefined } };
    },
  };
}
