import { defineMessages } from '../language/messages.ts';
import type { Text } from '../language/messages.ts';

/** What happened to an act that the platform rejected, what can be done, and what the person needs to know. */
export interface ConflictTexts {
  what: Text;
  todo: Text;
  tell: Text;
}

export const CONFLICT = defineMessages({
  what: { ro: 'Ce s-a întâmplat', ru: 'Что произошло', en: 'What happened' },
  todo: { ro: 'Ce puteți face', ru: 'Что можно сделать', en: 'What you can do' },
  tell: { ro: 'Ce spuneți persoanei', ru: 'Что сказать человеку', en: 'What to tell the person' },
  answerBy: { ro: 'Acte până la', ru: 'Документы до', en: 'Documents by' },
  madeAt: {
    ro: 'Făcut la ora acestui calculator',
    ru: 'Сделано по часам этого компьютера',
    en: 'Done by the clock of this PC',
  },
  pauseReason: { ro: 'Motivul opririi', ru: 'Причина остановки', en: 'Reason of the pause' },
  mandate: { ro: 'Împuternicirea', ru: 'Полномочие', en: 'Mandate' },
  mandateRevoked: { ro: 'revocată la {time}', ru: 'отозвано {time}', en: 'revoked on {time}' },
  mandateExpired: { ro: 'expirată la {time}', ru: 'истекло {time}', en: 'expired on {time}' },
  mandateActive: { ro: 'valabilă până la {time}', ru: 'действует до {time}', en: 'valid until {time}' },
});

export const CONFLICT_TEXTS = {
  'draft-changed': {
    what: {
      ro: 'Un coleg a schimbat aceeași ciornă cât timp acest calculator nu avea legătură.',
      ru: 'Коллега изменил тот же черновик, пока у этого компьютера не было связи.',
      en: 'A colleague changed the same draft while this PC had no line.',
    },
    todo: {
      ro: 'Deschideți ciorna: ce ați schimbat amândoi stă alături și alegeți; restul se unește. Apoi depuneți.',
      ru: 'Откройте черновик: изменённое обоими стоит рядом, выберите; остальное объединится. Затем подайте.',
      en: 'Open the draft. What both of you changed is side by side for you to choose; the rest is merged. Then submit.',
    },
    tell: {
      ro: 'Cererea nu este încă depusă. Verificați împreună valorile care diferă.',
      ru: 'Заявление ещё не подано. Проверьте вместе различающиеся значения.',
      en: 'The application is not submitted yet. Check the values that differ together.',
    },
  },
  'draft-ended': {
    what: {
      ro: 'Un coleg a depus sau a încheiat deja această cerere. Datele de aici nu mai intră în ea.',
      ru: 'Коллега уже подал или завершил это заявление. Данные отсюда в него больше не войдут.',
      en: 'A colleague has already submitted or ended this application. The data here no longer goes into it.',
    },
    todo: {
      ro: 'Comparați. Ce lipsește acolo păstrați ca notă, apoi corectați cererea sau deschideți alta.',
      ru: 'Сравните. Недостающее сохраните как заметку, затем исправьте заявление или откройте другое.',
      en: 'Compare. Keep what is missing there as a note, then correct the application or open another one.',
    },
    tell: {
      ro: 'Spuneți în ce stare este cererea, și că numărul ei rămâne valabil.',
      ru: 'Скажите, в каком состоянии заявление и что его номер остаётся действительным.',
      en: 'Say what state the application is in, and that its number stays valid.',
    },
  },
  decided: {
    what: {
      ro: 'Instituția a hotărât înainte ca acest act să ajungă. Cererea nu mai așteaptă nimic de la persoană.',
      ru: 'Учреждение приняло решение раньше, чем дошло это действие. Заявление больше ничего не ждёт от человека.',
      en: 'The agency decided before this act arrived. The application no longer waits for the person.',
    },
    todo: {
      ro: 'Deschideți cererea și citiți decizia. Actul se poate păstra ca notă, sau renunțați la el cu un motiv.',
      ru: 'Откройте заявление и прочитайте решение. Действие можно сохранить как заметку или отменить с причиной.',
      en: 'Open the application and read the decision. Keep the act as a note, or discard it with a reason.',
    },
    tell: {
      ro: 'Actul nu are efect. Spuneți decizia și cum se poate contesta.',
      ru: 'Действие не имеет силы. Сообщите решение и как его обжаловать.',
      en: 'The act has no effect. Tell them the decision and how to appeal.',
    },
  },
  'moved-on': {
    what: {
      ro: 'Cererea s-a schimbat la platformă înainte ca acest act să ajungă, și actul nu mai este posibil.',
      ru: 'Заявление изменилось на платформе раньше, чем дошло это действие, и оно больше невозможно.',
      en: 'The application changed at the platform before this act arrived, and the act is no longer possible.',
    },
    todo: {
      ro: 'Comparați cu starea de acum. Păstrați actul ca notă, sau renunțați la el cu un motiv.',
      ru: 'Сравните с нынешним состоянием. Сохраните действие как заметку или отмените с причиной.',
      en: 'Compare with the state now. Keep the act as a note, or discard it with a reason.',
    },
    tell: {
      ro: 'Actul nu are efect. Spuneți în ce stare este cererea acum.',
      ru: 'Действие не имеет силы. Скажите, в каком состоянии заявление сейчас.',
      en: 'The act has no effect. Say what state the application is in now.',
    },
  },
  'answer-late': {
    what: {
      ro: 'Actele au fost primite la ghișeu după termenul instituției.',
      ru: 'Документы приняты в центре после срока учреждения.',
      en: 'The documents came to the desk after the date of the agency.',
    },
    todo: {
      ro: 'Păstrați ca notă ce a adus persoana. După ce cererea expiră, deschideți una nouă.',
      ru: 'Сохраните как заметку, что принёс человек. Когда срок заявления истечёт, откройте новое.',
      en: 'Keep what the person brought as a note. Once the application has expired, open a new one.',
    },
    tell: {
      ro: 'Termenul a trecut; pentru acest serviciu este nevoie de o cerere nouă.',
      ru: 'Срок прошёл; для этой услуги нужно новое заявление.',
      en: 'The date has passed. This service needs a new application.',
    },
  },
  'form-changed': {
    what: {
      ro: 'Formularul sau condițiile serviciului s-au schimbat între timp. Mai jos este ce cere platforma acum.',
      ru: 'Форма или условия услуги тем временем изменились. Ниже — что платформа требует сейчас.',
      en: 'The form or the terms of the service changed meanwhile. Below is what the platform needs now.',
    },
    todo: {
      ro: 'Deschideți ciorna, completați împreună cu persoana, și depuneți din nou. Numărul rămâne același.',
      ru: 'Откройте черновик, дополните вместе с человеком и подайте снова. Номер остаётся прежним.',
      en: 'Open the draft, complete it with the person, and submit again. The number stays the same.',
    },
    tell: {
      ro: 'Cererea nu este încă înregistrată: mai lipsește un răspuns. Sunați persoana dacă a plecat.',
      ru: 'Заявление ещё не зарегистрировано: не хватает ответа. Позвоните человеку, если он ушёл.',
      en: 'The application is not registered yet: an answer is missing. Call the person if they have left.',
    },
  },
  'service-closed': {
    what: {
      ro: 'Serviciul sau centrul nu mai primește cereri noi. Platforma nu a înregistrat-o pe aceasta.',
      ru: 'Услуга или центр больше не принимает новых заявлений. Это заявление не зарегистрировано.',
      en: 'The service or the centre takes no new applications any more. The platform has not registered this one.',
    },
    todo: {
      ro: 'Lăsați-o aici și trimiteți-o din nou când se reia, predați-o supervizorului, sau renunțați cu un motiv.',
      ru: 'Оставьте здесь и отправьте снова, когда приём возобновится, передайте супервизору или отмените с причиной.',
      en: 'Leave it here and send it again when it resumes, hand it in for a supervisor, or discard it with a reason.',
    },
    tell: {
      ro: 'Cererea nu este depusă. Sunați persoana, spuneți motivul, și ce taxă plătită i se întoarce.',
      ru: 'Заявление не подано. Позвоните человеку, назовите причину и какая оплата возвращается.',
      en: 'The application is not submitted. Call the person, give the reason, and say which fee is returned.',
    },
  },
  'mandate-ended': {
    what: {
      ro: 'Împuternicirea persoanei a fost revocată, a expirat, sau nu cuprinde această cerere.',
      ru: 'Полномочие человека отозвано, истекло или не охватывает это заявление.',
      en: 'The mandate of the person was revoked, has expired, or does not cover this application.',
    },
    todo: {
      ro: 'Deschideți cererea și înregistrați cu persoana o împuternicire nouă. Dacă nu mai vrea, renunțați cu un motiv.',
      ru: 'Откройте заявление и оформите с человеком новое полномочие. Если он не хочет, отмените с причиной.',
      en: 'Open the application and record a new mandate with the person. If they decline, discard the act with a reason.',
    },
    tell: {
      ro: 'Cererea nu este depusă. Fără o împuternicire nouă, centrul nu mai face nimic în numele persoanei.',
      ru: 'Заявление не подано. Без нового полномочия центр больше ничего не делает от имени человека.',
      en: 'The application is not submitted. Without a new mandate, the centre does nothing more for the person.',
    },
  },
  'time-unproven': {
    what: {
      ro: 'După ceasul acestui calculator actele au venit la timp, dar nimic nu dovedește ora: ceasul era greșit.',
      ru: 'По часам этого компьютера документы пришли вовремя, но время ничем не подтверждено: часы шли неверно.',
      en: 'By the clock of this PC the documents were in time, but nothing proves it: the clock was wrong.',
    },
    todo: {
      ro: 'Predați actul supervizorului, care hotărăște dacă a fost la timp. Potriviți ceasul calculatorului.',
      ru: 'Передайте действие супервизору, он решит, было ли оно вовремя. Исправьте часы компьютера.',
      en: 'Hand the act in for a supervisor, who decides whether it was in time. Set the clock of the PC.',
    },
    tell: {
      ro: 'Actele sunt primite; un supervizor confirmă ziua. Centrul sună persoana după decizie.',
      ru: 'Документы приняты; день подтвердит супервизор. После решения центр позвонит человеку.',
      en: 'The documents are received. A supervisor confirms the day, and the centre calls afterwards.',
    },
  },
} satisfies Record<string, ConflictTexts>;
