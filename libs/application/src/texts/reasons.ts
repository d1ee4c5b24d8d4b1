import type { Reason } from '@cups/problem';
import { OFFLINE_REASON_TEXTS } from './offline-reasons.ts';
import { REGISTER_REASON_TEXTS } from './register-reasons.ts';
import type { Text } from './text.ts';

const PARTS_NOT_RECOGNISED = {
  ro: 'Părțile platformei nu se recunosc. Adresați-vă asistenței platformei.',
  ru: 'Части платформы не узнают друг друга. Обратитесь в поддержку платформы.',
  en: 'The parts of the platform do not recognise each other. Contact platform support.',
};

/** What went wrong and what to do, for operators. Reasons that only integrators see are written for them. */
export const REASON_TEXTS: Record<Reason, Text> = {
  ...OFFLINE_REASON_TEXTS,
  ...REGISTER_REASON_TEXTS,
  INVALID_ARGUMENT: {
    ro: 'Unele date nu sunt corecte. Corectați câmpurile marcate.',
    ru: 'Некоторые данные неверны. Исправьте отмеченные поля.',
    en: 'Some data are invalid. Correct the marked fields.',
  },
  IDNP_INVALID: {
    ro: 'IDNP-ul nu este corect. Citiți-l din nou din document.',
    ru: 'Неверный IDNP. Прочитайте его в документе ещё раз.',
    en: 'The IDNP is not valid. Read it from the document again.',
  },
  REQUEST_ID_INVALID: {
    ro: 'Pagina a trimis un identificator greșit. Actualizați pagina.',
    ru: 'Страница отправила неверный идентификатор. Обновите страницу.',
    en: 'The page sent an invalid ID. Reload the page.',
  },
  PAGE_TOKEN_INVALID: {
    ro: 'Lista s-a schimbat. Deschideți-o de la început.',
    ru: 'Список изменился. Откройте его с начала.',
    en: 'The list has changed. Open it again.',
  },
  PAYLOAD_TOO_LARGE: {
    ro: 'Ați trimis prea mult odată. Scurtați textele.',
    ru: 'Отправлено слишком много сразу. Сократите тексты.',
    en: 'The request is too large. Shorten the texts.',
  },
  ANSWERS_TOO_LARGE: {
    ro: 'Răspunsurile sunt prea lungi. Scurtați-le.',
    ru: 'Ответы слишком длинные. Сократите их.',
    en: 'The answers are too long. Shorten them.',
  },
  APPLICATION_INCOMPLETE: {
    ro: 'Dosarul nu este complet. Completați ce lipsește, apoi depuneți din nou.',
    ru: 'Дело неполное. Дополните недостающее и подайте снова.',
    en: 'The application is incomplete. Add what is missing, then submit again.',
  },
  MEDIA_TYPE_UNSUPPORTED: {
    ro: 'Datele au fost trimise în altă formă. Actualizați pagina.',
    ru: 'Данные отправлены в другом виде. Обновите страницу.',
    en: 'The data have an unsupported format. Reload the page.',
  },
  DEADLINE_MISSING: {
    ro: 'O parte a platformei a apelat-o greșit pe alta. Adresați-vă asistenței platformei.',
    ru: 'Одна часть платформы неверно вызвала другую. Обратитесь в поддержку платформы.',
    en: 'One part of the platform called another incorrectly. Contact platform support.',
  },
  REQUEST_ID_REUSED: {
    ro: 'Aceeași trimitere are acum alt conținut. Actualizați pagina și încercați din nou.',
    ru: 'У той же отправки теперь другое содержание. Обновите страницу и повторите.',
    en: 'The request was repeated with other content. Reload the page and try again.',
  },
  APPLICATION_EXISTS: {
    ro: 'Această cerere există deja. Deschideți-o.',
    ru: 'Такое заявление уже есть. Откройте его.',
    en: 'This application already exists. Open it.',
  },
  TRACKING_NUMBER_TAKEN: {
    ro: 'Altă cerere are deja acest număr de urmărire. Dați persoanei un număr nou.',
    ru: 'Этот номер отслеживания уже занят другим заявлением. Дайте человеку новый номер.',
    en: 'Another application already has this tracking number. Give the person a new number.',
  },
  ALREADY_EXISTS: {
    ro: 'Există deja. Deschideți ce există.',
    ru: 'Уже существует. Откройте существующее.',
    en: 'This already exists. Open it.',
  },
  UNAUTHENTICATED: {
    ro: 'Intrați, apoi încercați din nou.',
    ru: 'Войдите и повторите.',
    en: 'Sign in, then try again.',
  },
  SESSION_EXPIRED: {
    ro: 'Sesiunea s-a încheiat. Intrați din nou.',
    ru: 'Сеанс завершён. Войдите снова.',
    en: 'The session has ended. Sign in again.',
  },
  SESSION_INVALID: {
    ro: 'Sesiunea nu poate fi verificată. Intrați din nou.',
    ru: 'Сеанс не удаётся проверить. Войдите снова.',
    en: 'The session cannot be verified. Sign in again.',
  },
  SESSION_KEY_REQUIRED: {
    ro: 'Sesiunea s-a încheiat când ecranul a fost acoperit. Intrați din nou.',
    ru: 'Сеанс завершился, когда экран был закрыт. Войдите снова.',
    en: 'The session ended when the screen was locked. Sign in again.',
  },
  TOKEN_INVALID: PARTS_NOT_RECOGNISED,
  CALLER_MISMATCH: PARTS_NOT_RECOGNISED,
  PERMISSION_DENIED: {
    ro: 'Nu aveți acest drept. Adresați-vă conducerii centrului.',
    ru: 'У вас нет такого права. Обратитесь к руководству центра.',
    en: 'You do not have this permission. Ask the manager of the centre.',
  },
  CROSS_SITE_REQUEST: {
    ro: 'Cererea a venit de pe alt site. Deschideți pagina platformei.',
    ru: 'Запрос пришёл с другого сайта. Откройте страницу платформы.',
    en: 'The request came from another site. Open the page of the platform.',
  },
  OPERATOR_SUSPENDED: {
    ro: 'Accesul este suspendat. Adresați-vă conducerii centrului.',
    ru: 'Доступ приостановлен. Обратитесь к руководству центра.',
    en: 'Your access is suspended. Ask the manager of the centre.',
  },
  SIGN_IN_REFUSED: {
    ro: 'Intrarea nu a reușit. Încercați din nou.',
    ru: 'Войти не удалось. Попробуйте ещё раз.',
    en: 'The sign-in did not succeed. Try again.',
  },
  SIGN_IN_EXPIRED: {
    ro: 'Această intrare nu mai este valabilă. Începeți din nou.',
    ru: 'Этот вход больше не действует. Начните заново.',
    en: 'This sign-in is no longer valid. Start again.',
  },
  OPERATOR_UNKNOWN: {
    ro: 'Nu aveți acces la platformă. Cereți o invitație de la managerul centrului.',
    ru: 'У вас нет доступа к платформе. Попросите приглашение у руководителя центра.',
    en: 'You have no access to the platform. Ask the manager of the centre for an invitation.',
  },
  SECOND_FACTOR_REQUIRED: {
    ro: 'Pentru rolul dumneavoastră intrați cu o metodă mai sigură: semnătură electronică sau mobilă.',
    ru: 'Для вашей роли нужен более надёжный способ входа: электронная или мобильная подпись.',
    en: 'Your role needs a stronger way to sign in: an electronic or mobile signature.',
  },
  IDENTITY_PROVIDER_UNAVAILABLE: {
    ro: 'Serviciul de autentificare nu răspunde acum. Încercați din nou peste puțin timp.',
    ru: 'Служба входа сейчас не отвечает. Попробуйте чуть позже.',
    en: 'The sign-in service is unavailable. Try again shortly.',
  },
  SELF_CHANGE_NOT_ALLOWED: {
    ro: 'Nimeni nu își schimbă propriile drepturi. Rugați alt supervizor.',
    ru: 'Никто не меняет собственные права. Попросите другого супервизора.',
    en: 'You cannot change your own permissions. Ask another supervisor.',
  },
  LAST_MANAGER: {
    ro: 'Este ultimul manager al centrului. Numiți mai întâi pe altcineva.',
    ru: 'Это последний руководитель центра. Сначала назначьте другого.',
    en: 'This is the last manager of the centre. Appoint another first.',
  },
  LAST_SUPERVISOR: {
    ro: 'Este ultimul supervizor al platformei. Numiți mai întâi pe altcineva.',
    ru: 'Это последний супервизор платформы. Сначала назначьте другого.',
    en: 'This is the last supervisor of the platform. Appoint another first.',
  },
  ROLES_CONFLICT: {
    ro: 'Aceste roluri nu merg împreună. Alegeți altele.',
    ru: 'Эти роли несовместимы. Выберите другие.',
    en: 'These roles are incompatible. Choose others.',
  },
  INVITATION_REFUSED: {
    ro: 'Această persoană nu poate fi invitată de aici. Verificați IDNP-ul și numele; dacă sunt corecte, rugați un supervizor.',
    ru: 'Отсюда этого человека пригласить нельзя. Проверьте IDNP и имя; если всё верно, обратитесь к супервизору.',
    en: 'This person cannot be invited from here. Check the IDNP and both names; if they are right, ask a supervisor.',
  },
  IDENTITY_PROVIDER_UNKNOWN: {
    ro: 'Acest mod de intrare nu este oferit. Alegeți altul.',
    ru: 'Такой способ входа не предлагается. Выберите другой.',
    en: 'This sign-in provider is not available. Choose another.',
  },
  NOT_FOUND: {
    ro: 'Nu s-a găsit aici. Verificați numărul.',
    ru: 'Здесь не найдено. Проверьте номер.',
    en: 'Not found. Check the number.',
  },
  METHOD_NOT_FOUND: {
    ro: 'Platforma nu cunoaște această cerere. Actualizați pagina.',
    ru: 'Платформе неизвестен этот запрос. Обновите страницу.',
    en: 'The platform does not know this request. Reload the page.',
  },
  ACTION_NOT_ALLOWED: {
    ro: 'Cererea s-a schimbat și acest pas nu mai este posibil. Deschideți-o din nou.',
    ru: 'Заявление изменилось, и этот шаг больше невозможен. Откройте его снова.',
    en: 'The application has changed and this step is no longer possible. Open it again.',
  },
  OWN_APPLICATION: {
    ro: 'Aceasta este cererea dumneavoastră: un coleg face acest pas.',
    ru: 'Это ваше собственное заявление: этот шаг делает коллега.',
    en: 'This is your own application. Ask a colleague to take this step.',
  },
  CENTRE_NOT_OPEN: {
    ro: 'Centrul nu este încă deschis. Cereri se depun la unul deschis.',
    ru: 'Центр ещё не открыт. Заявления подаются в открытом центре.',
    en: 'The centre is not open yet. Choose an open centre.',
  },
  TRAINING_MISMATCH: {
    ro: 'Exercițiile și cererile adevărate nu se amestecă. Începeți o vizită nouă.',
    ru: 'Учебные и настоящие заявления не смешиваются. Начните новое посещение.',
    en: 'Training and real applications do not mix. Start a new visit.',
  },
  CENTRE_PAUSED: {
    ro: 'Centrul este în pauză: cereri noi nu se deschid. Cele deschise se termină.',
    ru: 'Центр приостановлен: новые заявления не открываются. Открытые завершаются.',
    en: 'The centre is paused. You can finish open applications, but not create new ones.',
  },
  CENTRE_CLOSED: {
    ro: 'Centrul este închis. Îndrumați persoana la alt centru.',
    ru: 'Центр закрыт. Направьте человека в другой центр.',
    en: 'The centre is closed. Send the person to another one.',
  },
  CENTRE_LIMIT_REACHED: {
    ro: 'Centrul are deja câte cereri deschise se admit. Terminați întâi din ele.',
    ru: 'В центре уже предельное число открытых заявлений. Сначала завершите часть из них.',
    en: 'The centre has reached its limit of open applications. Finish some of them first.',
  },
  SERVICE_NOT_FILEABLE: {
    ro: 'Acest serviciu nu se depune aici. Spuneți persoanei unde se cere.',
    ru: 'Эта услуга здесь не подаётся. Скажите человеку, где её просят.',
    en: 'This service is not available here. Tell the applicant where to go.',
  },
  SERVICE_PAUSED: {
    ro: 'Serviciul este oprit pentru un timp. Spuneți persoanei motivul.',
    ru: 'Услуга временно приостановлена. Сообщите человеку причину.',
    en: 'The service is paused. Tell the applicant why.',
  },
  SERVICE_VERSION_EXPIRED: {
    ro: 'Condițiile serviciului s-au schimbat. Reînnoiți ciorna, verificați-o și depuneți.',
    ru: 'Условия услуги изменились. Обновите черновик, проверьте и подайте.',
    en: 'The terms of the service have changed. Update the draft, check it, then submit.',
  },
  MANDATE_REQUIRED: {
    ro: 'Lipsește mandatul persoanei. Înregistrați-l, apoi încercați din nou.',
    ru: 'Нет полномочия от лица. Оформите его и повторите.',
    en: 'There is no mandate of the person. Record one, then try again.',
  },
  MANDATE_NOT_COVERING: {
    ro: 'Mandatul nu este al acestei persoane sau nu cuprinde acest serviciu. Înregistrați unul potrivit.',
    ru: 'Полномочие дано другим лицом или не охватывает эту услугу. Оформите подходящее.',
    en: 'The mandate is not of this person or does not cover this service. Record one that does.',
  },
  MANDATE_EXPIRED: {
    ro: 'Mandatul a expirat. Înregistrați unul nou împreună cu persoana.',
    ru: 'Срок полномочия истёк. Оформите новое вместе с человеком.',
    en: 'The mandate has expired. Record a new one with the person.',
  },
  MANDATE_REVOKED: {
    ro: 'Persoana a revocat mandatul. Puteți retrage cererea sau înmâna rezultatul; pentru altceva cereți un mandat nou.',
    ru: 'Человек отозвал полномочие. Можно отозвать заявление или выдать результат; для остального нужно новое полномочие.',
    en: 'The person revoked the mandate. You can withdraw or hand over; anything else needs a new mandate.',
  },
  CORRECTION_NOT_SUPPORTED: {
    ro: 'Instituția nu primește corectări. Retrageți cererea și depuneți-o din nou: datele se preiau.',
    ru: 'Учреждение не принимает исправления. Отзовите заявление и подайте снова: данные сохранятся.',
    en: 'The agency does not accept corrections. Withdraw the application and file it again: the data are kept.',
  },
  MESSAGE_LIMIT_REACHED: {
    ro: 'Nu se mai pot scrie mesaje acum: cel mult 10 pe zi și 50 la o cerere. Sunați.',
    ru: 'Сейчас больше писать нельзя: не больше 10 сообщений в день и 50 на заявление. Позвоните.',
    en: 'No more messages are possible now: at most 10 on one day and 50 for one application. Call instead.',
  },
  MESSAGES_NOT_SUPPORTED: { ro: 'Sunați la instituție.', ru: 'Позвоните в учреждение.', en: 'Call the agency.' },
  RESULT_REVOKED: {
    ro: 'Nu înmânați nimic: instituția a revocat rezultatul. Așteptați corectarea sau retrageți cererea.',
    ru: 'Ничего не выдавайте: учреждение отозвало результат. Дождитесь исправления или отзовите заявление.',
    en: 'Do not hand anything over: the agency revoked the result. Wait for its correction, or withdraw.',
  },
  PERSONAL_DATA_ERASED: {
    ro: 'Datele personale ale acestei cereri au fost șterse. Deschideți o cerere nouă.',
    ru: 'Персональные данные этого заявления удалены. Откройте новое заявление.',
    en: 'The personal data of this application were erased. Open a new application.',
  },
  PROCESSING_RESTRICTED: {
    ro: 'Prelucrarea este restricționată la cererea persoanei. Puteți doar arăta, retrage sau înmâna.',
    ru: 'Обработка ограничена по просьбе человека. Можно только показать, отозвать или выдать.',
    en: 'The person restricted the processing. You can only show, withdraw or hand over.',
  },
  ERASURE_REFUSED: {
    ro: 'Datele nu pot fi șterse acum. Spuneți persoanei motivul.',
    ru: 'Данные сейчас нельзя удалить. Сообщите человеку причину.',
    en: 'The data cannot be erased now. Tell the person the reason.',
  },
  DOCUMENT_NOT_READY: {
    ro: 'Documentul se verifică încă. Încercați din nou peste un minut.',
    ru: 'Документ ещё проверяется. Повторите через минуту.',
    en: 'The document is still being checked. Try again in a minute.',
  },
  DOCUMENT_REFUSED: {
    ro: 'Fișierul nu a fost acceptat. Scanați din nou documentul.',
    ru: 'Файл не принят. Отсканируйте документ заново.',
    en: 'The file was not accepted. Scan the document again.',
  },
  DOCUMENT_IN_USE: {
    ro: 'Documentul face parte dintr-o cerere depusă și nu mai poate fi șters.',
    ru: 'Документ входит в поданное заявление, удалить его нельзя.',
    en: 'The document is part of a filed application and cannot be deleted.',
  },
  DOCUMENT_LIMIT_REACHED: {
    ro: 'Cererea are deja numărul maxim de fișiere. Ștergeți unul înainte de a adăuga altul.',
    ru: 'У заявления уже наибольшее число файлов. Удалите один, чтобы добавить другой.',
    en: 'The application has the maximum number of files. Remove one before you add another.',
  },
  DOCUMENT_QUOTA_REACHED: {
    ro: 'Spațiul centrului pentru scanări s-a terminat. Depuneți cererea fără scanări și anunțați supervizorul.',
    ru: 'Место центра для сканов закончилось. Подайте заявление без сканов и сообщите супервизору.',
    en: 'The centre has used up its space for scans. File without scans and tell the supervisor.',
  },
  STORAGE_FULL: {
    ro: 'Fișierele nu pot fi primite acum. Depuneți cererea fără scanări; le puteți adăuga mai târziu.',
    ru: 'Файлы сейчас не принимаются. Подайте заявление без сканов; их можно добавить позже.',
    en: 'Files cannot be stored now. File without scans; you can add them later.',
  },
  UPLOAD_OFFSET_MISMATCH: {
    ro: 'Încărcarea s-a întrerupt. Ea continuă de unde a rămas.',
    ru: 'Загрузка прервалась. Она продолжится с места остановки.',
    en: 'The upload was interrupted. It continues where it stopped.',
  },
  UPLOAD_DIGEST_MISMATCH: {
    ro: 'Fișierul s-a schimbat în timpul încărcării. Alegeți-l din nou.',
    ru: 'Файл изменился во время загрузки. Выберите его снова.',
    en: 'The file changed during the upload. Choose it again.',
  },
  RESULT_DOCUMENT_INVALID: {
    ro: 'Documentul nu a fost încărcat pentru această cerere.',
    ru: 'Документ не был загружен для этого заявления.',
    en: 'The document was not uploaded for this application.',
  },
  SUBMISSION_WITHDRAWN: {
    ro: 'Cererea a fost retrasă. Nu se mai trimite nimic.',
    ru: 'Заявление отозвано. Больше ничего не отправляется.',
    en: 'The application was withdrawn. It is not sent.',
  },
  ETAG_MISSING: {
    ro: 'Pagina nu a spus ce versiune schimbă. Actualizați pagina.',
    ru: 'Страница не указала, какую версию меняет. Обновите страницу.',
    en: 'The page did not say which version it changes. Reload the page.',
  },
  ETAG_STALE: {
    ro: 'Altcineva a schimbat cererea între timp. Comparați și alegeți.',
    ru: 'Тем временем заявление изменил кто-то другой. Сравните и выберите.',
    en: 'The application has changed. Compare the versions and choose.',
  },
  RATE_LIMITED: {
    ro: 'Prea multe cereri la rând. Așteptați puțin.',
    ru: 'Слишком много запросов подряд. Немного подождите.',
    en: 'Too many requests in a row. Wait a few seconds.',
  },
  OVERLOADED: {
    ro: 'Platforma este foarte ocupată. Se încearcă din nou.',
    ru: 'Платформа сильно загружена. Идёт повтор.',
    en: 'The platform is very busy. The page will try again automatically.',
  },
  UPSTREAM_UNAVAILABLE: {
    ro: 'O parte a platformei nu răspunde. Ce ați scris se păstrează; se încearcă din nou.',
    ru: 'Часть платформы не отвечает. Введённое сохраняется; идёт повтор.',
    en: 'A part of the platform is unavailable. Your input is saved, and will be sent again automatically.',
  },
  STALE_REPLICA: {
    ro: 'Platforma tocmai află de această schimbare. Încercați din nou peste un minut.',
    ru: 'Платформа ещё узнаёт об этом изменении. Повторите через минуту.',
    en: 'The change is not available everywhere yet. Try again in a minute.',
  },
  STORE_UNAVAILABLE: {
    ro: 'Datele nu pot fi păstrate acum. Ce ați scris rămâne aici; se încearcă din nou.',
    ru: 'Сейчас данные нельзя сохранить. Введённое остаётся здесь; идёт повтор.',
    en: 'Data cannot be stored now. Your input is saved here, and will be sent again automatically.',
  },
  BROKER_UNAVAILABLE: {
    ro: 'Mesajele nu pot pleca acum. Se încearcă din nou.',
    ru: 'Сообщения сейчас не отправляются. Идёт повтор.',
    en: 'Messages cannot be sent now. The page will try again automatically.',
  },
  CONTENTION: {
    ro: 'Mai mulți schimbă aceeași cerere. Încercați din nou.',
    ru: 'Одно заявление меняют сразу несколько. Повторите.',
    en: 'Several people are changing the same application. Try again.',
  },
  DEADLINE_EXCEEDED: {
    ro: 'A durat prea mult. Încercați din nou: dacă s-a făcut deja, nu se face a doua oară.',
    ru: 'Слишком долго. Повторите: если уже сделано, второй раз не сделается.',
    en: 'The request took too long. Try again. It will not be processed twice.',
  },
  CANCELLED: {
    ro: 'Cererea a fost întreruptă. Încercați din nou.',
    ru: 'Запрос был прерван. Повторите.',
    en: 'The request was interrupted. Try again.',
  },
  INTERNAL: {
    ro: 'S-a produs o eroare a platformei. Spuneți numărul ei asistenței platformei.',
    ru: 'Произошла ошибка платформы. Сообщите её номер в поддержку платформы.',
    en: 'A platform error occurred. Give its number to platform support.',
  },
};
