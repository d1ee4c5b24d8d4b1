import { ESCALATION_ACTIONS, ESCALATION_STEPS } from '@cups/application/escalation';

/** Steps and actions of the clock of an agency in JSON. Those of a later release are left out. */

export const escalationStep = (step: string): string | undefined =>
  ESCALATION_STEPS.some((known) => known === step) ? step : undefined;

export const escalationActions = (actions: readonly string[]): string[] =>
  ESCALATION_ACTIONS.filter((action) => actions.includes(action));
