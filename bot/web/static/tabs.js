// On a narrow screen one phone is shown at a time; tabs choose it and say where something new waits.

export class Tabs {
  constructor(list, phones) {
    this.tabs = [...list.querySelectorAll("[role=tab]")];
    this.phones = phones;
    this.waiting = new Map();
    for (const tab of this.tabs) tab.addEventListener("click", () => this.show(tab.dataset.tab));
    list.addEventListener("keydown", (event) => this.#key(event));
    this.narrow = window.matchMedia("(max-width: 759px)");
    this.narrow.addEventListener("change", () => this.#fit());
    this.#fit();
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

  // Only where one phone hides the others are they panels of tabs; elsewhere each is a region of its own.
  #fit() {
    for (const panel of this.phones.children) {
      if (this.narrow.matches) panel.setAttribute("role", "tabpanel");
      else panel.removeAttribute("role");
    }
    this.#seen(this.shown);
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
    const now = this.tabs.findIndex((tab) => tab.dataset.tab === this.shown);
    const place = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: -1 }[event.key];
    if (place === undefined) return;
    event.preventDefault();
    const next = this.tabs.at(place % this.tabs.length);
    this.show(next.dataset.tab);
    next.focus();
  }
}
