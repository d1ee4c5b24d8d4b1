import { enumWord } from '@cups/contracts/proto';
import * as convert from '../convert.ts';
import type { ContentJson } from '../convert.ts';
import type { Handler } from '../http/handler.ts';
import type { Neighbours, State } from '../neighbours.ts';
import { act, applicationName, full, list, whole, write, written } from './shapes.ts';

/** Applications, asked of intake. */
export function applicationRoutes({ intake }: Neighbours): Record<string, Handler> {
  return {
    async createApplication({ body, requestId, context }) {
      type Body = ContentJson & { id?: string; publicService: string; corrects?: string };
      const { id: applicationId, publicService: service, corrects, ...content } = body as Body;
      const publicService = full('publicServices', service);
      const request = { requestId, applicationId, publicService, corrects, content: convert.contentToProto(content) };
      const made = await intake.createApplication(request, context);
      return written(made, { status: 201, headers: { Location: `/api/v1/${whole(made.application).name}` } });
    },
    listApplications: list(intake.listApplications, 'applications', convert.applicationRowJson, ({ state }) => ({
      state: enumWord('STATE_', state as State | undefined),
    })),
    async getApplication({ params, context }) {
      const answer = await intake.getApplication({ name: applicationName(params) }, context);
      const application = whole(answer.application);
      return { headers: { ETag: application.etag }, body: convert.applicationJson(application) };
    },
    updateApplication: write(intake.updateApplication, (json: ContentJson) => ({
      content: convert.contentToProto(json),
      updateFields: convert.updateFields(json),
    })),
    submitApplication: act(intake.submitApplication, () => ({})),
    withdrawApplication: act(intake.withdrawApplication, ({ reason }: { reason?: string }) => ({ reason })),
    supplyDocuments: act(intake.supplyDocuments, convert.supplyToProto),
    handOverResult: act(intake.handOverResult, (handOver: { collectedBy: string }) => ({ handOver })),
    confirmOutcome: act(intake.confirmOutcome, (outcome: { needMet: boolean; missing?: string }) => ({ outcome })),
    renewApplication: act(intake.renewApplication, () => ({})),
    recordPayment: act(intake.recordPayment, convert.paymentToProto),
    addNote: act(intake.addNote, ({ text }: { text: string }) => ({ text })),
    assignApplication: act(intake.assignApplication, ({ operator }: { operator?: string }) => ({ operator })),
    markDeskNotesSeen: act(intake.markDeskNotesSeen, () => ({})),
    recordTelling: act(intake.recordTelling, convert.tellingToProto),
    listApplicationActions: list(
      intake.listApplicationActions,
      'actions',
      convert.actionJson,
      (_query, params) => ({ name: applicationName(params) }),
      ({ training }) => ({ training }),
    ),
    async trackApplication({ body, context }) {
      return { body: convert.trackingJson(await intake.trackApplication(body as { trackingNumber: string }, context)) };
    },
  };
}
