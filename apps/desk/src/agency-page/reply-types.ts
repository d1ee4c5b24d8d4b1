/** Type of a clerk's message to the desk. */
export const MESSAGE_TYPE = 'md.cups.reply.message-sent.v1';

/** Message types of the agency contract. The desk depends on no service library; a test compares them with the contract. */
export const REPLY_TYPES = {
  acknowledged: 'md.cups.reply.acknowledged.v1',
  progressed: 'md.cups.reply.progressed.v1',
  documentsRequested: 'md.cups.reply.documents-requested.v1',
  decided: 'md.cups.reply.decided.v1',
  resultCorrected: 'md.cups.reply.result-corrected.v1',
  resultRevoked: 'md.cups.reply.result-revoked.v1',
  passedOn: 'md.cups.reply.passed-on.v1',
} as const;
