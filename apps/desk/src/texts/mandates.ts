import type { Text } from '@cups/application/texts';
import type { StoredMandate } from '../api/types.ts';
import { defineMessages } from '../language/messages.ts';

/** Mandates at the desk, on printouts and on the tracking page. */
export const MANDATES = defineMessages({
  one: { ro: 'Împuternicire', ru: 'Полномочие', en: 'Mandate' },

  active: { ro: 'Valabile', ru: 'Действующие', en: 'Active' },
  ofPerson: { ro: 'Ale persoanei', ru: 'Этого лица', en: 'Of the person' },
  none: {
    ro: 'Centrul nu are împuterniciri valabile.',
    ru: 'У центра нет действующих полномочий.',
    en: 'The centre has no active mandates.',
  },
  noneOfPerson: {
    ro: 'Persoana nu a dat centrului o împuternicire valabilă.',
    ru: 'Это лицо не выдало центру действующего полномочия.',
    en: 'The person has granted no active mandate to the centre.',
  },
  byPerson: { ro: 'IDNP-ul persoanei', ru: 'IDNP лица', en: 'IDNP of the person' },
  wrongIdnp: {
    ro: 'Scrieți cele 13 cifre ale IDNP-ului.',
    ru: 'Введите 13 цифр IDNP.',
    en: 'Enter the 13 digits of the IDNP.',
  },
  find: { ro: 'Caută', ru: 'Найти', en: 'Find' },
  showAll: { ro: 'Arată toate', ru: 'Показать все', en: 'Show all' },
  endsIn: { ro: 'mai sunt {days}', ru: 'осталось: {days}', en: '{days} left' },
  print: { ro: 'Tipărește împuternicirea', ru: 'Напечатать полномочие', en: 'Print the mandate' },
  printAgain: { ro: 'Tipărește din nou', ru: 'Напечатать ещё раз', en: 'Print again' },
  newCode: {
    ro: 'Fiecare tipărire are un cod nou. Cel de pe foaia anterioară nu mai este valabil.',
    ru: 'В каждой распечатке новый код. Код с прежнего листа больше не действует.',
    en: 'Each printout has a new code. The code on the earlier sheet ends.',
  },
  application: { ro: 'Cererea', ru: 'Заявление', en: 'Application' },
  applications: {
    ro: 'Cereri cu această împuternicire',
    ru: 'Заявления по этому полномочию',
    en: 'Applications under this mandate',
  },
  noApplications: { ro: 'Încă niciuna.', ru: 'Пока нет.', en: 'None yet.' },
  revokedNow: {
    ro: 'Revocată. Dați persoanei recipisa {receipt}.',
    ru: 'Отозвано. Выдайте лицу расписку {receipt}.',
    en: 'Revoked. Give the person the receipt {receipt}.',
  },

  term: { ro: 'Cât timp este valabilă', ru: 'Срок действия', en: 'Term' },
  termHelp: {
    ro: 'Persoana alege. O poate revoca oricând.',
    ru: 'Выбирает заявитель. Отозвать можно в любой момент.',
    en: 'The person chooses, and can revoke it at any time.',
  },
  lastDay: { ro: 'Ultima zi', ru: 'Последний день', en: 'Last day' },
  text: { ro: 'Textul arătat persoanei', ru: 'Текст, показанный лицу', en: 'Text shown to the person' },
  textInTheirLanguage: { ro: 'În limba persoanei', ru: 'На языке лица', en: 'In the language of the person' },
  textInRomanian: { ro: 'În română', ru: 'На румынском', en: 'In Romanian' },
  textVersion: { ro: 'Versiunea textului', ru: 'Версия текста', en: 'Version of the text' },
  textHash: { ro: 'SHA-256 al textului', ru: 'SHA-256 текста', en: 'SHA-256 of the text' },

  person: { ro: 'Persoana', ru: 'Лицо', en: 'Person' },
  representative: { ro: 'Reprezentată de', ru: 'Представитель', en: 'Represented by' },
  ground: { ro: 'Temeiul', ru: 'Основание', en: 'Ground' },
  reference: { ro: 'Documentul', ru: 'Документ', en: 'Document' },
  notary: { ro: 'Notarul', ru: 'Нотариус', en: 'Notary' },
  mpower: { ro: 'În MPower', ru: 'В MPower', en: 'In MPower' },
  mpowerState: { ro: '{state} la {when}', ru: '{state}, {when}', en: '{state} at {when}' },
  granted: { ro: 'Acordată', ru: 'Выдано', en: 'Granted' },
  grantedBy: { ro: 'Înregistrată de', ru: 'Записал', en: 'Recorded by' },
  printed: { ro: 'Tipărită', ru: 'Напечатано', en: 'Printed' },
  notPrinted: { ro: 'încă nu', ru: 'ещё нет', en: 'not yet' },
  supportingCode: { ro: 'Codul spus de persoană', ru: 'Код, названный лицом', en: 'Code said by the person' },
  codeByEmail: { ro: 'prin e-mail la {when}', ru: 'по почте {when}', en: 'by email at {when}' },
  codeByPrint: { ro: 'tipărit la {when}', ru: 'напечатан {when}', en: 'printed at {when}' },
  codeConfirmed: { ro: 'confirmat la {when}', ru: 'подтверждён {when}', en: 'confirmed at {when}' },
  codeNotConfirmed: { ro: 'neconfirmat', ru: 'не подтверждён', en: 'not confirmed' },
  weightEmail: {
    ro: 'Arată că persoana citește e-mailul de la această adresă.',
    ru: 'Показывает, что лицо читает почту по этому адресу.',
    en: 'It shows that the person reads the email of this address.',
  },
  weightPrint: {
    ro: 'Dovadă slabă: codul l-a văzut și specialistul.',
    ru: 'Слабое подтверждение: код видел и специалист.',
    en: 'Weak evidence: the specialist saw the code too.',
  },
  codeSaidEmail: {
    ro: 'Dovadă suplimentară: codul trimis prin e-mail, spus de persoană',
    ru: 'Дополнительное подтверждение: названный код из письма',
    en: 'Supporting evidence: code sent by email, said by the person',
  },
  codeSaidPrint: {
    ro: 'Dovadă suplimentară, slabă: codul tipărit la centru, spus de persoană',
    ru: 'Дополнительное слабое подтверждение: названный код, напечатанный в центре',
    en: 'Weak supporting evidence: code printed at the centre, said by the person',
  },
  state: { ro: 'Starea', ru: 'Состояние', en: 'State' },

  scope: { ro: 'Pentru ce', ru: 'На что', en: 'Scope' },
  scopeRest: { ro: 'Acoperă acum', ru: 'Действует сейчас на', en: 'Covers now' },
  nothing: { ro: 'nimic', ru: 'ни на что', en: 'nothing' },
  theme: { ro: 'tema: {theme}', ru: 'тема: {theme}', en: 'theme: {theme}' },

  code: { ro: 'Codul împuternicirii', ru: 'Код полномочия', en: 'Code of the mandate' },
  codeMore: {
    ro: 'Cu acest cod vedeți și revocați împuternicirea la {address}. Păstrați-l: cine îl are poate face același lucru.',
    ru: 'С этим кодом можно посмотреть и отозвать полномочие на {address}. Храните его: у кого он есть, тот может то же.',
    en: 'With this code you see and revoke the mandate at {address}. Keep it: anyone who has it can do the same.',
  },
  signaturePerson: { ro: 'Semnătura persoanei', ru: 'Подпись лица', en: 'Signature of the person' },
  signatureRepresentative: {
    ro: 'Semnătura reprezentantului',
    ru: 'Подпись представителя',
    en: 'Signature of the representative',
  },

  receiptTitle: {
    ro: 'Recipisă: împuternicirea a fost revocată',
    ru: 'Расписка: полномочие отозвано',
    en: 'Receipt: the mandate is revoked',
  },
  receiptPartTitle: {
    ro: 'Recipisă: împuternicirea a fost revocată în parte',
    ru: 'Расписка: полномочие отозвано частично',
    en: 'Receipt: part of the mandate is revoked',
  },
  receipt: { ro: 'Numărul recipisei', ru: 'Номер расписки', en: 'Receipt number' },
  revokeTime: { ro: 'Revocată', ru: 'Отозвано', en: 'Revoked' },
  revokedPart: { ro: 'Ce s-a revocat', ru: 'Что отозвано', en: 'Revoked part' },
  revokedBy: { ro: 'De cine', ru: 'Кем', en: 'Revoked by' },
  byApplicant: { ro: 'de persoană, cu codul', ru: 'лицом, по коду', en: 'the person, with the code' },
  byCentre: { ro: 'la centru', ru: 'в центре', en: 'at the centre' },
  effect: {
    ro: 'Pentru ce este revocat, centrul nu mai poate depune cereri noi. Vă poate arăta dosarul, poate retrage cererea dacă o cereți și vă poate da rezultatul. Ce s-a făcut înainte rămâne valabil.',
    ru: 'На отозванное центр больше не может подавать новые заявления. Он может показать вам дело, отозвать заявление по вашей просьбе и выдать вам результат. Сделанное раньше остаётся в силе.',
    en: 'For what is revoked, the centre can file no new applications. It can show you the file, withdraw an application at your request and hand the result to you. What was done before stays valid.',
  },
});

export const MANDATE_STATE_TEXTS: Record<StoredMandate['state'], Text> = {
  active: { ro: 'valabilă', ru: 'действует', en: 'active' },
  revoked: { ro: 'revocată', ru: 'отозвано', en: 'revoked' },
  expired: { ro: 'expirată', ru: 'срок истёк', en: 'expired' },
};
