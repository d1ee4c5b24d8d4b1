export { answersFault } from './answers.ts';
export { isCivilDate } from './dates.ts';
export { checkIdnp, idnpCheckDigit } from './idnp.ts';
export { isTrackingNumber, newTrackingNumber, normalizeTrackingNumber } from './tracking.ts';
export { plainCode, plainWords } from './words.ts';
