import type { ErasureReason, RestrictionReason } from '@cups/application';
import type { Text } from '@cups/application/texts';
import { defineMessages } from '../language/messages.ts';

/** The end of an application's personal data, and the rights of the person. For supervisors. */
export const DATA_END = defineMessages({
  title: { ro: 'Sfârșitul datelor', ru: 'Срок хранения данных', en: 'End of data' },
  lead: {
    ro: 'Când se șterg datele unei cereri, și ce poate cere persoana: restricționarea sau ștergerea lor.',
    ru: 'Когда стираются данные заявления и о чём человек может просить: ограничить их обработку или стереть.',
    en: 'When the data of an application are erased, and what the person may ask for: restriction or erasure.',
  },
  find: { ro: 'Arată', ru: 'Показать', en: 'Show' },
  notFound: { ro: 'Cererea nu există.', ru: 'Такого заявления нет.', en: 'The application does not exist.' },
  state: { ro: 'Starea cererii', ru: 'Состояние заявления', en: 'State of the application' },
  ends: { ro: 'Datele se șterg la', ru: 'Данные сотрутся', en: 'The data end on' },
  notEnded: {
    ro: 'termenul începe când cererea se încheie',
    ru: 'срок начнётся, когда заявление завершится',
    en: 'the term begins when the application has ended',
  },
  restricted: { ro: 'Restricționată din', ru: 'Обработка ограничена с', en: 'Restricted since' },
  erased: { ro: 'Date șterse la', ru: 'Данные стёрты', en: 'Erased on' },
  erasing: { ro: 'ștergerea continuă', ru: 'стирание продолжается', en: 'the erasure continues' },
  restrict: { ro: 'Restricționează prelucrarea', ru: 'Ограничить обработку', en: 'Restrict processing' },
  restrictMore: {
    ro: 'Cererea rămâne, dar ghișeul poate doar s-o arate, s-o retragă și să înmâneze rezultatul. Nimic nu se șterge.',
    ru: 'Заявление остаётся, но его можно только показать, отозвать и выдать результат. Ничего не стирается.',
    en: 'The application stays, but the desk may only show it, withdraw it and hand the result over. Nothing is erased.',
  },
  unrestrict: { ro: 'Ridică restricția', ru: 'Снять ограничение', en: 'End the restriction' },
  erase: { ro: 'Șterge datele', ru: 'Стереть данные', en: 'Erase the data' },
  eraseMore: {
    ro: 'Nimeni nu mai poate citi conținutul, documentele și mesajele cererii. Nu se poate anula. Ce a primit instituția rămâne la ea.',
    ru: 'Содержание, документы и сообщения заявления больше никто не прочтёт. Отменить нельзя. Копии у учреждения остаются у него.',
    en: 'Nobody can read content, documents and notices of the application any longer. It cannot be undone. What the agency received stays with the agency.',
  },
  eraseYes: { ro: 'Da, șterge', ru: 'Да, стереть', en: 'Yes, erase' },
  keep: { ro: 'Nu, rămân', ru: 'Нет, оставить', en: 'No, keep them' },
  reason: { ro: 'De ce cere persoana', ru: 'Почему просит человек', en: 'Why the person asks' },
  refused: { ro: 'Acum nu se pot șterge', ru: 'Сейчас стереть нельзя', en: 'They cannot be erased now' },
  done: { ro: 'S-a făcut.', ru: 'Готово.', en: 'Done.' },
  list: { ro: 'Date șterse', ru: 'Стёртые данные', en: 'Erasures' },
  none: { ro: 'Nicio cerere nu a fost ștearsă încă.', ru: 'Пока ничего не стёрто.', en: 'Nothing was erased yet.' },
  cause: { ro: 'Temei', ru: 'Основание', en: 'Cause' },
  expired: { ro: 'termenul s-a încheiat', ru: 'истёк срок', en: 'the term ended' },
  requested: { ro: 'la cererea persoanei', ru: 'по просьбе человека', en: 'the person asked' },
  copies: { ro: 'Ultimele copii în mesaje', ru: 'Последние копии в сообщениях', en: 'Last copies in messages' },
  until: { ro: '{topic}: până la {day}', ru: '{topic}: до {day}', en: '{topic}: until {day}' },
});

/** Banners of an application. */
export const DATA_END_BANNERS = defineMessages({
  erased: {
    ro: 'Datele acestei cereri au fost șterse. Au rămas starea și zilele.',
    ru: 'Данные этого заявления стёрты. Остались состояние и даты.',
    en: 'The data of this application were erased. Its state and dates remain.',
  },
  restricted: {
    ro: 'Persoana a cerut restricționarea: cererea se poate doar arăta, retrage și înmâna.',
    ru: 'Человек попросил ограничить обработку: заявление можно только показать, отозвать и выдать.',
    en: 'The person asked for restriction: the application may only be shown, withdrawn and handed over.',
  },
});

export const RESTRICTION_REASON_TEXTS: Record<RestrictionReason, Text> = {
  'accuracy-contested': { ro: 'datele sunt greșite', ru: 'данные неверны', en: 'the data are wrong' },
  'unlawful-processing': { ro: 'prelucrarea e ilegală', ru: 'обработка незаконна', en: 'the processing is unlawful' },
  'legal-claim': { ro: 'are nevoie de ele în instanță', ru: 'они нужны в суде', en: 'needed for a legal claim' },
  objection: { ro: 'se opune prelucrării', ru: 'возражает против обработки', en: 'objects to the processing' },
};

export const ERASURE_REASON_TEXTS: Record<ErasureReason, Text> = {
  'no-longer-needed': { ro: 'nu mai sunt necesare', ru: 'больше не нужны', en: 'no longer needed' },
  'unlawful-processing': { ro: 'prelucrarea e ilegală', ru: 'обработка незаконна', en: 'the processing is unlawful' },
  objection: { ro: 'se opune prelucrării', ru: 'возражает против обработки', en: 'objects to the processing' },
};
