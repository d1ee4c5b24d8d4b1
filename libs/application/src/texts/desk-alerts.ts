import type { DeskAlertKind } from '../lifecycle.ts';
import type { Text } from './text.ts';

/** Alerts: what happened, and what to do if there is a task. */
export const DESK_ALERT_TEXTS: Record<DeskAlertKind, Text> = {
  'acknowledged-after-end': {
    ro: 'Instituția a confirmat primirea după ce cererea s-a încheiat.',
    ru: 'Учреждение подтвердило получение после завершения заявления.',
    en: 'The agency confirmed receipt after the application had ended.',
  },
  'progress-after-end': {
    ro: 'Instituția lucrează încă, deși cererea s-a încheiat. Sunați la instituție.',
    ru: 'Учреждение ещё работает, хотя заявление завершено. Позвоните в учреждение.',
    en: 'The agency still works, though the application has ended. Call the agency.',
  },
  'documents-requested-after-end': {
    ro: 'Instituția cere documente după încheierea cererii. Deschideți o corectare dacă persoana mai are nevoie.',
    ru: 'Учреждение просит документы после завершения. Откройте исправление, если человеку это ещё нужно.',
    en: 'The agency requests documents after the end. Start a correction if the applicant still needs it.',
  },
  'decision-after-end': {
    ro: 'Instituția a decis după încheierea cererii. Spuneți persoanei.',
    ru: 'Учреждение приняло решение после завершения. Сообщите человеку.',
    en: 'The agency decided after the application had ended. Notify the applicant.',
  },
  'result-corrected': {
    ro: 'Instituția a corectat rezultatul. Înmânați-l pe cel nou.',
    ru: 'Учреждение исправило результат. Выдайте новый.',
    en: 'The agency corrected the result. Hand over the new one.',
  },
  'result-revoked': {
    ro: 'Instituția a revocat rezultatul. Nu înmânați nimic.',
    ru: 'Учреждение отозвало результат. Ничего не выдавайте.',
    en: 'The agency revoked the result. Do not hand anything over.',
  },
  'agency-stopped': {
    ro: 'Instituția a oprit lucrul la cererea retrasă.',
    ru: 'Учреждение прекратило работу по отозванному заявлению.',
    en: 'The agency stopped working on the withdrawn application.',
  },
  'delivery-failed': {
    ro: 'Cererea nu a putut fi trimisă instituției. Adresați-vă asistenței platformei.',
    ru: 'Заявление не удалось передать учреждению. Обратитесь в поддержку платформы.',
    en: 'The application could not be sent to the agency. Contact platform support.',
  },
  'delivery-deferred': {
    ro: 'Cererea așteaptă să plece la instituție. Pleacă singură.',
    ru: 'Заявление ждёт отправки в учреждение. Уйдёт само.',
    en: 'The application is waiting to be sent to the agency. It will be sent automatically.',
  },
  'message-refused': {
    ro: 'Un mesaj al instituției nu a putut fi primit. Sunați la instituție dacă așteptați ceva.',
    ru: 'Сообщение учреждения не удалось принять. Позвоните в учреждение, если чего-то ждёте.',
    en: 'A message of the agency was invalid. Call the agency if you expect something.',
  },
  'message-unknown': {
    ro: 'Instituția a trimis un mesaj pe care platforma nu îl cunoaște încă.',
    ru: 'Учреждение прислало сообщение, которое платформа ещё не знает.',
    en: 'The agency sent an unknown kind of message.',
  },
  'acknowledged-after-decision': {
    ro: 'Instituția a confirmat primirea după decizie.',
    ru: 'Учреждение подтвердило получение после решения.',
    en: 'The agency confirmed receipt after its decision.',
  },
  'progress-after-decision': {
    ro: 'Instituția a scris despre lucru după decizie. Citiți mesajul.',
    ru: 'Учреждение написало о ходе работы после решения. Прочитайте сообщение.',
    en: 'The agency reported progress after its decision. Read the message.',
  },
  'documents-requested-after-decision': {
    ro: 'Instituția cere documente după decizie. Sunați la instituție.',
    ru: 'Учреждение просит документы после решения. Позвоните в учреждение.',
    en: 'The agency requests documents after its decision. Call the agency.',
  },
  'second-decision': {
    ro: 'Instituția a decis a doua oară; rămâne prima decizie. Sunați la instituție.',
    ru: 'Учреждение приняло второе решение; остаётся первое. Позвоните в учреждение.',
    en: 'The agency decided a second time; the first decision stays. Call the agency.',
  },
  'result-before-decision': {
    ro: 'Instituția a schimbat un rezultat pe care nu l-a dat încă. Sunați la instituție.',
    ru: 'Учреждение изменило результат, которого ещё не давало. Позвоните в учреждение.',
    en: 'The agency changed a result that does not exist yet. Call the agency.',
  },
  'message-before-submission': {
    ro: 'Instituția a scris despre o ciornă. Adresați-vă asistenței platformei.',
    ru: 'Учреждение написало о черновике. Обратитесь в поддержку платформы.',
    en: 'The agency wrote about a draft. Contact platform support.',
  },
  'acknowledged-late': {
    ro: 'Instituția a confirmat primirea după ce a cerut documente.',
    ru: 'Учреждение подтвердило получение после запроса документов.',
    en: 'The agency confirmed receipt after it had requested documents.',
  },
  'progress-while-awaiting-documents': {
    ro: 'Instituția a scris despre lucru, dar documentele tot se așteaptă.',
    ru: 'Учреждение написало о ходе работы, но документы всё ещё ожидаются.',
    en: 'The agency reported progress, but the documents are still awaited.',
  },
  'documents-requested-too-often': {
    ro: 'Instituția a cerut documente de prea multe ori. Sunați la instituție.',
    ru: 'Учреждение просило документы слишком много раз. Позвоните в учреждение.',
    en: 'The agency requested documents too often. Call the agency.',
  },
  'agency-message-changed': {
    ro: 'Un mesaj al instituției nu a fost luat chiar așa cum a venit.',
    ru: 'Сообщение учреждения принято не совсем так, как пришло.',
    en: 'A message of the agency was corrected on arrival.',
  },
  'decided-before-correction': {
    ro: 'Instituția a decis înainte de corectare. Verificați rezultatul înainte de a-l înmâna.',
    ru: 'Учреждение решило до исправления. Проверьте результат перед выдачей.',
    en: 'The agency decided before the correction. Check the result before you hand it over.',
  },
  'answered-earlier-submission': {
    ro: 'Instituția a răspuns fără să arate că a văzut cele mai noi documente sau date. Sunați la instituție.',
    ru: 'Учреждение ответило, не подтвердив, что видело новейшие документы или данные. Позвоните в учреждение.',
    en: 'The agency replied without showing that it saw the newest documents or data. Call the agency.',
  },
  'passed-on-after-end': {
    ro: 'Instituția a transmis cererea mai departe după ce aceasta s-a încheiat. Cererea nu s-a mutat.',
    ru: 'Учреждение передало заявление дальше после его завершения. Заявление осталось на месте.',
    en: 'The agency passed the application on after its end. The application has not moved.',
  },
  'passed-on-after-decision': {
    ro: 'Instituția a transmis cererea mai departe după decizie. Decizia rămâne. Sunați la instituție.',
    ru: 'Учреждение передало заявление дальше после решения. Решение остаётся. Позвоните в учреждение.',
    en: 'The agency passed the application on after its decision. The decision stands. Call the agency.',
  },
  'consent-awaited': {
    ro: 'Instituția spune că altă instituție este competentă, iar mandatul nu o cuprinde. Întrebați persoana și notați răspunsul.',
    ru: 'Учреждение указало другое компетентное учреждение, которого полномочие не охватывает. Спросите человека и отметьте ответ.',
    en: 'The agency names another agency as competent, which the mandate does not cover. Ask the person and record the answer.',
  },
  'agency-undecided': {
    ro: 'Instituția a transmis cererea mai departe. Un supervizor hotărăște cine o primește.',
    ru: 'Учреждение передало заявление дальше. Кто его получит, решает супервизор.',
    en: 'The agency passed the application on. A supervisor decides who receives it.',
  },
  'agency-message': {
    ro: 'Instituția v-a scris. Citiți mesajul și răspundeți.',
    ru: 'Учреждение написало вам. Прочитайте сообщение и ответьте.',
    en: 'The agency wrote to you. Read the message and reply.',
  },
  'message-not-sent': {
    ro: 'Un mesaj nu a putut fi trimis instituției. Sunați la instituție.',
    ru: 'Сообщение не удалось передать учреждению. Позвоните в учреждение.',
    en: 'A message could not be sent to the agency. Call the agency.',
  },
  'document-refused': {
    ro: 'O copie atașată a fost respinsă la verificare, iar instituția nu o poate citi. Una nouă se trimite numai la cererea instituției: dacă nu există o cerere deschisă, sunați la instituție.',
    ru: 'Приложенная копия не прошла проверку, и учреждение не может её прочитать. Новую можно отправить только по запросу учреждения: если открытого запроса нет, позвоните в учреждение.',
    en: 'An attached copy was refused, and the agency cannot read it. You can send a new one only when the agency requests it: if there is no open request, call the agency.',
  },
  'mandate-revoked': {
    ro: 'Persoana a revocat mandatul. Cererea se poate retrage și rezultatul se poate înmâna. Pentru documente noi este nevoie de un mandat nou.',
    ru: 'Человек отозвал полномочие. Заявление можно отозвать, а результат выдать. Для новых документов нужно новое полномочие.',
    en: 'The person revoked the mandate. You can withdraw the application and hand over the result. New documents need a new mandate.',
  },
  other: {
    ro: 'Instituția a scris ceva. Citiți istoricul.',
    ru: 'Учреждение что-то написало. Прочитайте историю.',
    en: 'The agency sent a message. Read the history.',
  },
};
