import { nameOf } from '@cups/contracts';
import { enumWord } from '@cups/contracts/proto';
import { Problem } from '@cups/problem';
import * as convert from '../convert.ts';
import type { Call, Handler } from '../http/handler.ts';
import type { DeliveryState, Neighbours } from '../neighbours.ts';
import { act, applicationName, full, list, whole } from './shapes.ts';

/** What becomes of applications: notices, asked of notifications, and deliveries to agencies, asked of agency-bridge. */
export function progressRoutes({ intake, bridge, notifications }: Neighbours): Record<string, Handler> {
  /** The resource name of the notice in the path. @throws Problem NOT_FOUND when it is none of the application in the path */
  async function noticeName({ params, context }: Call): Promise<string> {
    const name = nameOf('notices', params['noticeId']!);
    const { notices } = await notifications.listNotices({ application: applicationName(params) }, context);
    if (notices.some((notice) => notice.name === name)) return name;
    throw new Problem({ reason: 'NOT_FOUND', message: 'This application has no such notice.' });
  }
  const recordTelling = act(intake.recordTelling, convert.tellingToProto);
  return {
    async listNotices({ params, context }) {
      // The access log of an application is one, whoever holds what is read; whose it is intake says before.
      await intake.recordAccess({ name: applicationName(params), kind: 'LOOK_KIND_NOTICES' }, context);
      const { notices } = await notifications.listNotices({ application: applicationName(params) }, context);
      return { body: { notices: notices.map(convert.noticeJson) } };
    },
    async getSlip(call) {
      await intake.recordAccess({ name: applicationName(call.params), kind: 'LOOK_KIND_SLIP' }, call.context);
      const name = await noticeName(call);
      return { text: (await notifications.getSlip({ name }, call.context)).html };
    },
    async recordNoticeTold(call) {
      const notice = await noticeName(call);
      return recordTelling(Object.assign({}, call, { body: Object.assign({}, call.body, { notice }) }));
    },
    async getDelivery({ params, context }) {
      // Intake decides whether the application is the caller's, and knows its agency.
      const { application } = await intake.getApplication({ name: applicationName(params) }, context);
      const name = nameOf('deliveries', `${params['id']!}-${convert.idOf(whole(application).agency)}`);
      return { body: convert.deliveryJson((await bridge.getDelivery({ name }, context)).delivery) };
    },
    listDeliveries: list(bridge.listDeliveries, 'deliveries', convert.deliveryJson, ({ state, agency }) => ({
      state: enumWord('DELIVERY_STATE_', state as DeliveryState | undefined),
      agency: full('agencies', agency),
    })),
    async getAgencyActivity({ params, context }) {
      const { activity } = await bridge.getAgencyActivity({ name: nameOf('agencies', params['code']!) }, context);
      return { body: convert.agencyActivityJson(whole(activity)) };
    },
    async listRefusedReplies({ params, query, context }) {
      const asked = Object.assign({}, query, { agency: nameOf('agencies', params['code']!) });
      const { replies, nextPageToken } = await bridge.listRefusedReplies(asked, context);
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
