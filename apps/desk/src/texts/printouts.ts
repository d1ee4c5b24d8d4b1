import { defineMessages } from '../language/messages.ts';

export const PRINTOUTS = defineMessages({
  title: { ro: 'De tipărit', ru: 'Печать', en: 'Printouts' },
  missing: { ro: 'Fișa „ce mai trebuie”', ru: 'Листок «что ещё нужно»', en: 'Checklist of missing documents' },
  receipt: { ro: 'Recipisa', ru: 'Расписка', en: 'Receipt' },
  decision: { ro: 'Decizia', ru: 'Решение', en: 'Decision' },
  handOver: { ro: 'Confirmarea de primire', ru: 'Подтверждение получения', en: 'Confirmation of receipt' },
  application: { ro: 'Cererea, de semnat', ru: 'Заявление на подпись', en: 'Application to sign' },
  mandate: { ro: 'Temeiul acțiunii', ru: 'Основание действий', en: 'Mandate' },
  slip: { ro: 'Fișă', ru: 'Листок', en: 'Slip' },
  accessLog: { ro: 'Tipărește lista', ru: 'Печать списка', en: 'Print list' },
});
