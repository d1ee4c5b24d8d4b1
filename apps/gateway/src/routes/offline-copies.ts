import type { OfflineCopy__Output } from '@cups/contracts/gen/cups/intake/v1/OfflineCopy.ts';
import type { OfflineFile__Output } from '@cups/contracts/gen/cups/intake/v1/OfflineFile.ts';
import * as convert from '../convert.ts';
import type { ServiceClients } from '../clients.ts';
import type { Handler } from '../http/handler.ts';
import { requirePresent } from './handler-factories.ts';

interface UpdateBody {
  device: string;
  held: { application: string; etag: string }[];
  pageSize?: number;
}

interface ReportBody {
  device: string;
  reads: { application: string; readTime: string }[];
}

/** What a desk copies for work without a line, and what it reports about that time. */
export function offlineCopyRoutes({ intake }: Pick<ServiceClients, 'intake'>): Record<string, Handler> {
  return {
    async updateOfflineCopy({ body, context }) {
      const page = await intake.updateOfflineCopy(body as UpdateBody, context);
      return {
        body: {
          files: page.files.map(offlineFileJson),
          removed: page.removed,
          remaining: page.remaining,
          copyTime: convert.instantJson(page.copyTime),
        },
      };
    },

    async recordOfflineReads({ body, context }) {
      const { device, reads } = body as ReportBody;
      const reported = reads.map(({ application, readTime }) => ({
        application,
        readTime: convert.instantToProto(readTime),
      }));
      const { recorded } = await intake.recordOfflineReads({ device, reads: reported }, context);
      return { body: { recorded } };
    },

    async listOfflineCopies({ context }) {
      const { copies } = await intake.listOfflineCopies({}, context);
      return { body: { copies: copies.map(offlineCopyJson) } };
    },
  };
}

const offlineFileJson = ({ application, actions, olderActions }: OfflineFile__Output): object => ({
  application: convert.applicationJson(requirePresent(application)),
  history: actions.map(convert.actionJson),
  olderActions,
});

const offlineCopyJson = ({ firstCopyTime, lastCopyTime, ...copy }: OfflineCopy__Output): object => ({
  ...copy,
  firstCopyTime: convert.instantJson(firstCopyTime),
  lastCopyTime: convert.instantJson(lastCopyTime),
});
