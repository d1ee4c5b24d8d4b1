export { answersFault } from './answers.ts';
export { isCivilDate } from './dates.ts';
export { checkIdnp, idnpCheckDigit } from './idnp.ts';
export {
  ACTIONS,
  AGENCIES,
  allowedActions,
  closedBy,
  DESK_ROLES,
  END_STATES,
  MESSAGES,
  PERSONS,
  STATES,
  stateAfter,
  TIMED,
  TIMERS,
} from './life.ts';
export type { Action, Circumstance, Effect, Message, State, Timer } from './life.ts';
export { isTrackingNumber, newTrackingNumber, normalizeTrackingNumber } from './tracking.ts';
export { plainCode, plainWords } from './words.ts';
