export { answersFault } from './answers.ts';
export { checkIdnp, idnpCheckDigit } from './idnp.ts';
export { instantOf, isCivilDate, isUlid, isUuid, parseRequestId } from './formats.ts';
export { nameOf, parseName, parseSubmissionName, submissionName } from './names.ts';
export type { Collection } from './names.ts';
export { plainCode, plainWords } from './words.ts';
export { isTrackingNumber, newTrackingNumber, normalizeTrackingNumber } from './tracking.ts';
