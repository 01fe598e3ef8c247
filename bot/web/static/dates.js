// Times as the programme's people read them: Jakarta's, whatever this computer's own time zone is.
import { language, words } from "./words.js";

const ZONE = "Asia/Jakarta";
const LOCALE = language === "en" ? "en-GB" : "id-ID";
const format = (options) => new Intl.DateTimeFormat(LOCALE, { timeZone: ZONE, ...options });
const CLOCK = format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const MOMENT = format({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const SHORT = format({ weekday: "short", day: "numeric", month: "short" });
const DAY = format({ day: "numeric", month: "long", year: "numeric" });
const KEY = new Intl.DateTimeFormat("en-CA", { timeZone: ZONE });
const ONE_DAY = 24 * 60 * 60 * 1000;

export const clockTime = (at) => CLOCK.format(at);
export const fullMoment = (at) => `${MOMENT.format(at)}, ${clockTime(at)} WIB`;
export const shortMoment = (at) => `${SHORT.format(at)}, ${clockTime(at)} WIB`;
export const dayKey = (at) => KEY.format(at);

// A day as a messenger names it, seen from now.
export function dayName(at, now) {
  if (dayKey(at) === dayKey(now)) return words.today;
  if (dayKey(at) === dayKey(new Date(now.getTime() - ONE_DAY))) return words.yesterday;
  return DAY.format(at);
}
