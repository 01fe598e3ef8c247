// The conversation on a screen: messages in order, days between them, and always the newest in sight unless she reads above.
import { dayKey, dayName } from "./dates.js";
import { make } from "./elements.js";
import { drawFoot } from "./messages.js";
import { words } from "./words.js";

const RESTS = 1500; // Milliseconds without scrolling after which the day is put back.
const NEAR = 80; // Pixels from the end that still count as being there.

export class Log {
  // `draw` makes a message's element, `unread` is told how many messages were not seen.
  constructor(phone, draw, now) {
    this.scroller = phone.querySelector("[data-log]");
    this.lines = phone.querySelector("[data-lines]");
    this.down = phone.querySelector("[data-down]");
    this.count = phone.querySelector("[data-count]");
    this.empty = phone.querySelector("[data-empty]");
    this.draw = draw;
    this.now = now;
    this.messages = new Map();
    this.atEnd = true;
    this.below = 0;
    this.seen = { top: 0, height: 0, room: 0 };
    this.scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.down.addEventListener("click", () => this.toEnd(true));
    new ResizeObserver(() => { if (this.atEnd) this.toEnd(); }).observe(this.lines, { box: "border-box" });
    new ResizeObserver(() => { if (this.atEnd) this.toEnd(); }).observe(this.scroller);
  }

  // Draw a message, or draw it anew in its place. Says whether it was new.
  put(message) {
    const old = this.messages.get(message.id);
    if (old && isTickOnly(old.message, message)) {
      old.element.querySelector(".foot").replaceWith(drawFoot(message));
      this.messages.set(message.id, { ...old, message, order: message.order ?? old.order });
      return false;
    }
    const element = this.draw(message);
    this.empty.remove();
    if (old) {
      const focus = focusedButton(old.element);
      old.element.replaceWith(element);
      element.classList.add("still");
      if (focus >= 0) (element.querySelectorAll("button")[focus] ?? element.querySelector("button") ?? this.scroller).focus();
      this.messages.set(message.id, { ...old, message, element, order: message.order ?? old.order });
    } else {
      const order = message.order ?? Infinity;
      this.#insert(element, order);
      this.messages.set(message.id, { message, element, order });
      if (message.mine) this.toEnd();
      else if (!this.atEnd) this.#notSeen();
    }
    this.relabelDays();
    return !old;
  }

  get(id) {
    return this.messages.get(id)?.message;
  }

  clear() {
    this.messages.clear();
    this.lines.replaceChildren(this.empty);
    this.below = 0;
    this.toEnd();
  }

  // Another run of the program counts anew: what is here stays above what comes.
  forgetOrder() {
    for (const entry of this.messages.values()) entry.order = 0;
  }

  toEnd(smoothly = false) {
    this.atEnd = true;
    this.below = 0;
    this.#showDown();
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: smoothly ? "smooth" : "instant" });
    this.#movedUp();
  }

  // Put the name of the day before the first message of each day. What stands there rightly is left alone: whatever is
  // put into a log is read aloud.
  relabelDays() {
    const now = this.now();
    let before = "";
    let day = null;
    for (const element of [...this.lines.children]) {
      if (element.classList.contains("day")) { day?.remove(); day = element; continue; }
      const entry = this.messages.get(element.dataset.id);
      if (!entry) continue;
      const at = new Date(entry.message.at);
      if (dayKey(at) === before) day?.remove();
      else nameDay(element, day, dayName(at, now));
      before = dayKey(at);
      day = null;
    }
    day?.remove();
  }

  #insert(element, order) {
    let after = null;
    for (const entry of this.messages.values()) if (entry.order > order && (!after || entry.order < after.order)) after = entry;
    this.lines.insertBefore(element, after?.element ?? null);
  }

  #scrolled() {
    const rest = this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight;
    const up = this.#movedUp();
    if (rest < NEAR) this.atEnd = true;
    else if (up) this.atEnd = false;
    if (this.atEnd) this.below = 0;
    this.#showDown();
    this.#showDay(!this.atEnd);
  }

  // Whether she moved towards older messages. A log that became longer, or a phone that was turned, is not scrolling.
  #movedUp() {
    const { scrollTop: top, scrollHeight: height, clientHeight: room } = this.scroller;
    const before = this.seen;
    this.seen = { top, height, room };
    return height === before.height && room === before.room && top < before.top;
  }

  // While she scrolls, the day stays in sight.
  #showDay(scrolls) {
    clearTimeout(this.resting);
    this.scroller.classList.toggle("scrolls", scrolls);
    if (scrolls) this.resting = setTimeout(() => this.#showDay(false), RESTS);
  }

  #notSeen() {
    this.below += 1;
    this.#showDown();
  }

  #showDown() {
    this.down.hidden = this.atEnd;
    this.count.hidden = this.below === 0;
    this.count.textContent = String(this.below);
    this.down.setAttribute("aria-label", this.below ? `${words.newest}, ${this.below} ${words.unread}` : words.newest);
  }
}

// Her own message only came further: nothing is drawn, or read aloud, a second time.
function isTickOnly(old, message) {
  return message.mine && ![old.ticks, message.ticks].includes("failed");
}

function nameDay(element, day, name) {
  const label = day?.firstElementChild;
  if (!label) element.before(make("p", { class: "day" }, make("span", {}, name)));
  else if (label.textContent !== name) label.textContent = name;
}

function focusedButton(element) {
  return element.contains(document.activeElement) ? [...element.querySelectorAll("button")].indexOf(document.activeElement) : -1;
}
