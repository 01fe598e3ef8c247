// Which person each phone belongs to. A browser keeps its persons until "start again" makes new ones.
import { freshId } from "./elements.js";

const PREFIX = { whatsapp: "wa", telegram: "tg" };

export class Addresses {
  // `fixed` maps phones to addresses that never change; `changed` is called when one is new.
  constructor(fixed, changed) {
    this.fixed = fixed;
    this.changed = changed;
    this.memory = new Map();
  }

  of(phone) {
    return this.fixed[phone] ?? this.#kept(phone) ?? this.#make(phone);
  }

  renew(phone) {
    this.#make(phone);
    this.changed();
  }

  #kept(phone) {
    if (!this.memory.has(phone)) {
      const kept = storage()?.getItem(`berdaya-${phone}`);
      if (kept) this.memory.set(phone, kept);
    }
    return this.memory.get(phone);
  }

  #make(phone) {
    const address = `${PREFIX[phone]}-${freshId().slice(0, 6)}`;
    this.memory.set(phone, address);
    storage()?.setItem(`berdaya-${phone}`, address);
    return address;
  }
}

// A browser may forbid keeping anything.
function storage() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
