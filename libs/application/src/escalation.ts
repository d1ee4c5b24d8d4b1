/**
 * Escalation of an application whose agency is silent. Rules are data: defaults here, overridden by the file of the
 * agency, overridden by the version of the public service.
 */

export const ESCALATION_STEPS = ['unacknowledged', 'term-75', 'term-100', 'term-150'] as const;
/**
 * Steps of the clock of a delivery, in their order. `unacknowledged` counts working hours since the delivery was filed with
 * the agency; the others are percentages of the legal term, in the working time of the agency.
 */
export type EscalationStep = (typeof ESCALATION_STEPS)[number];

export const ESCALATION_ACTIONS = [
  'remind-agency',
  'mail-agency',
  'mark-at-desk',
  'notify-person',
  'inform-supervisor',
  'offer-complaint',
] as const;
/**
 * What a step does: a reminder on the channel of the agency, a letter to the contact of the agency, a mark in the queue of
 * the centre, a notice to the person, a line on the page of supervisors, and the offer of a complaint at the desk.
 */
export type EscalationAction = (typeof ESCALATION_ACTIONS)[number];

/** What one step does, and for `unacknowledged` after which time. */
export interface EscalationRule {
  /** Working hours of the agency, only for `unacknowledged`. */
  workingHours?: number;
  /** Without actions the step is off. */
  actions: readonly EscalationAction[];
}

export type EscalationRules = Readonly<Record<EscalationStep, EscalationRule>>;

/** Project defaults. No source states them. */
export const DEFAULT_ESCALATION: EscalationRules = {
  unacknowledged: { workingHours: 16, actions: ['remind-agency', 'mail-agency', 'mark-at-desk'] },
  'term-75': { actions: ['remind-agency', 'mail-agency'] },
  'term-100': { actions: ['remind-agency', 'mail-agency', 'mark-at-desk', 'notify-person', 'inform-supervisor'] },
  'term-150': { actions: ['mail-agency', 'mark-at-desk', 'inform-supervisor', 'offer-complaint'] },
};
