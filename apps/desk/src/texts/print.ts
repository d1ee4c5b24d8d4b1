import { defineMessages } from '../language/messages.ts';
import { TRAINING_TEXT } from './training.ts';

/** Texts of printouts. */
export const PRINT = defineMessages({
  practice: TRAINING_TEXT,
  printed: { ro: 'Tipărit {when}', ru: 'Напечатано {when}', en: 'Printed {when}' },
  number: { ro: 'Număr de urmărire', ru: 'Номер для отслеживания', en: 'Tracking number' },

  agency: { ro: 'Instituția', ru: 'Учреждение', en: 'Agency' },
  centre: { ro: 'Centrul', ru: 'Центр', en: 'Centre' },
  payTo: { ro: 'Unde se plătește', ru: 'Где оплатить', en: 'Where to pay' },
  payToAgency: {
    ro: 'Instituției, nu la centru. Aduceți chitanța la centru.',
    ru: 'Учреждению, не в центре. Принесите квитанцию в центр.',
    en: 'To the agency, not at the centre. Bring the receipt to the centre.',
  },
  specialist: { ro: 'Specialistul', ru: 'Специалист', en: 'Specialist' },
  applicant: { ro: 'Solicitantul', ru: 'Заявитель', en: 'Applicant' },
  represented: { ro: 'Pentru persoana', ru: 'За лицо', en: 'For' },
  born: { ro: 'data nașterii {date}', ru: 'дата рождения {date}', en: 'born {date}' },
  contact: { ro: 'Contact', ru: 'Связь', en: 'Contact' },
  ground: { ro: 'Temeiul', ru: 'Основание', en: 'Ground' },
  filed: { ro: 'Depusă', ru: 'Подано', en: 'Filed' },
  term: { ro: 'Termenul', ru: 'Срок', en: 'Deadline' },
  answerDue: { ro: 'Răspuns până la', ru: 'Ответ до', en: 'Answer by' },
  fee: { ro: 'Costul', ru: 'Стоимость', en: 'Cost' },
  paid: { ro: 'Plătit', ru: 'Оплачено', en: 'Paid' },
  way: { ro: 'Rezultatul', ru: 'Результат', en: 'Result' },
  papers: { ro: 'Acte prezentate', ru: 'Представленные документы', en: 'Documents shown' },
  noPapers: { ro: 'niciunul', ru: 'нет', en: 'none' },
  originalSeen: { ro: 'originalul a fost văzut', ru: 'оригинал предъявлен', en: 'original seen' },
  scanned: { ro: 'copie scanată', ru: 'скан', en: 'scanned copy' },
  notSeen: { ro: 'nu a fost prezentat', ru: 'не предъявлен', en: 'not shown' },
  byCode: { ro: 'cod de verificare {code}', ru: 'код проверки {code}', en: 'verification code {code}' },
  numbered: { ro: 'nr. {number}', ru: '№ {number}', en: 'no. {number}' },
  ofDate: { ro: 'din {date}', ru: 'от {date}', en: 'of {date}' },

  applicationTitle: { ro: 'Cerere', ru: 'Заявление', en: 'Application' },
  notFiled: { ro: 'încă nu', ru: 'ещё нет', en: 'not yet' },
  cannotGet: {
    ro: 'Acte pe care persoana nu le poate obține',
    ru: 'Документы, которые невозможно получить',
    en: 'Documents the person cannot obtain',
  },
  declaration: {
    ro: 'Am verificat datele de mai sus și le confirm.',
    ru: 'Подтверждаю: данные выше проверены и верны.',
    en: 'I have checked the data above and confirm them.',
  },
  signatureApplicant: { ro: 'Semnătura solicitantului', ru: 'Подпись заявителя', en: 'Signature of the applicant' },
  signatureSpecialist: { ro: 'Semnătura specialistului', ru: 'Подпись специалиста', en: 'Signature of the specialist' },
  signatureCollector: { ro: 'Am primit, semnătura', ru: 'Получено, подпись', en: 'Received, signature' },
  date: { ro: 'Data', ru: 'Дата', en: 'Date' },

  mandateTitle: {
    ro: 'Împuternicire pentru depunerea cererii',
    ru: 'Полномочие на подачу заявления',
    en: 'Mandate to file the application',
  },
  mandateText: {
    ro: 'Cer specialistului centrului să depună în numele meu cererea descrisă aici, să o transmită instituției și să primească răspunsul ei.',
    ru: 'Поручаю специалисту центра подать от моего имени описанное здесь заявление, передать его учреждению и получить ответ.',
    en: 'I ask the specialist of the centre to file the application described here in my name, to pass it on to the agency and to receive its reply.',
  },
  mandateData: {
    ro: 'Datele mele se folosesc numai pentru această cerere. La centru pot afla oricând cine le-a consultat.',
    ru: 'Мои данные используются только для этого заявления. В центре можно в любой момент узнать, кто их просматривал.',
    en: 'My data is used for this application only. I can ask the centre at any time who accessed it.',
  },

  receiptTitle: {
    ro: 'Recipisă: cererea a fost depusă',
    ru: 'Расписка: заявление подано',
    en: 'Receipt: the application has been filed',
  },
  follow: {
    ro: 'Unde este cererea aflați la centru sau pe telefon: îndreptați camera spre cod ori deschideți {address} și scrieți numărul.',
    ru: 'Где заявление, можно узнать в центре или с помощью телефона: наведите камеру на код или откройте {address} и введите номер.',
    en: 'To track the application, ask at the centre, point your phone camera at the code, or open {address} and enter the number.',
  },
  keepNumber: {
    ro: 'Păstrați numărul: cine îl are vede starea cererii, dar nu și datele din ea.',
    ru: 'Храните номер: у кого он есть, тот видит состояние заявления, но не данные в нём.',
    en: 'Keep the number. Anyone with the number can see the state of the application, but not its data.',
  },

  bringTitle: { ro: 'Ce trebuie să aduceți', ru: 'Что нужно принести', en: 'What to bring' },
  bringAlways: { ro: 'Aduceți în original:', ru: 'Принесите оригиналы:', en: 'Bring the originals:' },
  bringMaybe: { ro: 'După caz:', ru: 'Если это ваш случай:', en: 'If it applies to you:' },
  bringNothing: {
    ro: 'Pentru acest serviciu nu se cer acte.',
    ru: 'Для этой услуги документы не нужны.',
    en: 'This service requires no documents.',
  },
  orCode: {
    ro: 'sau codul de verificare al documentului electronic',
    ru: 'или код проверки электронного документа',
    en: 'or the verification code of the electronic document',
  },
  whenRepresented: {
    ro: 'dacă cereți pentru altă persoană',
    ru: 'если вы обращаетесь за другое лицо',
    en: 'if you apply for another person',
  },

  missingTitle: { ro: 'Ce mai lipsește', ru: 'Чего не хватает', en: 'What is still missing' },
  missingKept: {
    ro: 'Ce ați completat este păstrat. Reveniți la centrul {centre} cu această foaie.',
    ru: 'Заполненное сохранено. Приходите в центр {centre} с этим листом.',
    en: 'Your data is saved. Come back to the centre {centre} with this sheet.',
  },
  missingUntil: { ro: 'Ultima zi: {date}.', ru: 'Последний день: {date}.', en: 'Last day: {date}.' },

  approvedTitle: {
    ro: 'Înștiințare: cererea a fost aprobată',
    ru: 'Уведомление: заявление одобрено',
    en: 'Notice: the application is approved',
  },
  rejectedTitle: {
    ro: 'Înștiințare: cererea a fost respinsă',
    ru: 'Уведомление: в заявлении отказано',
    en: 'Notice: the application is rejected',
  },
  revokedTitle: {
    ro: 'Înștiințare: rezultatul a fost revocat',
    ru: 'Уведомление: результат отозван',
    en: 'Notice: the result is revoked',
  },
  decided: { ro: 'Decis', ru: 'Принято', en: 'Decided' },
  corrected: { ro: 'Corectat', ru: 'Исправлено', en: 'Corrected' },
  revoked: { ro: 'Revocat', ru: 'Отозвано', en: 'Revoked' },
  service: { ro: 'Serviciul', ru: 'Услуга', en: 'Service' },
  pages: { ro: 'Pagini', ru: 'Страниц', en: 'Pages' },
  printedAt: { ro: 'Tipărit', ru: 'Напечатано', en: 'Printed' },
  statedAddress: {
    ro: 'Adresa indicată de instituție, neconfirmată',
    ru: 'Адрес, указанный учреждением, не подтверждён',
    en: 'Address stated by the agency, not confirmed',
  },
  verifyAt: { ro: 'Verificare', ru: 'Проверка', en: 'Verification' },
  coverTitle: { ro: 'Foaie de însoțire', ru: 'Сопроводительный лист', en: 'Cover sheet' },
  coverLead: {
    ro: 'Tipărit după rezultatul electronic. Documentul urmează neschimbat pe paginile următoare.',
    ru: 'Напечатано с электронного результата. Документ без изменений — на следующих страницах.',
    en: 'Printed from the electronic result. The document follows unchanged on the next pages.',
  },
  coverReplaced: {
    ro: 'ÎNLOCUIT la {when}. Acest document nu mai este valabil.',
    ru: 'ЗАМЕНЁН {when}. Этот документ больше не действует.',
    en: 'REPLACED on {when}. This document is no longer valid.',
  },
  coverNewNumber: {
    ro: 'Rezultatul valabil are numărul {number}.',
    ru: 'Номер действующего результата: {number}.',
    en: 'The valid result has the number {number}.',
  },
  coverRevoked: {
    ro: 'REVOCAT la {when}. Acest document nu este valabil.',
    ru: 'ОТОЗВАН {when}. Этот документ не действует.',
    en: 'REVOKED on {when}. This document is not valid.',
  },
  resultNumber: { ro: 'Numărul rezultatului', ru: 'Номер результата', en: 'Result number' },
  verificationCode: { ro: 'Codul de verificare', ru: 'Код проверки', en: 'Verification code' },
  validUntil: { ro: 'Valabil până la', ru: 'Действует до', en: 'Valid until' },
  agencyText: { ro: 'Cuvintele instituției', ru: 'Слова учреждения', en: 'Message of the agency' },
  appeal: { ro: 'Cum se poate contesta', ru: 'Как обжаловать', en: 'How to appeal' },
  appealUntil: { ro: 'Contestarea se primește până la', ru: 'Жалоба принимается до', en: 'Appeals accepted until' },

  handOverTitle: { ro: 'Confirmare de înmânare', ru: 'Подтверждение выдачи', en: 'Hand-over confirmation' },
  handedOver: { ro: 'Înmânat', ru: 'Выдано', en: 'Handed over' },
  collectedBy: { ro: 'A ridicat', ru: 'Кому выдано', en: 'Collected by' },
  shown: { ro: 'Actul arătat', ru: 'Предъявленный документ', en: 'Document shown' },
  power: { ro: 'Împuternicirea', ru: 'Полномочие', en: 'Power of attorney' },

  journalSeal: {
    ro: 'Starea jurnalului {origin}: {size} înregistrări, cu suma de control:',
    ru: 'Состояние журнала {origin}: записей {size}, контрольная сумма:',
    en: 'State of the journal {origin}: {size} entries, with the root hash:',
  },
  listHash: {
    ro: 'SHA-256 al fișierului acestei liste:',
    ru: 'SHA-256 файла этого списка:',
    en: 'SHA-256 of the file of this list:',
  },
  journalUnavailable: {
    ro: 'Jurnalul nu a fost disponibil la tipărire. Această listă nu are dovadă.',
    ru: 'Журнал был недоступен при печати. У этого списка нет подтверждения.',
    en: 'The journal was unavailable when this was printed. This list has no proof.',
  },
});
