// Drawing one message: from what the server says of it to elements. Looks are in the style sheets.
import { clockTime } from "./dates.js";
import { icon, make } from "./elements.js";
import { words } from "./words.js";

const TAGS = { bold: "strong", italic: "em", strike: "s" };
const TICKS = { sending: "clock", sent: "tick", read: "ticks" };

// The element of a message. `phone` says what to do when something on it is pressed.
export function drawMessage(message, phone) {
  const element = make("article", { class: `message ${message.mine ? "mine" : "theirs"}`, "data-id": message.id });
  element.append(bubble(message, phone));
  if (message.buttons?.length) element.append(quickReplies(message, phone));
  if (message.rows?.length) element.append(listOpener(message, phone));
  if (message.keyboard?.length) element.append(keyboard(message, phone));
  return element;
}

function bubble(message, phone) {
  const content = make("div", { class: "bubble" });
  if (message.template) content.append(make("p", { class: "template" }, `${words.template}: ${message.template}`));
  if (message.quotes) content.append(...quote(message, phone));
  if (message.photo) content.append(picture(message.photo));
  if (message.pin) content.append(pin(message.pin, message.mine));
  if (message.document) content.append(file(message.document));
  const text = make("div", { class: "text" }, ...runs(message.runs ?? []));
  if (message.runs?.length) content.append(text);
  else content.classList.add("wordless");
  content.append(drawFoot(message));
  if (message.ticks === "failed") content.append(failure(message, phone));
  return content;
}

function runs(parts) {
  return parts.map((part) => {
    const inner = part.link ? make("a", { href: part.link, target: "_blank", rel: "noreferrer" }, part.text) : part.text;
    return part.style ? make(TAGS[part.style] ?? "span", {}, inner) : inner;
  });
}

// Its last line: the time, and how far a message of hers has come.
export function drawFoot(message) {
  const at = new Date(message.at);
  const mark = TICKS[message.ticks];
  const label = { sending: words.sending, sent: words.sent, read: words.read }[message.ticks];
  return make("p", { class: "foot" },
    make("time", { datetime: message.at }, clockTime(at)),
    message.mine && mark ? make("span", { class: `ticks ${message.ticks}` }, icon(mark), make("span", { class: "unseen" }, label)) : null);
}

function failure(message, phone) {
  const button = make("button", { type: "button", class: "again" }, words.send_again);
  button.addEventListener("click", () => phone.sendAgain(message));
  return make("p", { class: "failure", role: "alert" }, words.not_sent, " ", button);
}

function quote(message, phone) {
  const quoted = phone.message(message.quotes);
  if (!quoted) return [];
  const text = (quoted.runs ?? []).map((part) => part.text).join("").split("\n")[0];
  return [make("div", { class: "quote" }, make("p", { class: "by" }, words.bot), make("p", { class: "of" }, text))];
}

function picture(address) {
  return make("a", { href: address, target: "_blank", class: "photo" }, make("img", { src: address, alt: words.picture, loading: "lazy" }));
}

function pin(place, mine) {
  const where = `https://maps.google.com/?q=${place.latitude},${place.longitude}`;
  const title = place.title || (mine ? words.your_place : "");
  return make("a", { class: "pin", href: where, target: "_blank", rel: "noreferrer", "aria-label": `${words.open_map}: ${title}` },
    make("span", { class: "map" }, icon("pin")),
    make("span", { class: "where" },
      make("strong", {}, title),
      place.address ? make("span", {}, place.address) : null));
}

function file(document) {
  const kind = document.content_type === "text/calendar" ? "calendar" : "file";
  const ending = document.filename.split(".").pop().toUpperCase();
  return make("a", { class: "file", href: document.path, download: document.filename },
    make("span", { class: "sheet-of-paper" }, icon(kind)),
    make("span", { class: "named" }, make("strong", {}, document.filename), make("span", {}, ending)));
}

function quickReplies(message, phone) {
  return make("div", { class: "quick" }, ...message.buttons.map((press) => {
    const button = make("button", { type: "button" }, icon("reply"), make("span", {}, press.label));
    button.addEventListener("click", () => phone.press(message, press, button));
    return button;
  }));
}

function listOpener(message, phone) {
  const button = make("button", { type: "button", "aria-haspopup": "dialog" }, icon("list"), make("span", {}, message.opens || words.choose));
  button.addEventListener("click", () => phone.openList(message, button));
  return make("div", { class: "quick" }, button);
}

function keyboard(message, phone) {
  return make("div", { class: "keyboard" }, ...message.keyboard.map((row) => make("div", { class: "row" }, ...row.map((press) => {
    const button = make("button", { type: "button", "data-action": press.action }, make("span", {}, press.label));
    button.addEventListener("click", () => phone.press(message, press, button));
    return button;
  }))));
}
