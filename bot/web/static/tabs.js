// On a narrow screen one phone is shown at a time; tabs choose it and say where something new waits.

export class Tabs {
  constructor(list, phones) {
    this.tabs = [...list.querySelectorAll("[role=tab]")];
    this.phones = phones;
    this.waiting = new Map();
    for (const tab of this.tabs) tab.addEventListener("click", () => this.show(tab.dataset.tab));
    list.addEventListener("keydown", (event) => this.#key(event));
    this.narrow = window.matchMedia("(max-width: 759px)");
    this.narrow.addEventListener("change", () => this.#seen(this.shown));
  }

  get shown() {
    return this.phones.dataset.shown;
  }

  show(name) {
    this.phones.dataset.shown = name;
    for (const tab of this.tabs) {
      const isShown = tab.dataset.tab === name;
      tab.setAttribute("aria-selected", String(isShown));
      tab.tabIndex = isShown ? 0 : -1;
    }
    this.#seen(name);
  }

  // Something new on a phone: a number on its tab while it is not in sight.
  arrived(name) {
    if (!this.narrow.matches || this.shown === name) return;
    this.waiting.set(name, (this.waiting.get(name) ?? 0) + 1);
    this.#badge(name);
  }

  #seen(name) {
    this.waiting.delete(name);
    this.#badge(name);
  }

  #badge(name) {
    const badge = this.tabs.find((tab) => tab.dataset.tab === name)?.querySelector("[data-badge]");
    if (!badge) return;
    badge.hidden = !this.waiting.has(name);
    badge.textContent = String(this.waiting.get(name) ?? "");
  }

  #key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const now = this.tabs.findIndex((tab) => tab.dataset.tab === this.shown);
    const next = this.tabs[(now + step + this.tabs.length) % this.tabs.length];
    this.show(next.dataset.tab);
    next.focus();
  }
}
