import type { ComplaintOutcome, ComplaintWay } from '../complaint.ts';
import type { EscalationStep } from '../escalation.ts';
import type { Text } from './text.ts';

/** Steps of the clock of a silent agency, as people see them. */
export const ESCALATION_STEP_TEXTS: Record<EscalationStep, Text> = {
  unacknowledged: {
    ro: 'Instituția nu a confirmat primirea',
    ru: 'Получение не подтверждено',
    en: 'Receipt not confirmed',
  },
  'term-75': {
    ro: 'Au trecut 75 % din termenul legal',
    ru: 'Прошло 75 % законного срока',
    en: 'Past 75 % of the legal term',
  },
  'term-100': { ro: 'Termenul legal a trecut', ru: 'Законный срок истёк', en: 'The legal term has passed' },
  'term-150': {
    ro: 'Au trecut 150 % din termenul legal',
    ru: 'Прошло 150 % законного срока',
    en: 'Past 150 % of the legal term',
  },
};

/** How the agency got a complaint. */
export const COMPLAINT_WAY_TEXTS: Record<ComplaintWay, Text> = {
  'at-agency': { ro: 'la sediul instituției', ru: 'в учреждении', en: 'at the office of the agency' },
  'by-post': { ro: 'prin poștă', ru: 'по почте', en: 'by post' },
};

/** What the agency answered to a complaint. */
export const COMPLAINT_OUTCOME_TEXTS: Record<ComplaintOutcome, Text> = {
  upheld: { ro: 'admisă', ru: 'удовлетворена', en: 'upheld' },
  'partly-upheld': { ro: 'admisă în parte', ru: 'удовлетворена частично', en: 'upheld in part' },
  rejected: { ro: 'respinsă', ru: 'отклонена', en: 'rejected' },
};
