import { nameOf, submissionName } from '@cups/contracts';
import { isProblem } from '@cups/problem';
import * as convert from '../convert.ts';
import type { Handler } from '../http/handler.ts';
import type { Neighbours } from '../neighbours.ts';
import { applicationName, whole } from './shapes.ts';

/** The page of one application: what intake, notifications and agency-bridge know of it, in one answer. */
export function fileRoutes({ intake, bridge, notifications }: Neighbours): Record<string, Handler> {
  return {
    async getApplicationFile({ params, context, isPoll }) {
      const name = applicationName(params);
      // Whether it is the caller's is for intake to say: nobody else is asked before.
      const file = await intake.getApplicationFile({ name, recordLater: isPoll }, context);
      const application = whole(file.application);
      const delivery = nameOf('deliveries', `${params['id']!}-${convert.idOf(application.agency)}`);
      const missing: string[] = [];
      const [notices, sent] = await Promise.all([
        unlessAway(notifications.listNotices({ application: name }, context), 'notices', missing),
        unlessAway(bridge.getDelivery({ name: delivery }, context), 'delivery', missing),
      ]);
      return {
        // How often it was looked at changes with every look.
        untagged: ['lastLook', 'lookCount', 'lookerCount'],
        beforeShown: isPoll ? () => intake.recordAccess({ name, kind: 'LOOK_KIND_FILE' }, context) : undefined,
        body: {
          application: convert.applicationJson(application),
          history: file.actions.map(convert.actionJson),
          olderActions: file.olderActions,
          notices: notices?.notices.map(convert.noticeJson),
          delivery: sent && convert.deliveryJson(sent.delivery),
          lastLook: convert.lookJson(file.lastLook),
          lookCount: file.lookCount,
          lookerCount: file.lookerCount,
          same: file.same.map(convert.applicationRowJson),
          missing,
        },
      };
    },

    async getSubmission({ params, context }) {
      const name = submissionName(params['id']!, Number(params['number']));
      return { body: convert.submissionJson(await intake.getFiledSubmission({ name }, context)) };
    },
  };
}

/** What a neighbour answers; what there is none of, and what it cannot say now, is left out, the latter by name. */
async function unlessAway<T>(asked: Promise<T>, part: string, missing: string[]): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (isProblem(error) && error.kind === 'NOT_FOUND') return undefined;
    if (!isProblem(error) || !['UNAVAILABLE', 'DEADLINE'].includes(error.kind)) throw error;
    missing.push(part);
    return undefined;
  }
}
