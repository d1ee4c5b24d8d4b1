import type { NoticeContext } from '../src/domain/compose-notice.ts';
import type { TemplateData } from '../src/domain/templates.ts';
import type { Notice, RetryPolicy } from '../src/domain/notice.ts';

/** Common inputs of the domain tests. */

export const now = new Date('2026-03-09T10:00:00Z');
export const at = (ms: number): Date => new Date(now.getTime() + ms);
export const before = (ms: number): Date => at(-ms);

export const retryPolicy: RetryPolicy = {
  maxAgeMs: 7 * 86_400_000,
  overtakenAfterMs: 3_600_000,
  claimMs: 120_000,
  retryMs: 10_000,
};

export const notice = (more: Partial<Notice> = {}): Notice => ({
  id: '01J0000000000000000000000A-1',
  kind: 'application-submitted',
  state: 'compose',
  eventTime: now,
  createTime: now,
  attempts: 0,
  ...more,
});

export const noticeContext = (more: Partial<NoticeContext> = {}): NoticeContext => ({
  language: 'ro',
  email: 'ion@example.md',
  phone: '',
  personName: 'Ion Popescu',
  serviceTitle: { ro: 'Extras de naștere', ru: 'Выписка', en: 'Birth extract' },
  centreName: 'Lozova',
  trackingNumber: 'ABCD-EFGH-JKMN-PX',
  dueDate: '2026-03-20',
  expectedDecisionDate: '',
  agencyName: { ro: 'Casa Națională', ru: 'Касса', en: 'Social insurance' },
  awaitsPayment: false,
  state: 'submitted',
  training: false,
  resultDelivery: 'collect',
  isOnItsWay: false,
  answerBy: '',
  requestText: {},
  documentTexts: [],
  reasonText: {},
  correctionText: {},
  revocationText: {},
  appealText: {},
  appealUntil: '',
  resultNumber: '',
  verificationCode: '',
  validUntil: '',
  ...more,
});

export const templateData: TemplateData = {
  service: 'Extras de naștere',
  centre: 'Lozova',
  agency: 'Casa Națională',
  due: '20.03.2026',
  answerBy: '15.03.2026',
  expected: '10.04.2026',
  agencyText: '> Lipsește actul.',
  number: 'R-1',
  verificationCode: 'K7Q2',
  validUntil: '24.02.2027',
  appeal: '> Cerere prealabilă.',
  appealUntil: '09.04.2026',
  term: 'known',
  reach: 'email',
  way: 'collect',
  place: 'arrived',
};

export const recipient = { name: 'Ion Popescu', trackingNumber: 'ABCD-EFGH-JKMN-PX', training: false };
