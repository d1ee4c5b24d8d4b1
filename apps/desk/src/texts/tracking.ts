import type { State } from '@cups/application';
import type { Text } from '@cups/application/texts';
import { defineMessages } from '../language/messages.ts';
import type { Plurals } from '../language/plurals.ts';

/** The public tracking page: short, and without the service or the person. */
export const TRACKING = defineMessages({
  title: { ro: 'Unde este cererea?', ru: 'Где заявление?', en: 'Where is the application?' },
  page: { ro: 'CUPS: unde este cererea', ru: 'CUPS: где заявление', en: 'CUPS: where is the application' },
  centres: {
    ro: 'Centrele unificate de prestare a serviciilor publice',
    ru: 'Единые центры предоставления публичных услуг',
    en: 'Unified centres for public services',
  },
  views: { ro: 'Ce căutați', ru: 'Что вы ищете', en: 'What you look for' },
  application: { ro: 'O cerere', ru: 'Заявление', en: 'An application' },
  mandate: { ro: 'O împuternicire', ru: 'Полномочие', en: 'A mandate' },
  label: { ro: 'Numărul de urmărire', ru: 'Номер для отслеживания', en: 'Tracking number' },
  help: {
    ro: '14 litere și cifre de pe recipisă. Spațiile și liniuțele nu contează.',
    ru: '14 букв и цифр с расписки. Пробелы и дефисы не важны.',
    en: '14 letters and digits from the receipt. Spaces and dashes do not matter.',
  },
  ask: { ro: 'Arată unde este', ru: 'Показать, где оно', en: 'Track application' },
  asking: { ro: 'Se caută', ru: 'Ищем', en: 'Searching' },
  now: { ro: 'Ce aveți de făcut', ru: 'Что нужно сделать', en: 'What you need to do' },
  filed: { ro: 'Depusă', ru: 'Подано', en: 'Filed' },
  due: { ro: 'Răspunsul instituției până la', ru: 'Срок ответа учреждения', en: 'Agency reply due' },
  duePassed: { ro: 'termenul a trecut', ru: 'срок прошёл', en: 'overdue' },
  expected: {
    ro: 'Data anunțată de instituție',
    ru: 'День, названный учреждением',
    en: 'Day announced by the agency',
  },
  contestBy: { ro: 'Se poate contesta până la', ru: 'Можно обжаловать до', en: 'Can be contested until' },
  answerBy: { ro: 'Acte până la', ru: 'Последний день для документов', en: 'Documents due' },
  passedOn: {
    ro: 'Transmisă altei instituții',
    ru: 'Передано другому учреждению',
    en: 'Passed on to another agency',
  },
  changed: { ro: 'Ultima schimbare', ru: 'Последнее изменение', en: 'Last change' },
  erased: {
    ro: 'Datele cererii au fost șterse pe {day}.',
    ru: 'Данные заявления стёрты {day}.',
    en: 'The data of the application were erased on {day}.',
  },
  noNumber: {
    ro: 'Scrieți numărul de pe recipisă.',
    ru: 'Введите номер с расписки.',
    en: 'Enter the number from the receipt.',
  },
  misread: {
    ro: 'Numărul nu este întreg sau are o greșeală. Comparați-l cu recipisa.',
    ru: 'Номер неполный или с ошибкой. Сверьте его с распиской.',
    en: 'The number is incomplete or has a mistake. Compare it with the receipt.',
  },
  unknown: {
    ro: 'Nu găsim acest număr. Comparați-l cu recipisa. Dacă pe recipisă scrie „încă neînregistrată”, poate că cererea nu a ajuns încă: încercați din nou mai târziu sau întrebați la centru.',
    ru: 'Этот номер не найден. Сверьте его с распиской. Если в расписке указано «ещё не зарегистрировано», заявление могло ещё не дойти: попробуйте позже или спросите в центре.',
    en: 'Number not found. Compare it with the receipt. If the receipt says “not yet registered”, the application may not have arrived yet: try again later, or ask at the centre.',
  },
  tooMany: {
    ro: 'De aici s-a încercat de prea multe ori. Încercați din nou peste {wait}.',
    ru: 'Отсюда было слишком много попыток. Попробуйте снова через {wait}.',
    en: 'Too many attempts from here. Try again in {wait}.',
  },
  away: {
    ro: 'Platforma nu răspunde acum. Cererea este în siguranță; încercați din nou peste câteva minute.',
    ru: 'Платформа сейчас не отвечает. С заявлением всё в порядке; попробуйте снова через несколько минут.',
    en: 'The platform is unavailable now. The application is safe. Try again in a few minutes.',
  },
  secret: {
    ro: 'Cine are numărul vede numai starea, datele calendaristice și instituția la care a fost transmisă: nici serviciul, nici persoana.',
    ru: 'У кого есть номер, тот видит только состояние, даты и учреждение, куда передано: ни услугу, ни лицо.',
    en: 'Anyone with the number can see only the state, the dates and where it was passed on, not the service or the person.',
  },
});

/** Forms after "peste", "через" and "in". */
export const SECONDS: Plurals = {
  ro: { one: 'secundă', few: 'secunde' },
  ru: { one: 'секунду', few: 'секунды', many: 'секунд' },
  en: { one: 'second', few: 'seconds' },
};

/** Per state: what it is, and what the holder has to do. */
export const TRACKING_STATES: Record<State | 'result-on-the-way', { title: Text; next: Text }> = {
  draft: {
    title: {
      ro: 'Cererea este în pregătire la centru',
      ru: 'Заявление готовится в центре',
      en: 'The application is being prepared at the centre',
    },
    next: {
      ro: 'Încă nu a fost depusă. Dacă vi s-au cerut acte, aduceți-le la centru.',
      ru: 'Оно ещё не подано. Если у вас просили документы, принесите их в центр.',
      en: 'It has not been filed yet. If you were asked for documents, bring them to the centre.',
    },
  },
  submitted: {
    title: { ro: 'Cererea a fost depusă', ru: 'Заявление подано', en: 'The application has been filed' },
    next: {
      ro: 'Nimic. Instituția o primește și începe să lucreze la ea.',
      ru: 'Ничего. Учреждение получает его и начинает рассматривать.',
      en: 'Nothing. The agency receives it and starts work.',
    },
  },
  'in-progress': {
    title: {
      ro: 'Instituția lucrează la cerere',
      ru: 'Заявление рассматривает учреждение',
      en: 'The agency is working on it',
    },
    next: {
      ro: 'Nimic. Aflați aici sau la centru când vine răspunsul.',
      ru: 'Ничего. Когда придёт ответ, вы узнаете здесь или в центре.',
      en: 'Nothing. You can see the reply here or ask at the centre.',
    },
  },
  'documents-requested': {
    title: {
      ro: 'Instituția cere acte suplimentare',
      ru: 'Учреждение просит дополнительные документы',
      en: 'The agency requests more documents',
    },
    next: {
      ro: 'Mergeți la centru: vi se spune exact ce acte trebuie aduse. Termenul instituției este suspendat până atunci.',
      ru: 'Обратитесь в центр: там скажут точно, какие документы нужны. До тех пор срок учреждения не идёт.',
      en: 'Go to the centre to learn which documents are needed. The agency’s deadline is paused until then.',
    },
  },
  'result-on-the-way': {
    title: {
      ro: 'Rezultatul este pe drum spre centru',
      ru: 'Результат в пути в центр',
      en: 'The result is on its way to the centre',
    },
    next: {
      ro: 'Nu veniți încă. Veniți când aici scrie că rezultatul este gata.',
      ru: 'Пока не приходите. Приходите, когда здесь будет написано, что результат готов.',
      en: 'Do not come yet. Come when this page says that the result is ready.',
    },
  },
  ready: {
    title: { ro: 'Rezultatul este gata', ru: 'Результат готов', en: 'The result is ready' },
    next: {
      ro: 'Dacă ați ales să îl ridicați, veniți la centru cu actul de identitate.',
      ru: 'Если вы выбрали получение в центре, приходите с удостоверением личности.',
      en: 'If you chose to collect it, come to the centre with your identity document.',
    },
  },
  rejected: {
    title: { ro: 'Instituția a respins cererea', ru: 'Учреждение отказало', en: 'The agency rejected the application' },
    next: {
      ro: 'Veniți la centru cu actul de identitate: primiți decizia, cu motivul și cu felul în care poate fi contestată.',
      ru: 'Приходите в центр с удостоверением личности: вы получите решение с причиной и порядком обжалования.',
      en: 'Come to the centre with your identity document to get the decision, its reason and how to appeal.',
    },
  },
  'handed-over': {
    title: { ro: 'Rezultatul a fost înmânat', ru: 'Результат выдан', en: 'The result has been handed over' },
    next: {
      ro: 'Nimic. Dacă nu este rezultatul de care aveați nevoie, spuneți la centru.',
      ru: 'Ничего. Если это не тот результат, который был нужен, скажите в центре.',
      en: 'Nothing. If it does not meet your need, tell the centre.',
    },
  },
  closed: {
    title: { ro: 'Cererea este închisă', ru: 'Заявление закрыто', en: 'The application is closed' },
    next: {
      ro: 'Nimic. Dacă mai aveți nevoie de ceva, adresați-vă centrului.',
      ru: 'Ничего. Если нужно что-то ещё, обратитесь в центр.',
      en: 'Nothing. If you need anything else, ask at the centre.',
    },
  },
  withdrawn: {
    title: { ro: 'Cererea a fost retrasă', ru: 'Заявление отозвано', en: 'The application was withdrawn' },
    next: {
      ro: 'Nimic. Dacă mai aveți nevoie de serviciu, la centru se depune o cerere nouă.',
      ru: 'Ничего. Если услуга ещё нужна, в центре подают новое заявление.',
      en: 'Nothing. If the service is still needed, a new application is filed at the centre.',
    },
  },
  expired: {
    title: { ro: 'Cererea a expirat', ru: 'Срок заявления истёк', en: 'The application has expired' },
    next: {
      ro: 'Dacă mai aveți nevoie de serviciu, mergeți la centru: se depune o cerere nouă.',
      ru: 'Если услуга ещё нужна, обратитесь в центр: там подают новое заявление.',
      en: 'If the service is still needed, go to the centre: a new application is filed there.',
    },
  },
};
