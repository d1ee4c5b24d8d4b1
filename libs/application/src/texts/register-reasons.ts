import type { Reason } from '@cups/problem';
import type { Text } from './text.ts';

/** Texts of {@link REASON_TEXTS} about the registers of the state. */
export const REGISTER_REASON_TEXTS = {
  POWER_NOT_VALID: {
    ro: 'Împuternicirea nu este valabilă în MPower pentru aceste persoane. Verificați codul sau alegeți alt temei.',
    ru: 'Полномочие не действует в MPower для этих лиц. Проверьте код или выберите другое основание.',
    en: 'The power is not valid in MPower for these people. Check the code or choose another ground.',
  },
  POWER_INACTIVE: {
    ro: 'Împuternicirea există în MPower, dar acum nu este în vigoare: este suspendată, încetată sau încă nu a început. Alegeți alt temei.',
    ru: 'Полномочие есть в MPower, но сейчас не действует: приостановлено, прекращено или ещё не началось. Выберите другое основание.',
    en: 'MPower has the power, but it is suspended, ended or not in force yet. Choose another ground.',
  },
  REGISTER_UNAVAILABLE: {
    ro: 'MPower nu răspunde, deci împuternicirea nu poate fi verificată. Alegeți alt temei sau încercați mai târziu.',
    ru: 'Реестр MPower не отвечает, поэтому полномочие нельзя проверить. Выберите другое основание или попробуйте позже.',
    en: 'MPower does not answer, so the power cannot be checked. Choose another ground or try again later.',
  },
} as const satisfies Partial<Record<Reason, Text>>;
