import type { DeliveryChoice, ForeignDocument, Language, Mandate } from '@cups/application';
import type { Text } from '@cups/application/texts';
import type { Application, Centre } from '../api/types.ts';

/** Labels of application content on screens and printouts. */

type HandOver = NonNullable<Application['handOver']>;

/** The mandate of the specialist. */
export const MANDATE_TEXTS: Record<Mandate['kind'], Text> = {
  'own-presence': { ro: 'prezența personală', ru: 'личное присутствие', en: 'personal presence' },
  mpower: {
    ro: 'împuternicire electronică în MPower',
    ru: 'электронная доверенность в MPower',
    en: 'electronic power of attorney in MPower',
  },
  notarial: { ro: 'procură notarială', ru: 'нотариальная доверенность', en: 'notarial power of attorney' },
  kinship: { ro: 'rudenie', ru: 'родство', en: 'kinship' },
  guardianship: { ro: 'tutelă sau curatelă', ru: 'опека или попечительство', en: 'guardianship' },
};

export const FOREIGN_DOCUMENT_TEXTS: Record<ForeignDocument['kind'], Text> = {
  passport: { ro: 'pașaport', ru: 'паспорт', en: 'passport' },
  'identity-card': { ro: 'carte de identitate', ru: 'удостоверение личности', en: 'identity card' },
  'birth-certificate': { ro: 'certificat de naștere', ru: 'свидетельство о рождении', en: 'birth certificate' },
  'residence-permit': { ro: 'permis de ședere', ru: 'вид на жительство', en: 'residence permit' },
};

export const DELIVERY_TEXTS: Record<DeliveryChoice['kind'], Text> = {
  'at-centre': { ro: 'se ridică la centru', ru: 'получить в центре', en: 'collected at the centre' },
  electronic: { ro: 'în formă electronică', ru: 'в электронном виде', en: 'in electronic form' },
  post: { ro: 'prin poștă', ru: 'по почте', en: 'by post' },
};

export const COLLECTOR_TEXTS: Record<HandOver['collectedBy'], Text> = {
  applicant: { ro: 'solicitantul', ru: 'заявитель', en: 'the applicant' },
  represented: { ro: 'persoana reprezentată', ru: 'представляемое лицо', en: 'the represented person' },
  representative: { ro: 'un reprezentant', ru: 'представитель', en: 'a representative' },
};

export const CENTRE_KIND_TEXTS: Record<Centre['kind'], Text> = {
  'town-hall': { ro: 'primărie', ru: 'примэрия', en: 'town hall' },
  mission: {
    ro: 'misiune diplomatică sau oficiu consular',
    ru: 'дипломатическое или консульское учреждение',
    en: 'mission or consular office',
  },
  library: { ro: 'bibliotecă', ru: 'библиотека', en: 'library' },
};

export const LANGUAGE_TEXTS: Record<Language, Text> = {
  ro: { ro: 'română', ru: 'румынский', en: 'Romanian' },
  ru: { ro: 'rusă', ru: 'русский', en: 'Russian' },
  en: { ro: 'engleză', ru: 'английский', en: 'English' },
};

export const YES: Text = { ro: 'da', ru: 'да', en: 'yes' };
export const NO: Text = { ro: 'nu', ru: 'нет', en: 'no' };

/** `{amount}` is a number with its noun. */
export const TERM_TEXTS = {
  submission: { ro: 'în {amount} de la depunere', ru: '{amount} со дня подачи', en: '{amount} from filing' },
  payment: { ro: 'în {amount} de la plată', ru: '{amount} со дня оплаты', en: '{amount} from payment' },
  atOnce: { ro: 'pe loc', ru: 'сразу на месте', en: 'immediately' },
  unknown: {
    ro: 'termenul îl spune instituția',
    ru: 'срок сообщит учреждение',
    en: 'the agency states the duration',
  },
} satisfies Record<string, Text>;

export const FEE_TEXTS = {
  free: { ro: 'gratuit', ru: 'бесплатно', en: 'free of charge' },
  unknown: {
    ro: 'tariful îl spune instituția',
    ru: 'стоимость сообщит учреждение',
    en: 'the agency states the fee',
  },
  plusStateFee: { ro: '{fee} și taxa de stat', ru: '{fee} и государственная пошлина', en: '{fee} and the state fee' },
} satisfies Record<string, Text>;
