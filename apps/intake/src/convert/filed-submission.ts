import { submissionName } from '@cups/contracts';
import type { GetFiledSubmissionResponse } from '@cups/contracts/gen/cups/intake/v1/GetFiledSubmissionResponse.ts';
import { toTimestamp } from '@cups/contracts/proto';
import type { Application, Submission } from '../domain/application.ts';
import { toContent } from './content.ts';

/** Converts a frozen submission as filed. @param form JSON Schema of the answers; undefined if it no longer exists */
export function toFiledSubmission(app: Application, submission: Submission, form?: object): GetFiledSubmissionResponse {
  return {
    name: submissionName(app._id, submission.number),
    submitTime: toTimestamp(submission.submitTime),
    content: toContent(submission.content),
    dueDate: submission.dueDate ?? '',
    answersRequest: submission.answersRequest ?? '',
    publicService: app.publicService,
    serviceVersion: app.serviceVersion,
    serviceTitle: app.service.title,
    agency: app.agency,
    centre: app.centre,
    centreName: app.centreName,
    trackingNumber: app.trackingNumber,
    training: app.training ?? false,
    formSchema: form === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(form)),
    unavailable: submission.unavailable ?? [],
  };
}
