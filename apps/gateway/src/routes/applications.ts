import type { ComplaintAnswerFields, ComplaintFilingFields } from '@cups/application';
import { toProtoEnum } from '@cups/contracts/proto';
import * as convert from '../convert.ts';
import type { ContentJson } from '../convert.ts';
import type { Handler } from '../http/handler.ts';
import type { ServiceClients, State } from '../clients.ts';
import {
  actionHandler,
  applicationNameOf,
  resolveName,
  listHandler,
  requirePresent,
  writeHandler,
  writeResponse,
} from './handler-factories.ts';

interface WithdrawalJson {
  reason?: string;
  statement?: { signed: boolean; unsignedReason?: string };
}

export function applicationRoutes({ intake }: ServiceClients): Record<string, Handler> {
  return {
    async createApplication({ body, requestId, context }) {
      type Body = ContentJson & { id?: string; publicService: string; trackingNumber?: string; corrects?: string };
      const { id: applicationId, publicService: service, trackingNumber, corrects, ...content } = body as Body;
      const publicService = resolveName('publicServices', service);
      const named = { applicationId, publicService, trackingNumber, corrects };
      const request = { requestId, ...named, content: convert.contentToProto(content) };
      const created = await intake.createApplication(request, context);
      return writeResponse(created, {
        status: 201,
        headers: { Location: `/api/v1/${requirePresent(created.application).name}` },
      });
    },
    listApplications: listHandler(intake.listApplications, 'applications', convert.applicationRowJson, ({ state }) => ({
      state: toProtoEnum('STATE_', state as State | undefined),
    })),
    async getApplication({ params, context }) {
      const response = await intake.getApplication({ name: applicationNameOf(params) }, context);
      const application = requirePresent(response.application);
      return { headers: { ETag: application.etag }, body: convert.applicationJson(application) };
    },
    updateApplication: writeHandler(intake.updateApplication, (json: ContentJson) => ({
      content: convert.contentToProto(json),
      updateFields: convert.updateFields(json),
    })),
    submitApplication: actionHandler(intake.submitApplication, () => ({})),
    withdrawApplication: actionHandler(intake.withdrawApplication, ({ reason, statement }: WithdrawalJson) => ({
      reason,
      statement,
    })),
    supplyDocuments: actionHandler(intake.supplyDocuments, convert.documentSupplyToProto),
    handOverResult: actionHandler(intake.handOverResult, (handOver: { collectedBy: string }) => ({ handOver })),
    chooseCollectionCentre: actionHandler(intake.chooseCollectionCentre, ({ centre }: { centre: string }) => ({
      centre,
    })),
    correctApplication: actionHandler(intake.correctApplication, (json: ContentJson) => ({
      content: convert.contentToProto(json),
      updateFields: convert.updateFields(json),
    })),
    changeContact: actionHandler(intake.changeContact, ({ contact }: { contact: object }) => ({ contact })),
    confirmArrival: actionHandler(intake.confirmArrival, () => ({})),
    answerPassingOn: actionHandler(intake.answerPassingOn, ({ consents }: { consents: boolean }) => ({ consents })),
    confirmOutcome: actionHandler(intake.confirmOutcome, (outcome: { needMet: boolean; missing?: string }) => ({
      outcome,
    })),
    renewApplication: actionHandler(intake.renewApplication, () => ({})),
    recordPayment: actionHandler(intake.recordPayment, convert.paymentToProto),
    addNote: actionHandler(intake.addNote, ({ text }: { text: string }) => ({ text })),
    sendMessage: actionHandler(intake.sendMessage, ({ text, language }: { text: string; language?: string }) => ({
      text,
      language,
    })),
    ...complaintRoutes(intake),
    assignApplication: actionHandler(intake.assignApplication, ({ operator }: { operator?: string }) => ({ operator })),
    markDeskAlertsSeen: actionHandler(intake.markDeskAlertsSeen, () => ({})),
    recordPersonNotification: actionHandler(intake.recordPersonNotification, convert.personNotificationToProto),
    listApplicationActions: listHandler(
      intake.listApplicationActions,
      'actions',
      convert.actionJson,
      ({ before }, params) => ({ name: applicationNameOf(params), before }),
      ({ training, olderActions }) => ({ training, olderActions }),
    ),
    async trackApplication({ body, context }) {
      return { body: convert.trackingJson(await intake.trackApplication(body as { trackingNumber: string }, context)) };
    },
  };
}

function complaintRoutes(intake: ServiceClients['intake']): Record<string, Handler> {
  type Filing = ComplaintFilingFields & { number: number };
  type Answer = ComplaintAnswerFields & { number: number };
  return {
    prepareComplaint: actionHandler(intake.prepareComplaint, () => ({})),
    recordComplaint: actionHandler(intake.recordComplaint, (filing: Filing) => filing),
    recordComplaintAnswer: actionHandler(intake.recordComplaintAnswer, (answer: Answer) => answer),
  };
}
