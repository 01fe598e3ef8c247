// Talking with the server: what a phone says goes by POST, one at a time and in order; what happens comes as a stream.

async function post(path, body, type = "application/json") {
  const answer = await fetch(path, { method: "POST", headers: { "Content-Type": type }, body });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer;
}

export const say = (content) => post("/simulator/say", JSON.stringify(content));
export const sendPhoto = (phone, id, file) => post(`/simulator/photo?${new URLSearchParams({ phone, id })}`, file, file.type);
export const moveClock = async (step) => (await post("/simulator/clock", JSON.stringify(step))).json();

const PAUSE = 1500; // Before a stream that was refused is tried again, in milliseconds.

// A stream of everything on some phones. The browser itself comes back after an interruption, and says what it saw last.
export class Stream {
  constructor(hear) {
    this.hear = hear;
    this.source = null;
    this.later = 0;
  }

  open(phones) {
    this.close();
    const source = new EventSource(`/simulator/events?${new URLSearchParams({ phones: phones.join(",") })}`);
    for (const kind of ["hello", "clock", "message", "typing"]) {
      source.addEventListener(kind, (event) => this.hear(kind, JSON.parse(event.data)));
    }
    source.addEventListener("error", () => {
      this.hear("away", {});
      if (source.readyState === EventSource.CLOSED) this.later = setTimeout(() => this.open(phones), PAUSE);
    });
    this.source = source;
  }

  close() {
    clearTimeout(this.later);
    this.source?.close();
  }
}
