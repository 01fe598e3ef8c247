// The simulator's clock: shows its time, moves it forward.
import { clockTime, fullMoment, shortMoment } from "./dates.js";
import { moveClock } from "./server.js";
import { words } from "./words.js";

export class Clock {
  // `moved` is called whenever another minute or another time has come.
  constructor(panel, moved) {
    this.panel = panel;
    this.moved = moved;
    this.shown = panel.querySelector("[data-now]");
    this.said = panel.querySelector("[data-said]");
    this.ahead = 0; // Milliseconds between this computer's clock and the simulator's.
    for (const button of panel.querySelectorAll(".steps button")) button.addEventListener("click", () => this.#step(button));
    setInterval(() => this.#show(), 1000);
    this.#show();
  }

  now() {
    return new Date(Date.now() + this.ahead);
  }

  set(now) {
    this.ahead = new Date(now).getTime() - Date.now();
    this.#show();
  }

  async #step(button) {
    const step = button.dataset.to ? { to: button.dataset.to } : { seconds: Number(button.dataset.seconds) };
    button.disabled = true;
    this.said.classList.remove("seen");
    try {
      const { moved, now } = await moveClock(step);
      if (moved) this.set(now);
      this.said.textContent = moved ? `${words.moved_to} ${fullMoment(this.now())}` : words.no_reminder;
      this.said.classList.toggle("seen", !moved);
    } catch {
      this.said.textContent = words.not_moved;
      this.said.classList.add("seen");
    }
    button.disabled = false;
    button.focus();
  }

  #show() {
    const now = this.now();
    const minute = fullMoment(now);
    if (this.shown.textContent === minute) return;
    this.shown.textContent = minute;
    this.shown.dataset.short = shortMoment(now);
    this.shown.dateTime = now.toISOString();
    for (const time of document.querySelectorAll("[data-time]")) time.textContent = clockTime(now);
    this.moved();
  }
}
