import { resourceName, submissionName } from '@cups/contracts';
import { isProblem } from '@cups/problem';
import * as convert from '../convert.ts';
import type { Handler } from '../http/handler.ts';
import type { ServiceClients } from '../clients.ts';
import { applicationNameOf, requirePresent } from './handler-factories.ts';

/** Application details: data of intake, notifications and agency-bridge in one response. */
export function applicationDetailsRoutes({ intake, bridge, notifications }: ServiceClients): Record<string, Handler> {
  return {
    async getApplicationDetails({ params, context, isPoll }) {
      const name = applicationNameOf(params);
      // Intake checks access, so ask it before the other services.
      const details = await intake.getApplicationDetails({ name, recordLater: isPoll }, context);
      const application = requirePresent(details.application);
      const delivery = resourceName('deliveries', `${params['id']!}-${convert.idOf(application.agency)}`);
      const unavailableParts: string[] = [];
      const [notices, deliveryResponse] = await Promise.all([
        unlessUnavailable(notifications.listNotices({ application: name }, context), 'notices', unavailableParts),
        unlessUnavailable(bridge.getDelivery({ name: delivery }, context), 'delivery', unavailableParts),
      ]);
      return {
        // These change with every access.
        etagExcludedMembers: ['lastAccess', 'accessCount', 'operatorCount'],
        beforeSend: isPoll ? () => intake.recordAccess({ name, kind: 'ACCESS_KIND_DETAILS' }, context) : undefined,
        body: {
          application: convert.applicationJson(application),
          history: details.actions.map(convert.actionJson),
          olderActions: details.olderActions,
          notices: notices?.notices.map(convert.noticeJson),
          delivery: deliveryResponse && convert.deliveryJson(deliveryResponse.delivery),
          lastAccess: convert.accessLogEntryJson(details.lastAccess),
          accessCount: details.accessCount,
          operatorCount: details.operatorCount,
          possibleDuplicates: details.possibleDuplicates.map(convert.applicationRowJson),
          unavailableParts,
        },
      };
    },

    async getSubmission({ params, context }) {
      const name = submissionName(params['id']!, Number(params['number']));
      return { body: convert.submissionJson(await intake.getFiledSubmission({ name }, context)) };
    },
  };
}

/** Returns the upstream's response, or undefined. Adds the part to `unavailableParts` if the upstream is unavailable. */
async function unlessUnavailable<T>(
  response: Promise<T>,
  part: string,
  unavailableParts: string[],
): Promise<T | undefined> {
  try {
    return await response;
  } catch (error) {
    if (isProblem(error) && error.kind === 'NOT_FOUND') return undefined;
    if (!isProblem(error) || !['UNAVAILABLE', 'DEADLINE'].includes(error.kind)) throw error;
    unavailableParts.push(part);
    return undefined;
  }
}
