import { defineMessages } from '../language/messages.ts';

/** The one-time code of a mandate: supporting evidence, by email or on paper. */
export const MANDATE_CODE = defineMessages({
  help: {
    ro: 'Dovadă suplimentară, dacă doriți: persoana primește un cod și îl citește cu voce tare, dumneavoastră îl scrieți. Este valabil 10 minute.',
    ru: 'Дополнительное подтверждение, по желанию: человек получает код и читает его вслух, вы вводите его. Действует 10 минут.',
    en: 'Optional supporting evidence: the person gets a code and reads it aloud, and you enter it. It is valid for 10 minutes.',
  },
  email: { ro: 'E-mailul persoanei', ru: 'Электронная почта человека', en: 'Email of the person' },
  emailWrong: {
    ro: 'Scrieți adresa întreagă, de exemplu nume@exemplu.md.',
    ru: 'Введите адрес полностью, например imya@primer.md.',
    en: 'Enter the whole address, such as name@example.md.',
  },
  send: { ro: 'Trimite codul prin e-mail', ru: 'Отправить код по почте', en: 'Send the code by email' },
  again: { ro: 'Trimite alt cod', ru: 'Отправить другой код', en: 'Send another code' },
  wait: { ro: 'peste {seconds} s', ru: 'через {seconds} с', en: 'in {seconds} s' },
  pending: { ro: 'Se trimite.', ru: 'Отправляется.', en: 'It is being sent.' },
  sent: {
    ro: 'Codul a fost trimis. Dacă nu ajunge, verificați adresa.',
    ru: 'Код отправлен. Если он не приходит, проверьте адрес.',
    en: 'The code was sent. If it does not arrive, check the address.',
  },
  refused: {
    ro: 'Serverul de e-mail nu acceptă această adresă. Corectați-o sau tipăriți un cod.',
    ru: 'Почтовый сервер не принимает этот адрес. Исправьте его или напечатайте код.',
    en: 'The mail server does not accept this address. Correct it, or print a code.',
  },
  unavailable: {
    ro: 'Codul nu s-a putut trimite. Încercați din nou sau tipăriți un cod; împuternicirea este valabilă și fără el.',
    ru: 'Код не удалось отправить. Повторите или напечатайте код; полномочие действует и без него.',
    en: 'The code could not be sent. Try again, or print a code. The mandate is valid without it.',
  },
  print: { ro: 'Tipărește un cod', ru: 'Напечатать код', en: 'Print a code' },
  field: { ro: 'Codul spus de persoană', ru: 'Код, названный человеком', en: 'Code said by the person' },
  slip: { ro: 'Codul pentru împuternicire', ru: 'Код для полномочия', en: 'Code for the mandate' },
  slipHelp: {
    ro: 'Citiți acest cod specialistului, dacă sunteți de acord cu împuternicirea.',
    ru: 'Назовите этот код специалисту, если вы согласны с полномочием.',
    en: 'Read this code to the specialist if you agree with the mandate.',
  },
  confirm: { ro: 'Confirmă codul', ru: 'Подтвердить код', en: 'Confirm code' },
  confirmed: { ro: 'Codul este confirmat.', ru: 'Код подтверждён.', en: 'The code is confirmed.' },
  printWeak: {
    ro: 'Un cod tipărit este o dovadă mai slabă decât cel trimis prin e-mail: îl vedeți și dumneavoastră.',
    ru: 'Напечатанный код — более слабое подтверждение, чем код из письма: его видите и вы.',
    en: 'A printed code is weaker evidence than one by email, because you see it too.',
  },
  wrong: {
    ro: 'Codul nu se potrivește. După cinci greșeli este nevoie de altul.',
    ru: 'Код не подходит. После пяти ошибок нужен новый.',
    en: 'The code does not match. After five wrong tries, another one is needed.',
  },
});
