import type { MandateGround, MandateTerm, Theme } from '../mandates.ts';
import type { Text } from './text.ts';

/** Labels of mandates. */

export const THEME_TEXTS: Record<Theme, Text> = {
  'civil-status': { ro: 'Stare civilă', ru: 'Гражданское состояние', en: 'Civil status' },
  'identity-and-residence': {
    ro: 'Acte de identitate și domiciliu',
    ru: 'Удостоверения личности и место жительства',
    en: 'Identity documents and residence',
  },
  property: { ro: 'Bunuri imobile', ru: 'Недвижимость', en: 'Real estate' },
  'family-benefits': { ro: 'Indemnizații pentru familie', ru: 'Семейные пособия', en: 'Family benefits' },
  'pensions-and-disability': {
    ro: 'Pensii și dizabilitate',
    ru: 'Пенсии и инвалидность',
    en: 'Pensions and disability',
  },
  'justice-records': { ro: 'Cazier', ru: 'Справки о судимости', en: 'Criminal and contravention records' },
  transport: { ro: 'Transport', ru: 'Транспорт', en: 'Transport' },
  permits: { ro: 'Acte permisive', ru: 'Разрешительные документы', en: 'Permits' },
};

export const MANDATE_GROUND_TEXTS: Record<MandateGround, Text> = {
  'present-and-signing': {
    ro: 'persoana este prezentă și semnează',
    ru: 'лицо присутствует и подписывает',
    en: 'the person is present and signs',
  },
  mpower: { ro: 'împuternicire în MPower', ru: 'полномочие в MPower', en: 'power of representation in MPower' },
  notarial: { ro: 'procură notarială', ru: 'нотариальная доверенность', en: 'notarial power of attorney' },
  guardianship: { ro: 'tutelă sau curatelă', ru: 'опека или попечительство', en: 'guardianship' },
  kinship: { ro: 'rudenie', ru: 'родство', en: 'kinship' },
};

export const MANDATE_TERM_TEXTS: Record<MandateTerm, Text> = {
  'this-application': { ro: 'pentru această cerere', ru: 'для этого заявления', en: 'for this application' },
  'days-31': { ro: 'timp de 31 de zile', ru: 'на 31 день', en: 'for 31 days' },
  'days-182': { ro: 'timp de 182 de zile', ru: 'на 182 дня', en: 'for 182 days' },
  'days-365': { ro: 'timp de 365 de zile', ru: 'на 365 дней', en: 'for 365 days' },
};
