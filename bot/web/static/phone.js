// One simulated phone: what she types and presses goes out at once, what comes back is drawn.
import { shortMoment } from "./dates.js";
import { freshId } from "./elements.js";
import { Log } from "./log.js";
import { drawMessage } from "./messages.js";
import * as server from "./server.js";
import { openSheet } from "./sheet.js";
import { language, words } from "./words.js";

const WINDOW = 24 * 60 * 60 * 1000; // How long WhatsApp lets us answer freely.
const NEWLINE = "⏎"; // Stands for a new line in the one-line field.
const SAMPLE = { latitude: -6.1885, longitude: 106.6739 };
const LARGEST = 5 * 1024 * 1024;

export class Phone {
  // `addresses` knows this phone's address; `arrived` is called when the bot has written.
  constructor(element, addresses, clock, picturePicker, arrived) {
    this.element = element;
    this.name = element.dataset.phone;
    this.look = element.dataset.look;
    this.addresses = addresses;
    this.clock = clock;
    this.arrived = arrived;
    this.log = new Log(element, (message) => drawMessage(message, this), () => clock.now());
    this.presence = element.querySelector("[data-presence]");
    this.input = element.querySelector("input[name=say]");
    this.posts = Promise.resolve();
    this.unsent = new Map();
    this.#listen(picturePicker);
  }

  get address() {
    return this.addresses.of(this.name);
  }

  message(id) {
    return this.log.get(id);
  }

  // What the stream says of this phone.
  hear(kind, content) {
    if (kind === "typing") this.#presence(content.typing ? words.typing : words.online, content.typing);
    if (kind !== "message") return;
    const fresh = this.log.put(content);
    if (!content.mine) this.#presence(words.online);
    if (fresh && !content.mine) this.arrived(this, content);
    this.showWindow();
  }

  away(isAway) {
    this.#presence(isAway ? words.away : words.online);
  }

  // She presses a button or sends a row. On Telegram nothing is added to the conversation, on WhatsApp her answer is.
  press(message, press, button = null) {
    const content = { id: freshId(), action: press.action, label: press.label, pressed: message.id };
    if (this.look === "whatsapp") this.#optimistic(content, { runs: [{ text: press.label }], quotes: message.id });
    button?.classList.add("waiting");
    this.#post(content, () => server.say({ phone: this.address, ...content }), () => button?.classList.remove("waiting"));
  }

  openList(message, opener) {
    openSheet(this.element, message, opener, (row) => this.press(message, row));
  }

  sendAgain(message) {
    const again = this.unsent.get(message.id);
    if (!again) return;
    this.log.put({ ...message, ticks: "sending" });
    this.#post({ id: message.id }, again);
  }

  say(text) {
    const words_ = text.replaceAll(new RegExp(` ?${NEWLINE} ?`, "g"), "\n").trim();
    if (!words_) return;
    const content = { id: freshId(), text: words_, ...(this.look === "telegram" ? { language } : {}) };
    this.#optimistic(content, { runs: [{ text: words_ }] });
    this.#post(content, () => server.say({ phone: this.address, ...content }));
  }

  // Whether WhatsApp still lets us write freely.
  showWindow() {
    const note = this.element.querySelector("[data-window]");
    if (!note) return;
    const mine = [...this.log.messages.values()].map((entry) => entry.message).filter((message) => message.mine);
    const last = Math.max(...mine.map((message) => new Date(message.at).getTime()));
    const until = new Date(last + WINDOW);
    const now = this.clock.now();
    note.classList.toggle("closed", mine.length > 0 && until <= now);
    if (!mine.length) note.textContent = words.window_new;
    else if (until <= now) note.textContent = words.window_closed;
    else note.textContent = `${words.window_open} ${shortMoment(until)}`;
  }

  #optimistic(content, drawing) {
    this.log.put({ mine: true, at: this.clock.now().toISOString(), ticks: "sending", id: content.id, ...drawing });
  }

  // One after the other, so that what she says arrives in the order she said it.
  #post(content, send, done = () => {}) {
    this.unsent.set(content.id, send);
    this.posts = this.posts.then(send).then(
      () => this.unsent.delete(content.id),
      () => {
        const message = this.log.get(content.id);
        if (message) this.log.put({ ...message, ticks: "failed" });
      },
    ).finally(done);
  }

  #presence(text, isTyping = false) {
    this.presence.textContent = text;
    this.presence.classList.toggle("typing", isTyping);
    this.element.classList.toggle("is-typing", isTyping);
  }

  #listen(picturePicker) {
    const part = (name) => this.element.querySelector(name);
    const attach = part("[data-attach]");
    const menu = part("[data-attachments]");
    const showMenu = (open) => {
      menu.hidden = !open;
      attach.setAttribute("aria-expanded", String(open));
      if (open) menu.querySelector("button").focus();
    };
    part("[data-composer]").addEventListener("submit", (event) => {
      event.preventDefault();
      this.say(this.input.value);
      this.input.value = "";
      this.input.focus();
    });
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.shiftKey) { event.preventDefault(); this.#insert(` ${NEWLINE} `); }
    });
    this.input.addEventListener("paste", (event) => {
      const pasted = event.clipboardData?.getData("text/plain") ?? "";
      if (pasted.includes("\n")) { event.preventDefault(); this.#insert(pasted.trim().replaceAll(/\r?\n/g, ` ${NEWLINE} `)); }
    });
    for (const chip of this.element.querySelectorAll(".chip")) chip.addEventListener("click", () => this.say(chip.textContent));
    attach.addEventListener("click", () => showMenu(menu.hidden));
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !menu.hidden) { showMenu(false); attach.focus(); }
    });
    this.element.addEventListener("pointerdown", (event) => {
      if (!menu.hidden && !menu.contains(event.target) && !attach.contains(event.target)) showMenu(false);
    });
    part("[data-photo]").addEventListener("click", () => { showMenu(false); picturePicker((file) => this.#sendPhoto(file)); });
    part("[data-place]").addEventListener("click", () => { showMenu(false); this.#sendPlace(); this.input.focus(); });
    part("[data-again]")?.addEventListener("click", () => this.#startAgain());
  }

  #insert(text) {
    this.input.setRangeText(text, this.input.selectionStart, this.input.selectionEnd, "end");
  }

  #sendPhoto(file) {
    const id = freshId();
    if (file.size > LARGEST) {
      this.log.put({ mine: true, at: this.clock.now().toISOString(), ticks: "", id, runs: [{ text: words.picture_too_large, style: "italic" }] });
      return;
    }
    this.#optimistic({ id }, { photo: URL.createObjectURL(file) });
    this.#post({ id }, () => server.sendPhoto(this.address, id, file));
  }

  #sendPlace() {
    const place = { ...SAMPLE, label: words.sample_place };
    const content = { id: freshId(), place };
    this.#optimistic(content, { pin: { ...SAMPLE, title: place.label, address: "" } });
    this.#post(content, () => server.say({ phone: this.address, ...content }));
  }

  #startAgain() {
    this.log.clear();
    this.#presence(words.online);
    this.addresses.renew(this.name);
    this.showWindow();
    this.input.focus();
  }
}
