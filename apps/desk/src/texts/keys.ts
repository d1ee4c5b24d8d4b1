import { defineMessages } from '../language/messages.ts';

export const KEYS = defineMessages({
  title: { ro: 'Taste', ru: 'Клавиши', en: 'Keyboard shortcuts' },
  list: { ro: 'Lista tastelor', ru: 'Список клавиш', en: 'List of shortcuts' },
  letters: {
    ro: 'Folosește taste cu o singură literă',
    ru: 'Использовать однобуквенные клавиши',
    en: 'Use single-letter shortcuts',
  },
  search: { ro: 'Caută o cerere', ru: 'Найти заявление', en: 'Find an application' },
  lock: { ro: 'Acoperă ecranul', ru: 'Закрыть экран', en: 'Lock screen' },
  visit: { ro: 'Vizită nouă', ru: 'Новое посещение', en: 'New visit' },
  otherVisit: { ro: 'Cealaltă vizită', ru: 'Другое посещение', en: 'The other visit' },
  main: { ro: 'Butonul principal', ru: 'Главная кнопка', en: 'Main button' },
  back: { ro: 'Înapoi', ru: 'Назад', en: 'Back' },
  leave: { ro: 'Închide întrebarea', ru: 'Закрыть вопрос', en: 'Close the question' },
  open: { ro: 'Deschide cererea', ru: 'Открыть заявление', en: 'Open the application' },
  up: { ro: 'Rândul de sus', ru: 'Строка выше', en: 'Previous row' },
  down: { ro: 'Rândul de jos', ru: 'Строка ниже', en: 'Next row' },
  handOver: { ro: 'Înmânează', ru: 'Выдать', en: 'Hand over' },
  arrival: {
    ro: 'Confirmă sosirea rezultatului',
    ru: 'Подтвердить прибытие результата',
    en: 'Confirm arrival of the result',
  },
  documents: {
    ro: 'Răspunde la actele cerute',
    ru: 'Ответить на запрос документов',
    en: 'Answer the document request',
  },
  photograph: { ro: 'Fotografiază actul', ru: 'Сфотографировать документ', en: 'Photograph the document' },
  chooseFile: { ro: 'Alege fișierul scanat', ru: 'Выбрать файл скана', en: 'Choose the scanned file' },
  complaint: { ro: 'Pregătește plângerea', ru: 'Подготовить жалобу', en: 'Prepare the complaint' },
  note: { ro: 'Scrie o notă', ru: 'Написать заметку', en: 'Write a note' },
  print: { ro: 'Tipărește', ru: 'Печать', en: 'Print' },
  park: { ro: 'Pune deoparte', ru: 'Отложить', en: 'Save for later' },
  queue: { ro: 'Coada', ru: 'Очередь', en: 'Queue' },
});
